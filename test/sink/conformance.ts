/** What every sink must do, whatever is behind it. Each implementation runs this one suite. */
import { afterEach, describe, expect, it } from "vitest";
import type { Sink } from "../../src/sink/sink.ts";
import { alertEvent, deviceEvent, EVENTS } from "./samples.ts";

export interface Harness {
  readonly sink: Sink;
  /** How many alerts and devices have arrived at the other side (each id once). */
  arrived(): Promise<{ alerts: number; devices: number }>;
  /** Everything on the other side as text, to look for what must be there. */
  text(): Promise<string>;
  close(): Promise<void>;
}

const DEADLINE = 10_000;

export function sinkConformance(name: string, open: () => Promise<Harness>): void {
  describe(`${name} obeys the sink contract`, () => {
    const opened: Harness[] = [];
    const harness = async () => {
      const one = await open();
      opened.push(one);
      return one;
    };
    afterEach(async () => {
      for (const one of opened.splice(0)) {
        await one.sink.stop(1000).catch(() => undefined);
        await one.close();
      }
    });

    it("has delivered everything it took once stop resolves", async () => {
      const { sink, arrived } = await harness();
      await sink.start();
      for (const event of EVENTS) await sink.write(event);
      await sink.stop(DEADLINE);
      expect(await arrived()).toEqual({ alerts: 2, devices: 1 });
    });

    it("delivers the same event twice as one", async () => {
      const { sink, arrived } = await harness();
      await sink.start();
      for (const event of [...EVENTS, ...EVENTS]) await sink.write(event);
      await sink.stop(DEADLINE);
      expect(await arrived()).toEqual({ alerts: 2, devices: 1 });
    });

    it("takes many events without being waited for between them", async () => {
      const { sink, arrived } = await harness();
      await sink.start();
      const ids = Array.from({ length: 300 }, (_, index) => `a-${index}`);
      await Promise.all(ids.map((id) => sink.write(alertEvent({ id }))));
      await sink.stop(DEADLINE);
      expect((await arrived()).alerts).toBe(300);
    });

    it("refuses a write before start", async () => {
      const { sink } = await harness();
      await expect(sink.write(alertEvent())).rejects.toThrow("new");
    });

    it("refuses a write after stop", async () => {
      const { sink } = await harness();
      await sink.start();
      await sink.stop(DEADLINE);
      await expect(sink.write(alertEvent())).rejects.toThrow("stopped");
    });

    it("can be stopped twice, and without having been started", async () => {
      const { sink } = await harness();
      await sink.stop(DEADLINE);
      await sink.stop(DEADLINE);
      const second = await harness();
      await second.sink.start();
      await second.sink.stop(DEADLINE);
      await second.sink.stop(DEADLINE);
      expect(await second.arrived()).toEqual({ alerts: 0, devices: 0 });
    });

    it("carries text that looks like syntax without breaking", async () => {
      const { sink, arrived, text } = await harness();
      await sink.start();
      const message = `a"b\\c,d=e f'g{h}i;j--k # ü 患者`;
      const title = "line\nfeed\ttab, comma = equals";
      await sink.write(alertEvent({ message, title }));
      await sink.write(deviceEvent({ names: [message] }));
      await sink.stop(DEADLINE);
      expect(await arrived()).toEqual({ alerts: 1, devices: 1 });
      expect(await text()).toContain("患者");
    });
  });
}
