import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { analyzer } from "../../src/protocols/http.ts";
import { CAPTURES } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation, probeStream } from "./conversation.ts";
import { CANARIES, conversationIn, hasTshark, mutations, repeat, tshark } from "./recorded.ts";

const talk = () => new Conversation(analyzer, "tcp");
const get = (...headers: string[]) => `GET / HTTP/1.1\r\n${lines(headers)}\r\n`;
const ok = (...headers: string[]) => `HTTP/1.1 200 OK\r\n${lines(headers)}`;
const empty = (...headers: string[]) => `${ok(...headers, "Content-Length: 0")}\r\n`;
const lines = (headers: readonly string[]) => headers.map((header) => `${header}\r\n`).join("");
/** What is said of one field, in order. */
const servers = (talked: Conversation) => talked.all("http.server");

describe("HTTP heads", () => {
  it("tells what server and client call themselves", () => {
    const facts = talk()
      .client(get("User-Agent: curl/8.0", "Host: pacs.ward:8080"))
      .server(empty("Server: Apache/2.4.29 (Ubuntu)", "X-Powered-By: PHP/7.2")).facts;
    expect(facts).toEqual([
      { about: "client", "http.user_agent": "curl/8.0" },
      { about: "server", "http.host": "pacs.ward" },
      { about: "server", "http.server": "Apache/2.4.29 (Ubuntu)", "http.powered_by": "PHP/7.2" },
    ]);
  });

  it.each([
    ["names in any case", "sErVeR:  x/1 \r\n"],
    ["no blank behind the colon", "Server:x/1\r\n"],
    ["a tab", "Server:\tx/1\t\r\n"],
    ["LF alone", "Server: x/1\n"],
  ])("reads %s", (_, header) => {
    expect(servers(talk().server(`HTTP/1.1 204 No\r\n${header}\r\n`))).toEqual(["x/1"]);
  });

  it("joins a header that goes on in the next line (RFC 9112 §5.2)", () => {
    const folded = "HTTP/1.1 204 No\r\nServer: x/1\r\n  (old)\r\n\ty\r\nVia: 1.1 a\r\n\r\n";
    const talked = talk().server(folded);
    expect(servers(talked)).toEqual([expect.stringMatching(/^x\/1 +\(old\) y$/)]);
    expect(talked.all("http.via")).toEqual(["1.1 a"]);
  });

  it.each(["10.1.2.3", "10.1.2.3:80", "[fe80::1]:80", ""])("takes %j for no name", (host) => {
    expect(
      talk()
        .client(get(`Host: ${host}`))
        .all("http.host"),
    ).toEqual([]);
  });

  it("tells every challenge with its realm", () => {
    const answer = [
      "WWW-Authenticate: Negotiate",
      'WWW-Authenticate: Basic realm="AXIS_ACCC8E", charset="UTF-8"',
      "Content-Length: 0",
    ];
    const talked = talk()
      .client(get())
      .server(`HTTP/1.1 401 No\r\n${lines(answer)}\r\n`);
    expect(talked.facts).toEqual([
      { about: "server", "error.code": 401 },
      { about: "server", "http.auth_scheme": "Negotiate" },
      { about: "server", "http.auth_scheme": "Basic", "http.auth_realm": "AXIS_ACCC8E" },
    ]);
  });

  it("tells that a server sends its clients to TLS, not where", () => {
    const moved =
      "HTTP/1.1 301 Moved\r\nLocation: https://pacs/?id=4711\r\nContent-Length: 0\r\n\r\n";
    expect(talk().client(get()).server(moved).facts).toEqual([
      { about: "server", "http.redirect": "https" },
    ]);
  });

  it("tells a media type without its parameters", () => {
    const body = ["Content-Type: multipart/form-data; boundary=x7", "Content-Length: 3"];
    const talked = talk().client(`POST / HTTP/1.1\r\n${lines(body)}\r\nabc`);
    expect(talked.all("http.content_type")).toEqual(["multipart/form-data"]);
  });

  it.each(["text/html", "image/png"])("does not tell %s: every page has it", (type) => {
    const body = ["HTTP/1.1 200 OK", `Content-Type: ${type}`, "Content-Length: 3"];
    expect(talk().server(`${lines(body)}\r\nabc`).facts).toEqual([]);
  });
});

describe("HTTP bodies", () => {
  const page = "<html><head><title>Ward server</title></head>";

  it("goes on behind a body, whatever its length and however it is cut", () => {
    const body = "HTTP/1.1 200 OK\nServer: wrong\n\n".repeat(300);
    const stream = `${ok(`Content-Length: ${body.length + 1}`)}\r\n!${body}${empty("Server: next")}`;
    for (const size of [1, 100, 1460, 100_000]) {
      const talked = talk().client(get() + get());
      for (let at = 0; at < stream.length; at += size) talked.server(stream.slice(at, at + size));
      expect(servers(talked), `${size} bytes`).toEqual(["next"]);
    }
  });

  it("goes on behind chunks and their trailer (RFC 9112 §7.1)", () => {
    const chunks = "5;x=y\r\nabcde\r\n1A\r\nHTTP/1.1 200 OK\r\nServer: no\r\n0\r\nX-Sum: 1\r\n\r\n";
    const chunked = `${ok("Transfer-Encoding: chunked")}\r\n${chunks}`;
    expect(
      servers(
        talk()
          .client(get() + get())
          .server(chunked + empty("Server: next")),
      ),
    ).toEqual(["next"]);
  });

  it.each([
    ["HEAD", "HEAD / HTTP/1.1\r\n\r\n", ok("Content-Length: 999")],
    ["204", get(), "HTTP/1.1 204 No Content\r\nContent-Length: 999\r\n"],
    ["304", get(), "HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\n"],
    ["100 Continue", get(), "HTTP/1.1 100 Continue\r\n"],
  ])("expects no body behind %s", (_, request, answer) => {
    const talked = talk()
      .client(request)
      .server(`${answer}\r\n${empty("Server: next")}`);
    expect(servers(talked)).toEqual(["next"]);
  });

  it("reads a body without length to the end of the connection", () => {
    const talked = talk()
      .client(get())
      .server(`${ok("Server: old")}\r\n`);
    expect(servers(talked.server(`text ${empty("Server: no")}`))).toEqual(["old"]);
  });

  it("tells the title of a page that anybody may see, in any encoding of its length", () => {
    const html = "Content-Type: text/html";
    const sized = `${ok(html, `Content-Length: ${page.length}`)}\r\n${page}`;
    const chunked = `${ok(html, "Transfer-Encoding: chunked")}\r\n10\r\n${page.slice(0, 16)}\r\n1d\r\n${page.slice(16)}\r\n0\r\n\r\n`;
    const closed = `${ok(html)}\r\n${page}`;
    for (const answer of [sized, chunked, closed]) {
      const talked = talk().client(get());
      for (const byte of answer) talked.server(byte);
      expect(talked.all("http.title")).toEqual(["Ward server"]);
    }
  });

  it.each([
    ["a cookie", get("Cookie: a=b"), ok("Content-Type: text/html")],
    ["credentials", get("Authorization: Bearer x"), ok("Content-Type: text/html")],
    ["a query", "GET /p?id=4711 HTTP/1.1\r\n\r\n", ok("Content-Type: text/html")],
    ["a coding", get(), ok("Content-Type: text/html", "Content-Encoding: gzip")],
    ["another type", get(), ok("Content-Type: text/plain")],
    ["no request on the wire", "", ok("Content-Type: text/html")],
  ])("reads no title with %s: it may name a patient", (_, request, answer) => {
    const talked = talk().client(request).server(`${answer}\r\n${page}`);
    expect(talked.all("http.title")).toEqual([]);
  });

  it("gives up the search for a title after 64 KiB", () => {
    const late = `${ok("Content-Type: text/html")}\r\n${" ".repeat(70_000)}`;
    const talked = talk().client(get()).server(late).server(page);
    expect(talked.all("http.title")).toEqual([]);
  });
});

describe("HTTP connections that become something else", () => {
  it("hands a tunnel over, and calls the server a proxy", () => {
    const talked = talk().client("CONNECT a:443 HTTP/1.1\r\n\r\n");
    talked.server("HTTP/1.1 200 Established\r\n\r\n");
    expect(talked.handedOver).toBe("");
    expect(talked.all("http.proxy")).toEqual([1]);
  });

  it("goes on when a tunnel is refused", () => {
    const talked = talk().client("CONNECT a:443 HTTP/1.1\r\n\r\n");
    talked.server("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    talked.client(get("User-Agent: next"));
    expect(talked.handedOver).toBeNull();
    expect(talked.all("http.user_agent")).toEqual(["next"]);
  });

  it("hands an upgrade over", () => {
    const talked = talk().client(get("Upgrade: websocket", "Connection: Upgrade"));
    talked
      .client("\x81\x05hello")
      .server("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81");
    expect(talked.handedOver).toBe("");
    expect(talked.all("http.upgrade")).toEqual(["websocket"]);
  });

  it("knows a proxy by requests for others", () => {
    const talked = talk().client("GET http://a.example/x HTTP/1.1\r\nHost: a.example\r\n\r\n");
    talked.server(empty("Server: squid"));
    expect(talked.all("http.proxy")).toEqual([1]);
    expect(talked.all("http.host")).toEqual([]);
  });
});

describe("HTTP after a loss", () => {
  it("finds the next head", () => {
    const talked = talk()
      .client(get() + get())
      .server(`${ok("Server: a", "Content-Length: 50")}\r\n`);
    talked.gap(1, 5000).server(`lost text${empty("Server: b")}`);
    expect(servers(talked)).toEqual(["a", "b"]);
    talked.gap(0, 300).client(`st of a line\r\n${get("User-Agent: z")}`);
    expect(talked.all("http.user_agent")).toEqual(["z"]);
  });

  it("knows where it is when only a part of a body is missing", () => {
    const html = `${ok("Content-Type: text/html", "Content-Length: 100")}\r\n<ti`;
    const talked = talk()
      .client(get() + get())
      .server(html);
    talked.gap(1, 90).server(`HTTP/1.${empty("Server: b")}`);
    expect(servers(talked)).toEqual(["b"]);
  });

  it("takes the answer to a HEAD that was not seen", () => {
    const talked = talk().server(
      `${ok("Server: a", "Content-Length: 999")}\r\n${empty("Server: b")}`,
    );
    expect(servers(talked)).toEqual(["a", "b"]);
  });
});

describe("HTTP on the wire", () => {
  it.each([
    ["a request", get(), "", Verdict.Yes],
    ["an answer alone", "", empty(), Verdict.Yes],
    ["an answer to the middle of a request", "x=1&y=2", empty(), Verdict.Yes],
    ["WebDAV", "PROPFIND /a HTTP/1.1\r\n", "", Verdict.Yes],
    ["half a request line", "GET /index", "", Verdict.Maybe],
    ["a very long target", `GET /${"a".repeat(400)}`, "", Verdict.Yes],
    ["SIP", "OPTIONS sip:a@b SIP/2.0\r\n", "", Verdict.No],
    ["RTSP", "OPTIONS * RTSP/1.0\r\n", "", Verdict.No],
    ["SMTP", "EHLO ward.example\r\n", "", Verdict.No],
    ["FTP", "USER bob\r\n", "220 hi\r\n", Verdict.No],
    ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", Verdict.No],
    ["bytes", "GET \x00\x01\x02", "", Verdict.No],
  ])("judges %s", (_, client, server, verdict) => {
    expect(probeStream(analyzer, client, server, 9999)).toBe(verdict);
  });

  it.each(["http/chunked-answer.pcap", "http/upload-multipart.pcap", "http/form-login.pcap"])(
    "says the same of %s however it is cut",
    async (file) => {
      const said = await conversationIn(file);
      const whole = repeat(talk(), said).facts;
      expect(whole.length).toBeGreaterThan(1);
      for (const size of [1, 7, 100]) {
        expect(repeat(talk(), said, size).facts, `${size} bytes`).toEqual(whole);
      }
    },
  );

  it("survives any change, and never shows a password", async () => {
    const files = ["http/basic-login-after-challenge.pcap", "http/form-login.pcap"];
    const said = (await Promise.all(files.map(conversationIn))).flat();
    fc.assert(
      fc.property(mutations(said), (parts) => {
        const shown = JSON.stringify(repeat(talk(), parts).close().observations);
        for (const secret of CANARIES) expect(shown).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it
    .skipIf(!hasTshark)
    .each([
      "http/keep-alive-three-requests-one-missing.pcap",
      "http/basic-login-after-challenge.pcap",
      "http/redirect-to-https.pcap",
      "hospital/ward-and-office.pcap",
    ])("agrees with tshark about %s", async (file) => {
    const { observations } = await observationsOf(`${CAPTURES}/${file}`);
    const ours = (field: string) =>
      new Set(
        observations
          .filter(({ protocol, fields }) => protocol === "http" && field in fields)
          .map(({ subject, fields }) => `${subject.ip} ${fields[field]}`),
      );
    const theirs = (filter: string, ...fields: string[]) =>
      new Set(tshark(file, filter, ...fields).map((columns) => columns.join(" ")));
    expect(ours("http.server")).toEqual(theirs("http.server", "ip.src", "http.server"));
    expect(ours("http.user_agent")).toEqual(theirs("http.user_agent", "ip.src", "http.user_agent"));
    const errors = theirs("http.response.code >= 400", "ip.src", "http.response.code");
    expect(ours("error.code")).toEqual(errors);
  });
});
