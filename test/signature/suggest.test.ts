import { describe, expect, it } from "vitest";
import { closest, suggestion } from "../../src/signature/suggest.ts";

describe("closest", () => {
  const known = ["http.server", "http.user_agent", "login.user"];

  it("finds the name that was meant", () => {
    expect(closest("http.servr", known)).toBe("http.server");
    expect(closest("login.usr", known)).toBe("login.user");
    expect(suggestion("http.useragent", known)).toBe(" (did you mean http.user_agent?)");
  });

  it("suggests nothing when nothing is close", () => {
    expect(closest("dicom.called", known)).toBeUndefined();
    expect(suggestion("x", known)).toBe("");
  });
});
