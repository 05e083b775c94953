import { execFile } from "node:child_process";
import { once } from "node:events";
import { access, constants, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";
import { NuncioProcess, runNuncio } from "../support/nuncio-process.ts";
import { RecordingBackend } from "../support/recording-backend.ts";
import { sampleWithPorts } from "../support/sample-config.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** What the package needs at run time; here it comes from this repository and no registry is asked. */
const DEPENDENCIES = ["hono", "re2js", "yaml"];

/** Packs a package folder and gives the tarball. */
async function pack(folder: string, into: string, options: readonly string[] = []): Promise<string> {
  const args = ["pack", folder, "--json", "--pack-destination", into, ...options];
  const { stdout } = await run("npm", args, { cwd: ROOT });
  const packed = /"filename": "([^"]+)"/.exec(stdout)?.[1];
  if (packed === undefined) throw new Error(`npm pack named no file:\n${stdout}`);
  return join(into, packed);
}

describe("the published package", () => {
  let folder = "";
  let bin = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nuncio-package-"));
    const app = join(folder, "app");
    await mkdir(app);
    await writeFile(join(app, "package.json"), `{ "name": "app", "private": true, "type": "module" }`);
    const own = await pack(ROOT, folder);
    const others = await Promise.all(
      DEPENDENCIES.map((name) => pack(join(ROOT, "node_modules", name), folder, ["--ignore-scripts"])),
    );
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", own, ...others], { cwd: app });
    bin = join(app, "node_modules/.bin/nuncio");
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true }));

  it("installs nuncio as a program", async ({ expect }) => {
    await access(bin, constants.X_OK);
    expect(await runNuncio(["--version"], bin)).toEqual({ code: 0, output: "nuncio 0.1.0\n" });
  });

  it("validate accepts a sample and refuses a mistake with its place", async ({ expect }) => {
    const good = await runNuncio(["validate", "-c", `${ROOT}config/edge.yaml`, "--target", "edge"], bin);
    expect(good.code).toBe(0);
    const file = join(folder, "bad.yaml");
    await writeFile(file, "static_resources:\n  clusters:\n    - nam: app\n");
    const bad = await runNuncio(["validate", "-c", file], bin);
    expect(bad.code).toBe(1);
    expect(bad.output).toContain(`${file}:3:7 `);
  });

  it("run forwards TCP", async ({ expect }) => {
    const upstream = await startEcho();
    const ports = Array.from({ length: 4 }, () => portOf(upstream));
    const config = await sampleWithPorts("l4-tcp.yaml", ports);
    const nuncio = await NuncioProcess.start(["run", "-c", config, "--concurrency", "1", "--drain-time-s", "0"], bin);
    expect(await exchange(nuncio.port, "through the package")).toBe("through the package");
    expect(await nuncio.stop()).toBe(0);
    upstream.close();
  });

  it("edge names the optional package that it needs", async ({ expect }) => {
    const { code, output } = await runNuncio(["edge", "-c", `${ROOT}config/edge.yaml`, "--port", "0"], bin);
    expect(code).toBe(1);
    expect(output).toBe("nuncio edge needs miniflare, which is an optional peer dependency: npm install miniflare@5\n");
  });

  it("edge routes requests once miniflare is there", async ({ expect }) => {
    const link = join(folder, "app/node_modules/miniflare");
    await symlink(join(ROOT, "node_modules/miniflare"), link);
    const backend = await RecordingBackend.start("app");
    const config = await sampleWithPorts("block-admin.yaml", [backend.port]);
    const nuncio = await NuncioProcess.start(["edge", "-c", config, "--port", "0"], bin);
    const answers = await Promise.all(["/", "/admin"].map((path) => fetch(`http://127.0.0.1:${nuncio.port}${path}`)));
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(["app", "Forbidden"]);
    await nuncio.stop();
    await backend.stop();
    await rm(link);
  });

  it("gives programs the Node host with its types", async ({ expect }) => {
    const program = join(folder, "app/embed.ts");
    await writeFile(
      program,
      `import { loadConfig, renderDiagnostic, type Server } from "nuncio";
const { diagnostics } = loadConfig("node: { ide: x }", { file: "inline.yaml" });
export const server: Server | undefined = undefined;
const [first] = diagnostics;
console.log(first === undefined ? "none" : renderDiagnostic(first));
`,
    );
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext", "--types", "node"];
    const typeRoots = ["--typeRoots", join(ROOT, "node_modules/@types")];
    const { stdout } = await run(tsc, [...options, ...typeRoots, program], { cwd: join(folder, "app") });
    expect(stdout).toBe("");
    expect((await run(process.execPath, [program])).stdout).toContain("inline.yaml:1:9 node.ide: ");
  });
});

function portOf(server: Server): number {
  // A server that listens on TCP has an address of this form.
  return (server.address() as AddressInfo).port;
}

async function startEcho(): Promise<Server> {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
