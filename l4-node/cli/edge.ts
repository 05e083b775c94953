import { watch } from "node:fs";
import { parseArgs } from "node:util";
import type { Miniflare, MiniflareOptions } from "miniflare";
import { compileForEdge } from "./compile-for-edge.ts";
import { CONFIG_MODULE, workerBundle } from "./worker-bundle.ts";

/** Not newer than any workerd that miniflare of the supported range carries. */
const COMPATIBILITY_DATE = "2026-10-20";
const LOOPBACK = "127.0.0.1";

export const EDGE_USAGE = `usage: nuncio edge -c FILE [--port N] [--lenient] [--bind NAME=HOST:PORT]...

Runs the Worker host on workerd, locally and without an account.
  --port N               port on 127.0.0.1; 0 takes a free one (default 8080)
  --bind NAME=HOST:PORT  lets a service binding that the configuration names lead to a local address
  --var NAME=TEXT        a variable or secret of the Worker, such as NUNCIO_ADMIN_SECRET
  --lenient              accept unsupported fields without effect
  --allow-inline-secrets let private keys that stand in the file into the Worker`;

interface EdgeOptions {
  readonly file: string;
  readonly port: number;
  readonly lenient: boolean;
  readonly allowInlineSecrets: boolean;
  readonly bindings: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
}

/** `nuncio edge`: resolves with the exit code once it was told to stop. */
export async function runEdge(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.error(EDGE_USAGE);
    return 1;
  }
  const MiniflareClass = await loadMiniflare();
  if (MiniflareClass === undefined) return 1;
  const compiled = await compileForEdge(options);
  if (compiled === undefined) return 1;

  const bundle = await workerBundle();
  const miniflare = new MiniflareClass(miniflareOptions(options, bundle, compiled));
  const url = await directUrl(miniflare);
  if (url === undefined) return 1;
  console.error(`nuncio: ready edge on ${LOOPBACK}:${url.port}`);

  const stopWatching = onChange(options.file, async () => {
    const changed = await compileForEdge(options);
    if (changed === undefined) return console.error("nuncio: the old configuration stays");
    await miniflare.setOptions(miniflareOptions({ ...options, port: Number(url.port) }, bundle, changed));
    console.error(`nuncio: reloaded ${options.file}`);
  });
  await stopSignal();
  stopWatching();
  await miniflare.dispose();
  return 0;
}

function parseOptions(args: readonly string[]): EdgeOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        "config-path": { type: "string", short: "c" },
        port: { type: "string", default: "8080" },
        lenient: { type: "boolean", default: false },
        "allow-inline-secrets": { type: "boolean", default: false },
        bind: { type: "string", multiple: true, default: [] },
        var: { type: "string", multiple: true, default: [] },
      },
    });
    const port = Number(values.port);
    if (values["config-path"] === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) return undefined;
    return {
      file: values["config-path"],
      port,
      lenient: values.lenient,
      allowInlineSecrets: values["allow-inline-secrets"],
      bindings: assignments(values.bind),
      variables: assignments(values.var),
    };
  } catch (error) {
    console.error(`nuncio edge: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function assignments(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

async function loadMiniflare(): Promise<typeof Miniflare | undefined> {
  try {
    return (await import("miniflare")).Miniflare;
  } catch {
    console.error("nuncio edge needs miniflare, which is an optional peer dependency: npm install miniflare@5");
    return undefined;
  }
}

function miniflareOptions(options: EdgeOptions, bundle: string, compiled: string): MiniflareOptions {
  const external = Object.entries(options.bindings).map(([name, address]) => [
    name,
    { type: "external" as const, address, http: {} },
  ]);
  const variables = Object.entries(options.variables).map(([name, value]) => [name, { type: "text" as const, value }]);
  return {
    cf: false,
    workers: [
      {
        config: {
          name: "nuncio",
          compatibilityDate: COMPATIBILITY_DATE,
          compatibilityFlags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
          env: Object.fromEntries([...external, ...variables]),
          manifest: {
            mainModule: "index.js",
            modulesRoot: "/",
            modules: {
              "index.js": { type: "esm", contents: bundle },
              [CONFIG_MODULE]: { type: "text", contents: compiled },
            },
          },
        },
        // The Worker's own socket: requests reach it as they were sent, without a development proxy in between.
        dev: { unsafeDirectSockets: [{ host: LOOPBACK, port: options.port }] },
      },
    ],
  };
}

async function directUrl(miniflare: Miniflare): Promise<URL | undefined> {
  try {
    return await miniflare.unsafeGetDirectURL("nuncio");
  } catch (error) {
    console.error(`nuncio edge: cannot start: ${error instanceof Error ? error.message : String(error)}`);
    await miniflare.dispose();
    return undefined;
  }
}

/** Editors replace files in several steps; one change a burst is enough. */
const SETTLE_MS = 100;

function onChange(file: string, changed: () => Promise<unknown>): () => void {
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(file, () => {
    clearTimeout(settling);
    settling = setTimeout(() => void changed(), SETTLE_MS);
  });
  return () => {
    clearTimeout(settling);
    watcher.close();
  };
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
