import { describe, expect, it } from "vitest";
import { Verdict } from "../../src/analysis/analyzer.ts";
import { FlowState } from "../../src/flow/flow.ts";
import { analyzer } from "../../src/protocols/ssdp.ts";
import { Conversation, probeDatagram } from "./conversation.ts";

const talk = (state = 0) => new Conversation(analyzer, "udp", { state });
const notify = (...headers: string[]) =>
  ["NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", ...headers, "", ""].join("\r\n");
const URN = "urn:schemas-upnp-org:device:Basic:1";

describe("SSDP", () => {
  it("tells what announces itself", () => {
    const message = notify(`NT: ${URN}`, "Server: Linux/3.14.0 UPnP/1.0 IpBridge/1.9.0");
    expect(talk().client(message).facts).toEqual([
      {
        about: "client",
        "ssdp.device_type": URN,
        "ssdp.server": "Linux/3.14.0 UPnP/1.0 IpBridge/1.9.0",
      },
    ]);
  });

  it("knows that a host which speaks to the group is on the segment", () => {
    const facts = talk(FlowState.Group).client(notify("SERVER: x")).observations;
    expect(facts[0]?.fields).toEqual({ "host.binding": "local" });
    expect(facts[0]?.subject).toEqual({ mac: "02:00:00:00:00:01", ip: "10.0.0.1" });
  });

  it("tells who searches, not what for", () => {
    const search = `M-SEARCH * HTTP/1.1\r\nST: ${URN}\r\nUser-Agent: Chrome/99\r\n\r\n`;
    expect(talk().client(search).facts).toEqual([
      { about: "client", "ssdp.user_agent": "Chrome/99" },
    ]);
  });

  it("tells who answers", () => {
    const answer = `HTTP/1.1 200 OK\r\nST: ${URN}\r\nSERVER: a UPnP/1.0 b\r\nUSN: uuid:1::${URN}\r\n\r\n`;
    expect(talk().server(answer).facts).toEqual([
      { about: "server", "ssdp.device_type": URN, "ssdp.server": "a UPnP/1.0 b" },
    ]);
  });

  it("takes the name of one device, or of all, for no type", () => {
    const facts = talk()
      .client(notify("NT: uuid:4711"))
      .client(notify("NT: upnp:rootdevice")).facts;
    expect(facts).toEqual([]);
  });

  it("is known by its start lines", () => {
    expect(probeDatagram(analyzer, notify(), 9999)).toBe(Verdict.Yes);
    expect(probeDatagram(analyzer, "NOTIFY sip:a@b SIP/2.0\r\n")).toBe(Verdict.No);
    expect(probeDatagram(analyzer, "HTTP/1.1 404 Not Found\r\n")).toBe(Verdict.No);
  });

  it("says no more of a datagram cut anywhere than of the whole", () => {
    const whole = notify("SERVER: Linux UPnP/1.0 b/1", `NT: ${URN}`);
    for (let length = 0; length < whole.length; length++) {
      for (const { about: _, ...fields } of talk().client(whole.slice(0, length)).facts) {
        for (const value of Object.values(fields)) expect(whole).toContain(value);
      }
    }
  });
});
