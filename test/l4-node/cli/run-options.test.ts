import { availableParallelism } from "node:os";
import { describe, it } from "vitest";
import { parseRunOptions } from "../../../l4-node/cli/run-options.ts";

describe("parseRunOptions", () => {
  it("defaults are Envoy's", ({ expect }) => {
    expect(parseRunOptions(["-c", "envoy.yaml"])).toEqual({
      ok: true,
      value: {
        configPath: "envoy.yaml",
        configYaml: undefined,
        mode: "serve",
        concurrency: availableParallelism(),
        adminAddressPath: undefined,
        logLevel: "info",
        drainTimeMs: 600_000,
        serviceCluster: undefined,
        serviceNode: undefined,
        lenient: false,
      },
    });
  });

  it("every option is read", ({ expect }) => {
    const args =
      "--config-path a.json --config-yaml {} --mode validate --concurrency 3 --admin-address-path /tmp/a -l warn" +
      " --drain-time-s 5 --service-cluster c --service-node n --lenient";
    expect(parseRunOptions(args.split(" "))).toEqual({
      ok: true,
      value: {
        configPath: "a.json",
        configYaml: "{}",
        mode: "validate",
        concurrency: 3,
        adminAddressPath: "/tmp/a",
        logLevel: "warning",
        drainTimeMs: 5000,
        serviceCluster: "c",
        serviceNode: "n",
        lenient: true,
      },
    });
  });

  it.for([
    { args: [], error: /at least one of --config-path and --config-yaml/ },
    { args: ["-c", "a", "--mode", "dance"], error: /--mode: expected serve or validate, got "dance"/ },
    { args: ["-c", "a", "--concurrency", "0"], error: /--concurrency: expected 1 to 1024, got "0"/ },
    { args: ["-c", "a", "--concurrency", "2x"], error: /--concurrency/ },
    { args: ["-c", "a", "--drain-time-s", "-1"], error: /drain-time-s/ },
    { args: ["-c", "a", "-l", "loud"], error: /--log-level: unknown level "loud"/ },
    { args: ["-c", "a", "--unheard-of"], error: /--unheard-of/ },
    { args: ["-c", "a", "stray"], error: /stray/ },
  ])("$args is refused", ({ args, error }, { expect }) => {
    expect(parseRunOptions(args)).toEqual({ ok: false, error: expect.stringMatching(error) });
  });
});
