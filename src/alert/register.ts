/**
 * All findings, each once. Bounded: a signature with too many keys on one device counts the rest in one
 * finding without a key; when the register is full, of the least severe findings the longest silent goes.
 */
import { compareText } from "../inventory/address.ts";
import { type AnyHolder, headOf, membersOf } from "../inventory/holder.ts";
import { type Alert, NO_DEVICE, SEVERITIES } from "./alert.ts";
import { alertId, type Cause, Finding, keyOf } from "./finding.ts";

export const REGISTER_LIMITS = {
  findings: 32_768,
  /** Keys of one signature on one device. */
  keys: 64,
} as const;

const NO_FINDINGS: readonly Finding[] = [];

export class Register {
  folded = 0;
  evicted = 0;
  united = 0;
  readonly #site: string;
  readonly #closed: (finding: Finding) => void;
  readonly #byId = new Map<string, Finding>();
  readonly #byHolder = new Map<AnyHolder, Finding[]>();
  /** Number of keys by signature and device. */
  readonly #keys = new Map<string, number>();
  /** By severity, worst first; in each, the longest silent first. */
  readonly #queues: readonly Set<Finding>[] = SEVERITIES.map(() => new Set<Finding>());

  /** `closed` hears of findings that the register itself ends. */
  constructor(site: string, closed: (finding: Finding) => void) {
    this.#site = site;
    this.#closed = closed;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Opens the finding, or counts it once more. `holder` null: it is about no device. */
  raise(cause: Cause, holder: AnyHolder | null): { finding: Finding; fresh: boolean } {
    const device = holder === null ? NO_DEVICE : headOf(holder).id;
    const signature = cause.match.signature.id;
    const key = this.#boundedKey(signature, device, keyOf(cause));
    const known = this.#find(signature, device, key, holder);
    if (known !== undefined) {
      this.repeat(known, 1, cause.observation.timestamp);
      known.prove(cause.observation.evidence);
      return { finding: known, fresh: false };
    }
    this.#makeRoom();
    const finding = new Finding(this.#idFor(signature, device, key), cause, key, device);
    this.#byId.set(finding.id, finding);
    this.#count(finding, 1);
    this.enqueue(finding);
    if (holder !== null) this.#attach(finding, holder);
    return { finding, fresh: true };
  }

  repeat(finding: Finding, count: number, timestamp: number): void {
    finding.repeat(count, timestamp);
    this.enqueue(finding);
  }

  /** Puts the finding last of its severity: call it when that has changed. */
  enqueue(finding: Finding): void {
    for (const queue of this.#queues) if (queue.delete(finding)) break;
    this.#queues[SEVERITIES.indexOf(finding.severity)]?.add(finding);
  }

  holds(finding: Finding): boolean {
    return this.#byId.get(finding.id) === finding;
  }

  of(holder: AnyHolder): readonly Finding[] {
    return this.#byHolder.get(holder) ?? NO_FINDINGS;
  }

  /** Facts of `from` belong to `to` now: so do findings. */
  move(from: AnyHolder, to: AnyHolder): void {
    for (const finding of [...this.of(from)]) {
      this.#detach(finding);
      this.#attach(finding, to);
    }
  }

  /** The holder may belong to another device now. Returns the findings that this changed. */
  follow(holder: AnyHolder): readonly Finding[] {
    if (holder.findings === 0) return NO_FINDINGS;
    const device = headOf(holder).id;
    return [...this.of(holder)]
      .filter((finding) => finding.device !== device)
      .map((finding) => this.#rename(finding, device));
  }

  /** Worst first. */
  alerts(): Alert[] {
    return [...this.#byId.values()].map((finding) => finding.toAlert()).sort(bySeverity);
  }

  /** Beyond the limit all further keys count as one finding, without a key. */
  #boundedKey(signature: string, device: string, key: string[]): string[] {
    if (key.length === 0) return key;
    if ((this.#keys.get(`${signature} ${device}`) ?? 0) < REGISTER_LIMITS.keys) return key;
    if (this.#byId.has(alertId(this.#site, signature, device, key))) return key;
    this.folded++;
    return [];
  }

  #find(
    signature: string,
    device: string,
    key: readonly string[],
    holder: AnyHolder | null,
  ): Finding | undefined {
    const direct = this.#byId.get(alertId(this.#site, signature, device, key));
    if (direct?.device === device) return direct;
    return holder === null ? undefined : this.#twin(headOf(holder), signature, key, null);
  }

  /** A finding of any address of the device, whatever device it was opened for. */
  #twin(
    head: AnyHolder,
    signature: string,
    key: readonly string[],
    except: Finding | null,
  ): Finding | undefined {
    const wanted = key.join("\0");
    for (const member of membersOf(head))
      for (const finding of this.of(member)) {
        if (finding === except || finding.match.signature.id !== signature) continue;
        if (finding.device === head.id && finding.key.join("\0") === wanted) return finding;
      }
    return undefined;
  }

  #rename(finding: Finding, device: string): Finding {
    const { holder, key, match } = finding;
    const twin = holder && this.#twin(headOf(holder), match.signature.id, key, finding);
    this.#count(finding, -1);
    finding.device = device;
    this.#count(finding, 1);
    return twin ? this.#unite(twin, finding) : finding;
  }

  /** Two findings that have become one: the older stays. */
  #unite(one: Finding, other: Finding): Finding {
    const [kept, gone] = one.firstSeen <= other.firstSeen ? [one, other] : [other, one];
    this.united++;
    this.repeat(kept, gone.count, gone.lastSeen);
    for (const evidence of gone.evidence) kept.prove(evidence);
    gone.successor = kept;
    this.#close(gone);
    return kept;
  }

  /** The device may have lent its id, and with it this finding's, to another one. */
  #idFor(signature: string, device: string, key: readonly string[]): string {
    let id = alertId(this.#site, signature, device, key);
    for (let again = 1; this.#byId.has(id); again++)
      id = alertId(this.#site, signature, `${device} again ${again}`, key);
    return id;
  }

  #attach(finding: Finding, holder: AnyHolder): void {
    finding.holder = holder;
    holder.findings++;
    const findings = this.#byHolder.get(holder);
    if (findings === undefined) this.#byHolder.set(holder, [finding]);
    else findings.push(finding);
  }

  #detach(finding: Finding): void {
    const { holder } = finding;
    if (holder === null) return;
    const findings = this.#byHolder.get(holder);
    findings?.splice(findings.indexOf(finding), 1);
    holder.findings--;
    if (holder.findings === 0) this.#byHolder.delete(holder);
    finding.holder = null;
  }

  #count(finding: Finding, by: 1 | -1): void {
    const name = `${finding.match.signature.id} ${finding.device}`;
    const count = (this.#keys.get(name) ?? 0) + by;
    if (count > 0) this.#keys.set(name, count);
    else this.#keys.delete(name);
  }

  #makeRoom(): void {
    if (this.#byId.size < REGISTER_LIMITS.findings) return;
    const least = [...this.#queues].reverse().find((queue) => queue.size > 0);
    const silent = least?.values().next().value;
    if (silent === undefined) return;
    this.evicted++;
    this.#close(silent);
  }

  #close(finding: Finding): void {
    this.#byId.delete(finding.id);
    for (const queue of this.#queues) queue.delete(finding);
    this.#count(finding, -1);
    this.#detach(finding);
    finding.state = "closed";
    this.#closed(finding);
  }
}

function bySeverity(left: Alert, right: Alert): number {
  return (
    SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity) ||
    compareText(left.signature, right.signature) ||
    compareText(left.device, right.device) ||
    compareText(left.id, right.id)
  );
}
