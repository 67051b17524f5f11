/** One HTTP/1 connection: pairs answers with requests and says what is in their heads. See `http.ts`. */
import type { Context, Session } from "../analysis/analyzer.ts";
import { other, Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import type { Reader } from "../packet/reader.ts";
import { Asked, askedBits } from "./http-asked.ts";
import { Body, HttpDirection, type HttpListener } from "./http-direction.ts";
import { readForm } from "./http-form.ts";
import { Header, type HttpHead, indexOf } from "./http-head.ts";
import { PendingLogin, readCredentials } from "./http-login.ts";
import { TitleFinder } from "./http-title.ts";

/** Requests without an answer yet; more are forgotten. */
const MAX_PIPELINE = 64;
/** Bytes of a form that may be a login. */
const MAX_FORM = 8192;

const COLON = 0x3a;
const SEMICOLON = 0x3b;
const QUOTE = 0x22;

export class HttpSession implements Session, HttpListener {
  readonly #context: Context;
  readonly #directions: readonly [HttpDirection, HttpDirection];
  /** What the oldest request without an answer asked; those behind it, by number. */
  #askedNext = 0;
  #askedLater: Uint8Array | null = null;
  /** Requests seen and answers seen, counted from the last time they were known to match. */
  #requests = 0;
  #answers = 0;
  /** Something was lost, and no request has followed an answer since: they may not match. */
  #unpaired = false;
  #answeredSince = false;
  #login: PendingLogin | null = null;
  #title: TitleFinder | null = null;
  #titleSide: Side = Side.Responder;

  constructor(context: Context) {
    this.#context = context;
    this.#directions = [
      new HttpDirection(Side.Originator, context, this),
      new HttpDirection(Side.Responder, context, this),
    ];
  }

  data(side: Side, message: Reader): void {
    this.#directions[side].data(message);
  }

  /** Nobody knows which requests or answers are missing. */
  gap(side: Side, bytes: number): void {
    this.#directions[side].gap(bytes);
    this.#settle("attempt");
    this.#requests = 0;
    this.#answers = 0;
    this.#unpaired = true;
    this.#answeredSince = false;
    this.#directions[other(side)].release();
  }

  close(): void {
    this.#settle("attempt");
  }

  head(side: Side, head: HttpHead, direction: HttpDirection): Body {
    return head.isRequest
      ? this.#request(side, head, direction)
      : this.#answer(side, head, direction);
  }

  whole(side: Side, bytes: Uint8Array, start: number, end: number): void {
    this.#settle("attempt");
    this.#login ??= new PendingLogin();
    readForm(this.#login, Math.max(this.#requests - 1, 0), side, bytes, start, end);
    if (this.#unpaired) this.#settle("attempt");
  }

  wantsBody(side: Side): boolean {
    return this.#titleSide === side && this.#title !== null && this.#title.searching;
  }

  body(side: Side, bytes: Uint8Array, start: number, end: number): void {
    const title = this.#title as TitleFinder;
    if (!title.feed(bytes, start, end)) return;
    this.#context.observe.about(side).text("title", title.bytes, title.start, title.end).emit();
  }

  bodyEnd(side: Side): void {
    if (this.#titleSide === side) this.#title?.stop();
  }

  #request(side: Side, head: HttpHead, direction: HttpDirection): Body {
    const { observe } = this.#context;
    const asked = askedBits(head);
    if (head.has(Header.UserAgent)) sent(observe, side, head, "user_agent", Header.UserAgent);
    if (head.has(Header.Via)) sent(observe, side, head, "via", Header.Via);
    if ((asked & (Asked.Proxy | Asked.Connect)) === 0) this.#host(side, head);
    // Whoever asks again after an answer has no other answer coming, unless it pipelines.
    if (this.#unpaired && this.#answeredSince) this.#unpaired = false;
    this.#credentials(side, head);
    if (!this.#unpaired) this.#ask(asked);
    const body = this.#requestBody(side, head, direction);
    if (this.#unpaired) this.#settle("attempt");
    else if (body === Body.None && (asked & Asked.Held) !== 0) return Body.Held;
    return body;
  }

  #ask(asked: number): void {
    if (this.#requests === this.#answers) this.#askedNext = asked;
    else {
      this.#askedLater ??= new Uint8Array(MAX_PIPELINE);
      this.#askedLater[this.#requests % MAX_PIPELINE] = asked;
    }
    this.#requests++;
  }

  /** A name, not an address, and without the port. */
  #host(side: Side, head: HttpHead): void {
    if (!head.has(Header.Host)) return;
    const { bytes } = head;
    const start = head.start(Header.Host);
    const end = head.end(Header.Host);
    let stop = start;
    let named = false;
    for (; stop < end && bytes[stop] !== COLON; stop++) {
      const byte = bytes[stop] as number;
      if (byte > 0x39) named = true;
    }
    if (!named || bytes[start] === 0x5b) return;
    this.#context.observe.about(other(side)).text("host", bytes, start, stop).emit();
  }

  #credentials(side: Side, head: HttpHead): void {
    const own = head.has(Header.Authorization);
    if (!own && !head.has(Header.ProxyAuthorization)) return;
    const header = own ? Header.Authorization : Header.ProxyAuthorization;
    this.#settle("attempt");
    this.#login ??= new PendingLogin();
    const start = head.start(header);
    readCredentials(this.#login, this.#requests, side, head.bytes, start, head.end(header));
  }

  #requestBody(side: Side, head: HttpHead, direction: HttpDirection): Body {
    const length = head.contentLength();
    const chunked = head.contains(Header.TransferEncoding, "chunked");
    if (!chunked && length === -2) return Body.Unclear;
    if (!chunked && length <= 0) return Body.None;
    contentType(this.#context, side, head);
    if (chunked) return Body.Chunked;
    direction.length = length;
    const form = head.begins(Header.ContentType, "application/x-www-form-urlencoded");
    const plain = !head.has(Header.ContentEncoding);
    return form && plain && length <= MAX_FORM ? Body.Whole : Body.Length;
  }

  #answer(side: Side, head: HttpHead, direction: HttpDirection): Body {
    const { status } = head;
    if (status < 200 && status !== 101) return Body.None;
    const { observe } = this.#context;
    const asked = this.#nextAsked();
    this.#answeredSince = true;
    this.#software(side, head);
    if (head.has(Header.Via)) sent(observe, side, head, "via", Header.Via);
    if (status >= 400) observe.about(side).number("error.code", status).emit();
    else if (head.begins(Header.Location, "https:")) {
      observe.about(side).string("redirect", "https").emit();
    }
    if ((asked & (Asked.Proxy | Asked.Connect)) !== 0 && status < 400) {
      observe.about(side).number("proxy", 1).emit();
    }
    for (let index = 0; index < head.challenges; index++) this.#challenge(side, head, index);
    this.#settleAnswered(head);
    if (status === 101) {
      sent(observe, side, head, "upgrade", Header.Upgrade);
      this.#context.handOver();
      return Body.Held;
    }
    if ((asked & Asked.Connect) !== 0 && status < 300) {
      this.#context.handOver();
      return Body.Held;
    }
    if ((asked & Asked.Held) !== 0) this.#directions[other(side)].release();
    return this.#answerBody(side, head, direction, asked);
  }

  #software(side: Side, head: HttpHead): void {
    const { bytes } = head;
    const powered = head.has(Header.PoweredBy);
    if (!powered && !head.has(Header.Server)) return;
    const about = this.#context.observe.about(side);
    about.text("server", bytes, head.start(Header.Server), head.end(Header.Server));
    if (powered)
      about.text("powered_by", bytes, head.start(Header.PoweredBy), head.end(Header.PoweredBy));
    about.emit();
  }

  #answerBody(side: Side, head: HttpHead, direction: HttpDirection, asked: number): Body {
    const { status } = head;
    if ((asked & Asked.Head) !== 0 || status === 204 || status === 304) return Body.None;
    const length = head.contentLength();
    const chunked = head.contains(Header.TransferEncoding, "chunked");
    if (!chunked && length === -2) return Body.Unclear;
    if (!chunked && length === 0) return Body.None;
    contentType(this.#context, side, head);
    this.#beginTitle(side, head, asked);
    if (chunked) return Body.Chunked;
    direction.length = Math.max(length, 0);
    return length > 0 ? Body.Length : Body.Close;
  }

  #beginTitle(side: Side, head: HttpHead, asked: number): void {
    const forbidden = Asked.Personal | Asked.Proxy | Asked.Connect;
    if ((asked & (forbidden | Asked.Seen)) !== Asked.Seen) return;
    if (!head.begins(Header.ContentType, "text/html")) return;
    if (head.has(Header.ContentEncoding) && !head.begins(Header.ContentEncoding, "identity"))
      return;
    this.#title ??= new TitleFinder();
    this.#titleSide = side;
    this.#title.begin();
  }

  /** What was asked, of the oldest request without an answer; 0 when it was not seen. */
  #nextAsked(): number {
    if (this.#answers >= this.#requests) return 0;
    if (this.#requests - this.#answers > MAX_PIPELINE) {
      this.#answers = this.#requests;
      return 0;
    }
    const asked = this.#askedNext;
    this.#answers++;
    const later = this.#askedLater;
    if (later !== null) this.#askedNext = later[this.#answers % MAX_PIPELINE] as number;
    return asked;
  }

  /** A login is settled by the answer to its own request. */
  #settleAnswered(head: HttpHead): void {
    const login = this.#login;
    if (login === null || login.request < 0 || login.request !== this.#answers - 1) return;
    const elsewhere =
      head.contains(Header.Location, "error") ||
      head.contains(Header.Location, "fail") ||
      head.contains(Header.Location, "login");
    login.emit(this.#context.observe, login.outcome(head.status, elsewhere));
  }

  #settle(outcome: string): void {
    this.#login?.emit(this.#context.observe, outcome);
  }

  /** `scheme realm="…"` (RFC 9110 §11.6.1). */
  #challenge(side: Side, head: HttpHead, index: number): void {
    const { bytes } = head;
    const start = head.start(Header.Challenge + index);
    const end = head.end(Header.Challenge + index);
    let scheme = start;
    while (scheme < end && (bytes[scheme] as number) > 0x20 && bytes[scheme] !== 0x2c) scheme++;
    const about = this.#context.observe.about(side).text("auth_scheme", bytes, start, scheme);
    const realm = indexOf(bytes, scheme, end, "realm=");
    if (realm >= 0) {
      let from = realm + "realm=".length;
      const quoted = bytes[from] === QUOTE;
      if (quoted) from++;
      let to = from;
      while (to < end && (quoted ? bytes[to] !== QUOTE : bytes[to] !== 0x2c)) to++;
      about.text("auth_realm", bytes, from, to);
    }
    about.emit();
  }
}

function sent(observe: Observer, side: Side, head: HttpHead, field: string, header: number): void {
  observe.about(side).text(field, head.bytes, head.start(header), head.end(header)).emit();
}

/** The media type without its parameters, of which a boundary is another one every time. */
function contentType({ observe }: Context, side: Side, head: HttpHead): void {
  if (!head.has(Header.ContentType) || isPage(head)) return;
  const start = head.start(Header.ContentType);
  const end = head.end(Header.ContentType);
  let stop = start;
  while (stop < end && head.bytes[stop] !== SEMICOLON) stop++;
  observe.about(side).text("content_type", head.bytes, start, stop).emit();
}

/** What pages are made of says nothing about who sends them. */
function isPage(head: HttpHead): boolean {
  return head.begins(Header.ContentType, "text/") || head.begins(Header.ContentType, "image/");
}
