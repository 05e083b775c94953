import { describe, it } from "vitest";
import { AccessLogLines } from "./access-log-lines.ts";

const OUTPUT = [
  "nuncio: ready edge on 127.0.0.1:1",
  '{"id":"rig-ed-00001","flags":"-"}',
  "GET rig-ed-00001 200",
  '{"id":"rig-ed-00002","flags":"NR"}',
  '{"other":"rig-ed-00003"}',
].join("\n");

describe("AccessLogLines", () => {
  const lines = new AccessLogLines(OUTPUT, /rig-ed-\d{5}/);

  it("sorts lines by the id in them, the rig's own from the configuration's", ({ expect }) => {
    expect(lines.of("rig-ed-00001")).toEqual({
      log: { id: "rig-ed-00001", flags: "-" },
      ownLog: ["GET rig-ed-00001 200"],
    });
    expect(lines.of("rig-ed-00003")).toEqual({ log: undefined, ownLog: ['{"other":"rig-ed-00003"}'] });
  });

  it("knows how many requests were logged, and has nothing for others", ({ expect }) => {
    expect(lines.count).toBe(3);
    expect(lines.of("rig-ed-00009")).toEqual({ log: undefined, ownLog: [] });
  });
});
