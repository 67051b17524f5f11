/** Telnet conversations, key by key. */
import { analyzer } from "../../src/protocols/telnet.ts";
import { Conversation } from "./conversation.ts";

export const SECRET = "Zq7secret";
export const talk = (state = 0) => new Conversation(analyzer, "tcp", { state });
export const logins = (talked: Conversation) =>
  talked.facts
    .filter((fact) => "login.outcome" in fact)
    .map((fact) => [fact["login.user"], fact["login.outcome"], fact["login.password_seen"]]);

/** One key per segment, each echoed by the server, as in character mode. */
export function keys(talked: Conversation, text: string, echo = true): Conversation {
  for (const key of text) {
    talked.client(key);
    if (echo && key >= " " && key !== "\x7f") talked.server(key);
    if (echo && (key === "\x7f" || key === "\x08")) talked.server("\b \b");
  }
  return talked;
}

/** Up to the password, in character mode. */
export function upToVerdict(prompt = "login: ", user = "biomed"): Conversation {
  const talked = talk().server(`\r\nWard 3 gateway\r\n\r\n${prompt}`);
  keys(talked, user).client("\r\0").server("\r\nPassword: ");
  return keys(talked, SECRET, false).client("\r\0").server("\r\n");
}
