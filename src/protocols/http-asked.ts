/** What the answer to an HTTP request depends on. Normative: RFC 9112 §3.2, §6.3; RFC 9110 §7.8, §9.3.2, §9.3.6. */
import { startsWith } from "../packet/reader.ts";
import { Header, type HttpHead } from "./http-head.ts";

/** What is remembered of a request until its answer: bits. */
export const Asked = {
  /** It was seen: the bits mean something. */
  Seen: 1,
  Head: 2,
  Connect: 4,
  /** Its answer may depend on who asked: no title is read. */
  Personal: 8,
  Proxy: 16,
  Held: 32,
} as const;

const QUESTION = 0x3f;
const SLASH = 0x2f;
const STAR = 0x2a;

export function askedBits(head: HttpHead): number {
  const { bytes, method, methodEnd, target, targetEnd } = head;
  let bits: number = Asked.Seen;
  const length = methodEnd - method;
  if (length === 4 && startsWith(bytes, method, methodEnd, "HEAD")) bits |= Asked.Head;
  if (length === 7 && startsWith(bytes, method, methodEnd, "CONNECT"))
    bits |= Asked.Connect | Asked.Held;
  else if (bytes[target] !== SLASH && bytes[target] !== STAR) bits |= Asked.Proxy;
  if (head.has(Header.Upgrade)) bits |= Asked.Held;
  let personal = head.has(Header.Cookie) || head.has(Header.Authorization);
  for (let at = target; at < targetEnd; at++) if (bytes[at] === QUESTION) personal = true;
  return personal ? bits | Asked.Personal : bits;
}
