import { describe, it } from "vitest";
import { loggingResolver } from "../../../l4-node/server/logging-resolver.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { DnsAnswer } from "../../../shared/host/dns-resolver.ts";
import { RecordingLogger } from "../../support/fakes.ts";

describe("loggingResolver", () => {
  it("says when a name loses its addresses and when it has some again, once each", async ({ expect }) => {
    const found = ok({ addresses: ["192.0.2.1"] });
    const answers: readonly Result<DnsAnswer, string>[] = [found, err("ETIMEOUT"), ok({ addresses: [] }), found, found];
    const logger = new RecordingLogger();
    let answer: Result<DnsAnswer, string> = found;
    const resolver = loggingResolver({ resolve: async () => answer }, logger);
    for (answer of answers) expect(await resolver.resolve("a.example", "AUTO")).toEqual(answer);
    expect(logger.events).toEqual([
      { level: "warning", event: "dns_no_address", fields: { name: "a.example", reason: "ETIMEOUT" } },
      { level: "info", event: "dns_address_found", fields: { name: "a.example" } },
    ]);
  });
});
