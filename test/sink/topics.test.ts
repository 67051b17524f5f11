import { describe, expect, it } from "vitest";
import { isTopicId, originOf, topicIdProblem, topicOf } from "../../src/sink/topics.ts";
import { alertEvent, deviceEvent, ORIGIN, SUMMARY_EVENT } from "./samples.ts";

describe("topics", () => {
  it("say what, where and how severe", () => {
    expect(topicOf(alertEvent())).toBe("auscult/v1/st-anna/icu-1/alert/high/cleartext");
    expect(topicOf(deviceEvent())).toBe("auscult/v1/st-anna/icu-1/device/d-5f1c0a9be2d34417");
    expect(topicOf(SUMMARY_EVENT)).toBe("auscult/v1/st-anna/icu-1/summary");
  });

  it("hold no address and no name of the finding", () => {
    for (const topic of [topicOf(alertEvent()), topicOf(deviceEvent())]) {
      expect(topic).not.toMatch(/10\.20|00:09|PUMP|biomed/);
    }
  });

  it("give back site and sensor", () => {
    for (const event of [alertEvent(), deviceEvent(), SUMMARY_EVENT]) {
      expect(originOf(topicOf(event))).toEqual(ORIGIN);
    }
  });

  it("of others are not ours", () => {
    for (const topic of [
      "",
      "auscult/v1/a",
      "auscult/v2/a/b/alert",
      "x/v1/a/b/alert",
      "auscult/v1/A/b/c",
    ]) {
      expect(originOf(topic)).toBeUndefined();
    }
  });

  it("cannot be widened by a site name", () => {
    for (const name of ["", "#", "+", "a/b", "Á", "a b", "-a", "a".repeat(64), "a\n"]) {
      expect(isTopicId(name)).toBe(false);
      expect(topicIdProblem("--site", name)).toContain("--site");
    }
    expect(isTopicId("a".repeat(63))).toBe(true);
  });
});
