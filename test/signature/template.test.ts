import { describe, expect, it } from "vitest";
import { parseTemplate, render, renderWhole } from "../../src/signature/template.ts";

const values: Record<string, string | number> = { "login.user": "admin", version: "2.4", port: 23 };
const lookup = (name: string) => values[name];

function text(source: string): string {
  return render(parseTemplate(source), lookup).text;
}

describe("a message", () => {
  it("fills in values, and says `unknown` for a missing one", () => {
    expect(text("{login.user} at port {port} of {peer.ip}")).toBe("admin at port 23 of unknown");
  });

  it("leaves out a bracketed part with a missing value", () => {
    expect(text("Login[ as {login.user}][ from {peer.ip}].")).toBe("Login as admin.");
  });

  it("keeps brackets and braces that name no value", () => {
    expect(text("[sic] {} {not a name} [a]")).toBe("[sic] {} {not a name} [a]");
  });

  it("does not look for places inside values", () => {
    const tricky = render(parseTemplate("{a} {b}"), (name) => (name === "a" ? "{b}[x]" : "y"));
    expect(tricky.text).toBe("{b}[x] y");
  });

  it("says where the values stand", () => {
    const { text: whole, spans } = render(parseTemplate("as {login.user}[ on {port}]"), lookup);
    expect(spans.map(({ name, start, end }) => [name, whole.slice(start, end)])).toEqual([
      ["login.user", "admin"],
      ["port", "23"],
    ]);
  });

  it("is bounded, its spans too", () => {
    const { text: whole, spans } = render(parseTemplate("{a}{a}"), () => "z".repeat(400));
    expect(whole).toHaveLength(512);
    expect(spans.at(-1)?.end).toBe(512);
  });
});

describe("a value to believe", () => {
  it("is left out when a part of it is missing", () => {
    expect(renderWhole(parseTemplate("cpe:2.3:a:x:y:{version}"), lookup)).toBe("cpe:2.3:a:x:y:2.4");
    expect(renderWhole(parseTemplate("cpe:2.3:a:x:y:{absent}"), lookup)).toBeNull();
    expect(renderWhole(parseTemplate("Windows[ {absent}]"), lookup)).toBe("Windows");
    expect(renderWhole(parseTemplate("[{absent}]"), lookup)).toBeNull();
  });

  it("lists every name once", () => {
    expect(parseTemplate("{a} [{b.c} {a}]").names).toEqual(["a", "b.c"]);
  });
});
