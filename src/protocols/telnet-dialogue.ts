/**
 * The conversation of a person and a Telnet server: greeting, question for a name, question for a password,
 * verdict, session. What is typed is kept only where the server has just asked for a name; a password is
 * never stored, only that keys were pressed.
 */
import { Side } from "../flow/flow.ts";
import type { Observer } from "../observation/observer.ts";
import { Greeting } from "./telnet-greeting.ts";
import { Line } from "./telnet-line.ts";
import { Key } from "./telnet-nvt.ts";
import {
  isAnswered,
  isRefusal,
  isSystemLine,
  isWelcome,
  Prompt,
  promptOf,
} from "./telnet-prompts.ts";

const Phase = {
  /** Nothing was asked yet, or we do not know where we are. */
  Greeting: 0,
  /** The server asks for a name. */
  Name: 1,
  /** A name was given. */
  Named: 2,
  /** The server asks for a password. */
  Password: 3,
  /** A password was given: the verdict is awaited. */
  Verdict: 4,
  /** Logged in, or never asked. */
  Session: 5,
} as const;
type Phase = (typeof Phase)[keyof typeof Phase];

const LINE_LIMIT = 256;
const NAME_LIMIT = 64;
/** Bytes of a session in which lines that identify the system are looked for. */
const SESSION_BYTES = 4096;
/** Bytes of a server that never asks for anything before we stop listening. */
const GREETING_BYTES = 65_536;
/** Lines after a password that are no refusal: the user is in. */
const VERDICT_LINES = 12;

export class Dialogue {
  /** Nothing more can be learnt. */
  over = false;
  readonly #observe: Observer;
  #phase: Phase = Phase.Greeting;

  /** The line that the server is writing, and whether a prompt was recognised in it. */
  readonly #line = new Line(LINE_LIMIT);
  #returned = false;
  #prompted = false;
  #promptLength = 0;
  /** Keys were pressed while it was written: it may hold their echo. */
  #typedOver = false;

  readonly #name = new Line(NAME_LIMIT);
  /** The client was heard at all; has typed something since the last prompt, or ended a line. */
  #clientHeard = false;
  #clientReturned = false;
  #typed = false;
  /** Something was typed before it was asked for: what comes next may be an answer to another question. */
  #unclear = false;
  #passwordTyped = false;
  /** A whole line was typed behind the name: the answer to the question that comes next. */
  #ahead = false;

  readonly #greeting: Greeting;
  /** A shell's prompt came first; a command was sent to it. */
  #shell = false;
  #shellAllowed: boolean;
  #commanded = false;
  #verdictLines = 0;
  #serverBytes = 0;

  constructor(observe: Observer, fromTheStart: boolean) {
    this.#observe = observe;
    this.#greeting = new Greeting(fromTheStart);
    this.#shellAllowed = fromTheStart;
  }

  /** A name that the client sent in its environment, before anything was asked. */
  presetName(bytes: Uint8Array, start: number, end: number): void {
    if (this.#phase === Phase.Greeting) this.#name.copy(bytes, start, end);
  }

  /** The ends authenticate in another way: a shell without a question is no open door. */
  authenticated(): void {
    this.#shellAllowed = false;
  }

  /** A byte that the server shows: printable, or a `Key`. */
  server(byte: number): void {
    this.#serverBytes++;
    if (byte === Key.LineFeed) this.#lineDone();
    else if (byte === Key.Return) this.#returned = true;
    else {
      // A carriage return alone: the line is written anew.
      if (this.#returned) this.#line.clear();
      this.#returned = false;
      this.#line.put(byte);
    }
  }

  /** The server has stopped for now: what it shows may be a question. */
  pause(): void {
    if (!this.#prompted && this.#line.length > 0) this.#question();
    const limit = this.#phase === Phase.Session ? SESSION_BYTES : GREETING_BYTES;
    if (this.#serverBytes > limit) {
      this.close();
      this.over = true;
    }
  }

  /** A byte that the client types: printable, or a `Key`. */
  client(byte: number): void {
    this.#clientHeard = true;
    const ended = this.#clientReturned;
    this.#clientReturned = byte === Key.Return;
    if (byte === Key.Return || (byte === Key.LineFeed && !ended)) this.#enter();
    else if (byte !== Key.LineFeed) {
      this.#greeting.drop();
      this.#typed = true;
      this.#typedOver = true;
      if (this.#phase === Phase.Name) this.#name.put(byte);
      else if (this.#phase === Phase.Password) this.#passwordTyped = true;
      else if (this.#phase === Phase.Verdict && this.#verdictLines > 0) this.#verdict("success");
    }
  }

  /** Bytes were lost: nobody knows what was asked. */
  lost(): void {
    this.close();
    this.#begin(Phase.Greeting);
    this.#line.clear();
    this.#name.clear();
    this.#prompted = false;
    this.#unclear = true;
    this.#shellAllowed = false;
  }

  /** The flow has ended: a login without a verdict was an attempt. */
  close(): void {
    const given = this.#phase === Phase.Named && this.#name.length > 0;
    const asked = this.#phase === Phase.Password && (this.#name.length > 0 || this.#passwordTyped);
    if (given || asked || this.#phase === Phase.Verdict) this.#login("attempt");
    this.#phase = Phase.Greeting;
    this.#greeting.drop();
  }

  /** The client ended a line. */
  #enter(): void {
    if (this.#phase === Phase.Name) this.#nameGiven();
    else if (this.#phase === Phase.Password) this.#begin(Phase.Verdict);
    else if (this.#phase === Phase.Named) this.#ahead ||= this.#typed;
    else if (this.#phase === Phase.Greeting && this.#typed) {
      if (this.#shell) this.#commanded = true;
      else this.#unclear = true;
    }
    this.#typed = false;
    this.#typedOver = true;
    this.#prompted = false;
    this.#line.clear();
  }

  #nameGiven(): void {
    if (this.#name.blank) return;
    // The echo proves that this was the answer; without a doubt it is not needed.
    if (this.#unclear && !this.#line.endsWith(this.#name)) this.#name.clear();
    this.#begin(Phase.Named);
  }

  #begin(phase: Phase): void {
    this.#phase = phase;
    this.#verdictLines = 0;
    if (phase === Phase.Session) this.#serverBytes = 0;
    if (phase === Phase.Name || phase === Phase.Named) this.#passwordTyped = false;
  }

  /** The server ended a line. */
  #lineDone(): void {
    const { bytes, length } = this.#line;
    if (this.#phase === Phase.Greeting) {
      if (!this.#shell && !this.#line.blank && !isAnswered(bytes, length))
        this.#greeting.add(bytes, length);
    } else if (this.#phase === Phase.Name) this.#echoedName(bytes, length);
    else if (this.#phase === Phase.Named || this.#phase === Phase.Verdict)
      this.#answer(bytes, length);
    else if (this.#phase === Phase.Password && !this.#clientHeard) this.#begin(Phase.Verdict);
    else if (this.#phase === Phase.Session) this.#system(bytes, length);
    this.#line.clear();
    this.#returned = false;
    this.#prompted = false;
    this.#typedOver = false;
  }

  /** Only the server was captured: its echo shows the name, and the question stands before it. */
  #echoedName(bytes: Uint8Array, length: number): void {
    if (this.#clientHeard || !this.#prompted || length <= this.#promptLength) return;
    this.#name.copy(bytes, this.#promptLength, length);
    if (!this.#name.blank) this.#begin(Phase.Named);
  }

  #answer(bytes: Uint8Array, length: number): void {
    if (this.#line.blank) return;
    if (isRefusal(bytes, length)) {
      this.#verdict("failure");
      return;
    }
    // Question and what follows came in one piece: the answer had been sent ahead.
    if (this.#phase === Phase.Named && promptOf(bytes, length) === Prompt.Password) {
      this.#askPassword();
      return;
    }
    if (this.#phase === Phase.Verdict && isWelcome(bytes, length)) this.#verdict("success");
    else if (++this.#verdictLines >= VERDICT_LINES) this.#verdict("success");
    this.#system(bytes, length);
  }

  #system(bytes: Uint8Array, length: number): void {
    if (this.#typedOver || !isSystemLine(bytes, length)) return;
    this.#observe.about(Side.Responder).text("session", bytes, 0, length).emit();
  }

  /** Whether the unfinished line asks something, and what that says about the last answer. */
  #question(): void {
    const { bytes, length } = this.#line;
    const prompt = promptOf(bytes, length);
    if (prompt === Prompt.None) {
      if (this.#phase === Phase.Verdict && !this.#line.blank) this.#verdictLines++;
      return;
    }
    this.#prompted = true;
    this.#promptLength = length;
    this.#greeting.tell(this.#observe);
    if (prompt === Prompt.Login) this.#askName();
    else if (prompt === Prompt.Password) this.#askPassword();
    else this.#askCommand();
  }

  #askName(): void {
    const open = this.#phase === Phase.Named || this.#phase === Phase.Verdict;
    if (open || (this.#phase === Phase.Password && !this.#clientHeard)) this.#verdict("failure");
    const { bytes, length } = this.#line;
    this.#observe.about(Side.Responder).text("prompt", bytes, 0, length).emit();
    this.#name.clear();
    this.#ahead = false;
    this.#begin(Phase.Name);
  }

  #askPassword(): void {
    if (this.#phase === Phase.Session) return;
    if (this.#phase === Phase.Verdict) this.#login("failure");
    // The answer, or its beginning, may have been sent before the question came.
    this.#passwordTyped = this.#typed || this.#ahead;
    this.#begin(this.#ahead ? Phase.Verdict : Phase.Password);
    this.#ahead = false;
  }

  #askCommand(): void {
    if (this.#phase === Phase.Verdict || this.#phase === Phase.Named) this.#verdict("success");
    else if (this.#phase === Phase.Password && !this.#clientHeard) this.#verdict("success");
    else if (this.#phase === Phase.Greeting && this.#shellAllowed) {
      if (this.#commanded) {
        this.#observe.about(Side.Responder).number("shell", 1).emit();
        this.#begin(Phase.Session);
      }
      this.#shell = true;
    }
  }

  #verdict(outcome: "success" | "failure"): void {
    this.#login(outcome);
    this.#begin(outcome === "success" ? Phase.Session : Phase.Greeting);
  }

  #login(outcome: string): void {
    const observe = this.#observe
      .about(Side.Responder)
      .text("login.user", this.#name.bytes, 0, this.#name.length)
      .string("login.outcome", outcome)
      .string("login.mechanism", "prompt");
    if (this.#clientHeard) observe.number("login.password_seen", this.#passwordTyped ? 1 : 0);
    observe.emit();
    this.#shellAllowed = false;
    this.#unclear = false;
    this.#passwordTyped = false;
  }
}
