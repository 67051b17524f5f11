/**
 * The right half: observations in, devices and alerts out. Learns who each observation is about, asks the
 * signatures what it means, and follows what one thing implies: an observation names software, software of
 * that version is an alert, an alert is worse on that kind of device.
 *
 * Its clock is the time of the observations: the same observations give the same bytes, always and
 * everywhere.
 */

import type { Device } from "../inventory/device.ts";
import {
  type AnyHolder,
  headOf,
  homeOf,
  membersOf,
  sameValues,
  UNKNOWN,
} from "../inventory/holder.ts";
import { Inventory, isRemote } from "../inventory/inventory.ts";
import type { Observation } from "../observation/observation.ts";
import type { ObservationSink } from "../observation/observer.ts";
import { type BelievedSoftware, beliefOf, type Opinion, surest } from "../signature/believe.ts";
import type { DeviceLookup, SignatureSet } from "../signature/set.ts";
import type { Match } from "../signature/signature.ts";
import type { Alert } from "./alert.ts";
import { Announcer } from "./announcer.ts";
import type { Finding } from "./finding.ts";
import { Register } from "./register.ts";
import { DEVICE_FIELDS, deviceTask, firstTasks, softwareTask, type Task } from "./task.ts";
import { Waiting } from "./waiting.ts";

export interface JudgeOptions {
  /** Part of every id: the same device at another site is another one. */
  readonly site: string;
  readonly signatures: SignatureSet;
  /** Called when an alert opens, changes (at most every 60 s of packet time) or closes. */
  onAlert?(alert: Alert): void;
}

/** Conclusions from conclusions go this far. */
const DEPTH_LIMIT = 4;

export class Judge implements ObservationSink {
  readonly #signatures: SignatureSet;
  readonly #inventory: Inventory;
  readonly #register: Register;
  readonly #announcer: Announcer;
  readonly #waiting = new Waiting();
  /** Findings that an observation has led to, directly or by conclusion: a repeat counts them. */
  readonly #led = new WeakMap<Observation, Finding[]>();
  /** Addresses whose device may have changed since the last observation. */
  readonly #restless = new Set<AnyHolder>();
  #noticed: Observation[] = [];
  #cause: Observation | null = null;
  #now = Number.NEGATIVE_INFINITY;
  #tested = 0;
  #tooDeep = 0;

  constructor(options: JudgeOptions) {
    const { site, signatures } = options;
    this.#signatures = signatures;
    this.#announcer = new Announcer((alert) => options.onAlert?.(alert));
    this.#register = new Register(site, (finding) => this.#announcer.closed(finding));
    this.#inventory = new Inventory(site, {
      moved: (from, to) => {
        this.#register.move(from, to);
        this.#waiting.move(from, to);
        this.#restless.add(to);
      },
      changed: (holder) => this.#restless.add(holder),
      noticed: (observation) => this.#noticed.push(observation),
    });
  }

  observe(observation: Observation): void {
    this.#advance(observation.timestamp);
    this.#cause = observation;
    const taken = this.#inventory.take(observation);
    this.#work(firstTasks(observation, taken));
    this.#cause = null;
    this.#announcer.settle(this.#now);
  }

  repeat(observation: Observation, count: number, timestamp: number): void {
    this.#advance(timestamp);
    this.#cause = observation;
    this.#inventory.again(observation, timestamp);
    this.#work([]);
    this.#cause = null;
    for (const finding of this.#led.get(observation) ?? []) {
      const current = finding.successor ?? finding;
      if (!this.#register.holds(current)) continue;
      this.#register.repeat(current, count, timestamp);
      this.#announcer.changed(current);
    }
    this.#announcer.settle(this.#now);
  }

  /** No more observations come; packet time is `timestamp`. */
  finish(timestamp: number): void {
    this.#advance(timestamp);
    this.#announcer.finish(this.#now);
  }

  /** By IP address, numerically, then by MAC address. */
  devices(): Device[] {
    return this.#inventory.devices();
  }

  /** By severity, signature, device, id. */
  alerts(): Alert[] {
    return this.#register.alerts();
  }

  statistics(): Record<string, number> {
    return {
      ...this.#inventory.statistics(),
      "alerts.open": this.#register.size,
      "alerts.evicted": this.#register.evicted,
      "alerts.folded": this.#register.folded,
      "alerts.united": this.#register.united,
      "signatures.tested": this.#tested,
      "signatures.too_deep": this.#tooDeep,
      "signatures.waiting": this.#waiting.size,
      "signatures.waiting_dropped": this.#waiting.dropped,
    };
  }

  #advance(timestamp: number): void {
    if (timestamp > this.#now) this.#now = timestamp;
  }

  /** Judges all tasks and what follows from them, until nothing new follows. */
  #work(tasks: Task[]): void {
    this.#settleIdentity(tasks, 0);
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      if (task.depth > DEPTH_LIMIT) {
        this.#tooDeep++;
        continue;
      }
      this.#judge(task, tasks);
      this.#settleIdentity(tasks, task.depth);
    }
  }

  #judge(task: Task, tasks: Task[]): void {
    const { observation, home } = task;
    // The set may be shared with other judges: only what was tested for this one counts.
    const before = this.#signatures.tested;
    const found = this.#signatures.match(observation, this.#lookup(home));
    this.#tested += this.#signatures.tested - before;
    if (found.length === 0) return;
    if (home !== null)
      for (const match of found) if (!match.holds) this.#waiting.add(home, match, observation);
    this.#apply(
      found.filter(({ holds }) => holds),
      task,
      tasks,
    );
  }

  #apply(matches: readonly Match[], task: Task, tasks: Task[]): void {
    const { observation } = task;
    const opinions = matches.map((match) => {
      const device = this.#lookup(aboutWhom(match, task));
      return { match, belief: beliefOf(match, observation, device) };
    });
    for (const { match, belief } of surest(opinions)) {
      const about = aboutWhom(match, task);
      if (about !== null) this.#believe(about, { match, belief }, task, tasks);
      this.#alert(about, match, observation);
    }
  }

  #alert(about: AnyHolder | null, match: Match, observation: Observation): void {
    const rule = match.signature.alert;
    if (rule === undefined) return;
    const { finding, fresh } = this.#register.raise({ match, rule, observation }, about);
    finding.assess(this.#lookup(about), this.#signatures.fields);
    this.#register.enqueue(finding);
    if (fresh) this.#announcer.open(finding);
    else this.#announcer.changed(finding);
    this.#lead(finding);
  }

  #believe(about: AnyHolder, { match, belief }: Opinion, task: Task, tasks: Task[]): void {
    const { signature } = match;
    const { because } = belief;
    const { observation } = task;
    const { evidence } = observation;
    if (belief.name !== undefined) this.#inventory.name(about, belief.name);
    for (const { attribute, value } of belief.attributes)
      this.#inventory.believe(about, {
        attribute,
        value,
        family: signature.family,
        confidence: signature.confidence,
        signature: signature.id,
        because,
        evidence,
      });
    for (const software of belief.software) {
      this.#identify(about, observation, software);
      const entry = { ...software, signature: signature.id, because, evidence };
      if (this.#inventory.run(about, entry)) tasks.push(softwareTask(task, about, software));
      else this.#countSoftware(about, software, observation);
    }
  }

  /** The banner on a service's port names its product. */
  #identify(
    about: AnyHolder,
    { subject, transport }: Observation,
    software: BelievedSoftware,
  ): void {
    if (subject.port === undefined || transport === undefined) return;
    const product = software.version ? `${software.name} ${software.version}` : software.name;
    this.#inventory.identify(about, transport, subject.port, product);
  }

  /** Software already known was seen again elsewhere: its findings happened once more. */
  #countSoftware(about: AnyHolder, software: BelievedSoftware, observation: Observation): void {
    for (const finding of this.#register.of(about)) {
      const { fields } = finding.observation;
      if (fields["software.name"] !== software.name) continue;
      if (fields["software.version"] !== software.version) continue;
      this.#register.repeat(finding, 1, observation.timestamp);
      finding.prove(observation.evidence);
      this.#announcer.changed(finding);
      this.#lead(finding);
    }
  }

  /** Findings follow their devices; devices that have changed are told to the signatures. */
  #settleIdentity(tasks: Task[], depth: number): void {
    if (this.#noticed.length > 0) {
      for (const observation of this.#noticed) {
        const home = this.#inventory.locate(observation.subject, observation.timestamp);
        tasks.push({ observation, home, mac: null, depth: depth + 1 });
      }
      this.#noticed = [];
    }
    if (this.#restless.size > 0) {
      for (const holder of this.#restless)
        for (const member of membersOf(headOf(holder)))
          for (const finding of this.#register.follow(member)) this.#announcer.changed(finding);
      this.#restless.clear();
    }
    for (const head of this.#inventory.takeTouched()) this.#tellDevice(head, tasks, depth);
  }

  #tellDevice(head: AnyHolder, tasks: Task[], depth: number): void {
    const attributes = this.#inventory.attributesOf(head);
    if (sameValues(attributes, head.told)) return;
    head.told = attributes;
    const device = this.#lookup(head);
    for (const member of membersOf(head)) {
      this.#reassess(member, device);
      for (const { match, observation } of this.#waiting.ripe(member, device))
        this.#apply([match], { observation, home: homeOf(member), mac: null, depth }, tasks);
    }
    if (this.#cause === null || sameValues(attributes, UNKNOWN)) return;
    tasks.push(deviceTask(this.#cause, head, attributes, depth));
  }

  #reassess(holder: AnyHolder, device: DeviceLookup): void {
    for (const finding of this.#register.of(holder)) {
      if (!finding.assess(device, this.#signatures.fields)) continue;
      this.#register.enqueue(finding);
      this.#announcer.changed(finding);
    }
  }

  #lookup(holder: AnyHolder | null): DeviceLookup {
    if (holder === null) return () => undefined;
    return (field) => {
      if (field === "device.scope") return isRemote(headOf(holder)) ? "remote" : "local";
      const attribute = DEVICE_FIELDS.get(field);
      return attribute && this.#inventory.attributesOf(holder)[attribute]?.value;
    };
  }

  #lead(finding: Finding): void {
    if (this.#cause === null) return;
    const findings = this.#led.get(this.#cause);
    if (findings === undefined) this.#led.set(this.#cause, [finding]);
    else if (!findings.includes(finding)) findings.push(finding);
  }
}

/** What a signature says about hardware belongs to the MAC address, anything else to the subject. */
function aboutWhom(match: Match, { mac, home }: Task): AnyHolder | null {
  return match.signature.aboutMac && mac !== null ? mac : home;
}
