import { describe, expect, it } from "vitest";
import { analyzer } from "../../src/protocols/http.ts";
import { CORPUS, corpusEntries } from "../support/captures.ts";
import { observationsOf } from "../support/replay.ts";
import { Conversation } from "./conversation.ts";

const SECRET = "Zq7secret";
const talk = () => new Conversation(analyzer, "tcp");
const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const request = (...headers: string[]) =>
  `GET / HTTP/1.1\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`;
const basic = (user: string, password = SECRET) =>
  request(`Authorization: Basic ${base64(`${user}:${password}`)}`);
const answer = (status: number, ...headers: string[]) =>
  `HTTP/1.1 ${status} x\r\n${headers.map((header) => `${header}\r\n`).join("")}Content-Length: 0\r\n\r\n`;
const form = (body: string, type = "application/x-www-form-urlencoded") =>
  `POST /login HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const logins = (talked: Conversation) =>
  talked.facts
    .filter((fact) => "login.outcome" in fact)
    .map((fact) => [fact.about, fact["login.user"], fact["login.outcome"]]);

describe("HTTP Basic", () => {
  it.each([
    [200, "success"],
    [302, "success"],
    [401, "failure"],
    [403, "failure"],
    [404, "attempt"],
    [500, "attempt"],
  ])("takes status %i for %s", (status, outcome) => {
    const talked = talk().client(basic("admin")).server(answer(status));
    expect(talked.facts).toContainEqual({
      about: "server",
      "login.user": "admin",
      "login.outcome": outcome,
      "login.mechanism": "basic",
      "login.password_seen": 1,
    });
  });

  it("decodes names of every length, and nothing behind the colon", () => {
    for (let length = 1; length <= 24; length++) {
      const user = "abcdefghijklmnopqrstuvwxyz".slice(0, length);
      const talked = talk().client(basic(user)).server(answer(200));
      expect(logins(talked)).toEqual([["server", user, "success"]]);
      expect(JSON.stringify(talked.observations)).not.toContain("Zq7");
    }
  });

  it("takes a token without a colon for no name: it may be the password", () => {
    const talked = talk().client(request(`Authorization: Basic ${base64(SECRET)}`));
    expect(logins(talked.server(answer(200)))).toEqual([["server", undefined, "success"]]);
    const long = talk().client(request(`Authorization: Basic ${base64(SECRET.repeat(40))}`));
    expect(logins(long.server(answer(200)))).toEqual([["server", undefined, "success"]]);
  });

  it("is an attempt when no answer comes", () => {
    expect(logins(talk().client(basic("admin")).close())).toEqual([["server", "admin", "attempt"]]);
    expect(logins(talk().client(basic("admin")).gap(1, 100))).toEqual([
      ["server", "admin", "attempt"],
    ]);
  });

  it("belongs to its own answer among many", () => {
    const talked = talk().client(request() + basic("admin") + request());
    talked.server(answer(404)).server(answer(401)).server(answer(200));
    expect(logins(talked)).toEqual([["server", "admin", "failure"]]);
  });

  it("is not judged by an answer that may belong to a lost request", () => {
    const talked = talk().client(request()).gap(0, 200).client(basic("admin"));
    talked.server(answer(200)).server(answer(401));
    expect(logins(talked)).toEqual([["server", "admin", "attempt"]]);
    talked.client(basic("admin")).server(answer(401));
    expect(logins(talked).at(-1)).toEqual(["server", "admin", "failure"]);
  });

  it("tells a login to a proxy", () => {
    const talked = talk().client(
      `GET http://a.example/ HTTP/1.1\r\nProxy-Authorization: Basic ${base64(`bob:${SECRET}`)}\r\n\r\n`,
    );
    expect(logins(talked.server(answer(407)))).toEqual([["server", "bob", "failure"]]);
  });
});

describe("HTTP Digest, NTLM and tokens", () => {
  it("tells the name of a digest, of which no password crosses", () => {
    const header = 'Authorization: Digest username="nurse \\"a\\"", realm="x", response="0"';
    const talked = talk().client(request(header)).server(answer(200));
    expect(talked.facts).toContainEqual({
      about: "server",
      "login.user": 'nurse "a"',
      "login.outcome": "success",
      "login.mechanism": "digest",
      "login.password_seen": 0,
    });
  });

  it("reads no hashed name (RFC 7616 §3.4.4)", () => {
    const header = 'Authorization: Digest username="0f3a", userhash=true, realm="x"';
    expect(logins(talk().client(request(header)).server(answer(200)))).toEqual([
      ["server", undefined, "success"],
    ]);
  });

  it("takes only the last message of NTLM for a login", () => {
    const ntlm = (type: number) =>
      request(`Authorization: NTLM ${base64(`NTLMSSP\0${String.fromCharCode(type)}\0\0\0`)}`);
    const talked = talk().client(ntlm(1)).server(answer(401));
    expect(logins(talked)).toEqual([]);
    talked.client(ntlm(3)).server(answer(200));
    expect(talked.all("login.mechanism")).toEqual(["ntlm"]);
  });

  it("shows no token", () => {
    const talked = talk()
      .client(request(`Authorization: Bearer ${SECRET}`))
      .server(answer(200));
    expect(talked.all("login.mechanism")).toEqual(["bearer"]);
    expect(JSON.stringify(talked.observations)).not.toContain(SECRET);
  });
});

describe("HTTP forms", () => {
  it.each([
    [`username=bob&password=${SECRET}`, "bob"],
    [`password=${SECRET}&login=Login&username=bob`, "bob"],
    [`user%5Bemail%5D=bob%40ward.example&user%5Bpassword%5D=${SECRET}`, "bob@ward.example"],
    [`ctl00%24txtUserName=bob+b&ctl00%24txtPassword=${SECRET}`, "bob b"],
    [`log=bob&pwd=${SECRET}`, "bob"],
    [`j_username=bob&j_password=${SECRET}&submit=`, "bob"],
    [`password=${SECRET}`, undefined],
  ])("finds the name in form %#", (body, user) => {
    const talked = talk().client(form(body)).server(answer(401)).close();
    expect(logins(talked)).toEqual([["server", user, "failure"]]);
    expect(JSON.stringify(talked.observations)).not.toContain("Zq7");
  });

  it.each([
    ["no password field", "username=bob&comment=hello"],
    ["an empty password", "username=bob&password="],
    ["a search", "q=password&catalog=x"],
  ])("takes a form with %s for no login", (_, body) => {
    expect(logins(talk().client(form(body)).server(answer(200)))).toEqual([]);
  });

  it("reads no other body", () => {
    const body = `{"username":"bob","password":"${SECRET}"}`;
    expect(logins(talk().client(form(body, "application/json")).server(answer(200)))).toEqual([]);
    const long = form(`password=${SECRET}&x=${"a".repeat(9000)}`);
    expect(logins(talk().client(long).server(answer(200)))).toEqual([]);
  });

  it.each([
    [answer(303, "Location: /home"), "success"],
    [answer(302, "Location: /login?error=1"), "attempt"],
    [answer(200), "attempt"],
    [answer(403), "failure"],
  ])("does not take a page shown again for success (%#)", (response, outcome) => {
    const talked = talk()
      .client(form(`user=bob&pass=${SECRET}`))
      .server(response);
    expect(logins(talked)).toEqual([["server", "bob", outcome]]);
  });
});

interface Credential {
  readonly protocol: string;
  readonly user: string;
  readonly src: string;
  readonly dst: string;
  readonly port: number;
}

const entries = corpusEntries().filter(({ expect: answers }) =>
  ((answers.credentials ?? []) as Credential[]).some(({ protocol }) => protocol === "http-basic"),
);

describe.skipIf(entries.length === 0)(
  "HTTP logins of the corpus (skipped where it is absent)",
  () => {
    it.each(entries.map(({ file }) => file))("gives every answer of %s", async (file) => {
      const answers = entries.find((entry) => entry.file === file)?.expect
        .credentials as Credential[];
      const { observations } = await observationsOf(`${CORPUS}/${file}`);
      const ours = observations
        .filter(({ protocol, fields }) => protocol === "http" && "login.user" in fields)
        .map(({ subject, peer, fields }) => [
          fields["login.user"],
          peer?.ip,
          subject.ip,
          subject.port,
        ]);
      for (const { protocol, user, src, dst, port } of answers) {
        if (protocol === "http-basic") expect(ours).toContainEqual([user, src, dst, port]);
      }
    });
  },
);
