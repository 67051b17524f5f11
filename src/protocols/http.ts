/**
 * HTTP/1.0 and 1.1: what servers and clients call themselves, logins, errors. Normative: RFC 9110, RFC 9112;
 * RFC 7617 (Basic), RFC 7616 (Digest). Bodies are passed over by length, whatever they hold, but for two
 * things: the title of an HTML page that was asked for without cookie, credentials or query (a page that
 * anybody sees: never one that shows a patient), and the fields of a short login form.
 *
 * Targets, cookies, queries and Referer are no fields.
 *
 * Fields about who answers: `server`, `powered_by` (X-Powered-By), `via`, `title`, `host` (the name that it was
 * asked by, without an address), `auth_scheme` and `auth_realm` (a challenge), `upgrade` (what it changed to),
 * `proxy` 1 (it takes requests for others), `redirect` `https` (it sends clients there); status ≥ 400 is `error.code`.
 * About who asks: `user_agent`, `via`. About who sends a body: `content_type` without parameters, but for text
 * and images, which every page is made of.
 */
import type { Analyzer, Beginning } from "../analysis/analyzer.ts";
import { Verdict } from "../analysis/analyzer.ts";
import { HttpSession } from "./http-session.ts";
import { isRequest, isResponse } from "./http-start.ts";

export const analyzer: Analyzer = {
  protocol: "http",
  fields: {
    server: "open",
    powered_by: "open",
    via: "identifier",
    title: "identifier",
    host: "identifier",
    auth_scheme: "open",
    auth_realm: "identifier",
    upgrade: "open",
    proxy: "open",
    redirect: "open",
    user_agent: "open",
    content_type: "open",
  },
  tcp: {
    ports: [80, 8080, 8000, 8008, 8081, 8888, 3128, 5985, 631],
    leads: {
      originator: Array.from({ length: 26 }, (_, letter) => 0x41 + letter),
      responder: [0x48],
    },
    limit: 64 << 10,
    probe,
    open: (context) => new HttpSession(context),
  },
};

/** Either end is enough: a capture may have one direction only. `Start` and `Verdict` have the same values. */
function probe({ originator, responder }: Beginning): Verdict {
  if (originator.remaining === 0) {
    return isResponse(responder.bytes, responder.position, responder.end);
  }
  const request = isRequest(originator.bytes, originator.position, originator.end);
  if (request !== Verdict.No || responder.remaining === 0) return request;
  // Picked up inside a request: the answer tells.
  const answer = isResponse(responder.bytes, responder.position, responder.end);
  return answer === Verdict.Yes ? Verdict.Yes : Verdict.No;
}
