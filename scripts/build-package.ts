// Makes dist/, the published form: compiled JavaScript with declarations, and the Worker as one module. Runs before `npm pack`.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { workerBundle } from "../l4-node/cli/worker-bundle.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = `${ROOT}dist`;

rmSync(DIST, { recursive: true, force: true });
const compiler = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
const compiled = spawnSync(process.execPath, [compiler, "-p", "tsconfig.package.json"], {
  cwd: ROOT,
  stdio: "inherit",
});
if (compiled.status !== 0) throw new Error("the sources do not compile");

mkdirSync(`${DIST}/worker`, { recursive: true });
writeFileSync(`${DIST}/worker/bundle.js`, await workerBundle());
chmodSync(`${DIST}/l4-node/main.js`, 0o755);
