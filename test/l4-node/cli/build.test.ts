import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { runBuild } from "../../../l4-node/cli/build.ts";
import { parseCompiledConfig } from "../../../shared/proxy/compiled-config.ts";

const SAMPLE = fileURLToPath(new URL("../../../config/block-admin.yaml", import.meta.url));

describe("runBuild", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nuncio-build-"));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it("runBuild writes a compiled configuration, also into a folder that is not there", async ({ expect }) => {
    const output = join(folder, "new/out.json");
    expect(await runBuild(["-c", SAMPLE, "-o", output])).toBe(0);
    expect(parseCompiledConfig(await readFile(output, "utf8")).ok).toBe(true);
  });

  it("runBuild gives the same text for the same file", async ({ expect }) => {
    const outputs = [join(folder, "a.json"), join(folder, "b.json")];
    for (const output of outputs) await runBuild(["-c", SAMPLE, "-o", output]);
    const [first, second] = await Promise.all(outputs.map((output) => readFile(output, "utf8")));
    expect(first).toBe(second);
  });

  it("runBuild leaves the old output alone when the configuration is refused", async ({ expect }) => {
    const output = join(folder, "old.json");
    await writeFile(output, "old");
    const wrong = join(folder, "wrong.yaml");
    await writeFile(wrong, "static_resources: { listener: [] }");
    expect(await runBuild(["-c", wrong, "-o", output])).toBe(1);
    expect(await readFile(output, "utf8")).toBe("old");
  });

  it("runBuild accepts unsupported fields with --lenient only", async ({ expect }) => {
    const file = join(folder, "unsupported.yaml");
    await writeFile(file, `${await readFile(SAMPLE, "utf8")}\nenable_worker_cpu_affinity: true\n`);
    const output = join(folder, "lenient.json");
    expect(await runBuild(["-c", file, "-o", output])).toBe(1);
    expect(await runBuild(["-c", file, "-o", output, "--lenient"])).toBe(0);
  });

  it.for([[], ["-c", SAMPLE], ["-o", "out.json"], ["-c", SAMPLE, "-o", "out.json", "--what"]])(
    "runBuild refuses the arguments %j",
    async (args, { expect }) => {
      expect(await runBuild(args)).toBe(1);
    },
  );

  it("runBuild fails where it cannot write", async ({ expect }) => {
    const file = join(folder, "file");
    await writeFile(file, "");
    expect(await runBuild(["-c", SAMPLE, "-o", join(file, "out.json")])).toBe(1);
  });
});
