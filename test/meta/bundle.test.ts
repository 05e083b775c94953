import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { beforeAll, describe, it } from "vitest";
import { WORKER_BUILD } from "../../l4-node/cli/worker-bundle.ts";
import budgets from "../budgets.json" with { type: "json" };

/** What only the command line needs: the edge gets configurations that were loaded and checked before. */
const NEVER_AT_THE_EDGE = [
  /^shared\/schema\//,
  /^shared\/config\//,
  /^shared\/proxy\/support\.ts$/,
  /(^|\/)support\.ts$/,
  /^l4-node\//,
  /node_modules\/yaml\//,
  /\.json$/,
];

describe("the Worker's bundle", () => {
  let meta: Metafile;
  let bytes: Uint8Array;

  beforeAll(async () => {
    const result = await build({ ...WORKER_BUILD, metafile: true });
    meta = result.metafile;
    bytes = result.outputFiles[0]?.contents ?? new Uint8Array();
  });

  it("holds the Worker and the core", ({ expect }) => {
    expect(Object.keys(meta.inputs)).toEqual(
      expect.arrayContaining(["worker/index.ts", "shared/proxy/http-proxy.ts", "shared/proxy/edge-profile.ts"]),
    );
  });

  it("holds nothing that reads configuration text, and no schema", ({ expect }) => {
    const inputs = Object.keys(meta.inputs);
    expect(inputs.filter((input) => NEVER_AT_THE_EDGE.some((pattern) => pattern.test(input)))).toEqual([]);
  });

  it("imports nothing but its configuration and the platform's sockets at run time", ({ expect }) => {
    const [output] = Object.values(meta.outputs);
    expect(output?.imports.map(({ path }) => path)).toEqual(["cloudflare:sockets", "./compiled-config.txt"]);
  });

  it("is not larger than its budget, which only goes down without a reason", ({ expect }) => {
    const kilobytes = gzipSync(bytes).length / 1024;
    expect(kilobytes).toBeLessThanOrEqual(budgets.workerBundleGzipKilobytes);
    // A budget far above the size is none.
    expect(kilobytes).toBeGreaterThan(budgets.workerBundleGzipKilobytes * 0.8);
  });
});
