import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a proxy listens, or what is behind it: one port for bulk, one for exchanges. */
export interface Ports {
  readonly bulk: number;
  readonly exchange: number;
}

export interface RunningProxy {
  readonly name: string;
  readonly ports: Ports;
  readonly process: ChildProcess;
}

const START_DEADLINE_MS = 10_000;
const MAIN = fileURLToPath(new URL("../../../l4-node/main.ts", import.meta.url));

const NGINX_STREAM_MODULES = [
  "/usr/lib/nginx/modules/ngx_stream_module.so",
  "/usr/lib64/nginx/modules/ngx_stream_module.so",
  "/usr/share/nginx/modules/ngx_stream_module.so",
];

/** The servers that everything here forwards to. */
export async function startUpstream(): Promise<RunningProxy> {
  return startScript("upstream", ["upstream.ts"]);
}

/** Starts every forwarder this machine has; the names of those it lacks go to `absent`. */
export async function startProxies(upstream: Ports, directory: string, absent: string[]): Promise<RunningProxy[]> {
  const ports = [String(upstream.bulk), String(upstream.exchange)];
  const running = [
    await startNuncio(upstream, directory),
    await startScript("pipe()", ["pipe-forwarder.ts", ...ports]),
  ];
  for (const start of [startHaproxy, startNginx]) {
    const proxy = await start(upstream, directory);
    if (typeof proxy === "string") absent.push(proxy);
    else running.push(proxy);
  }
  return running;
}

async function startScript(name: string, [script = "", ...args]: readonly string[]): Promise<RunningProxy> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer]; // no encoding is set
  const [bulk = 0, exchange = 0] = line.toString().trim().split(" ").map(Number);
  return { name, ports: { bulk, exchange }, process: child };
}

/** The product as a user starts it, with one worker thread; the process's CPU includes its main thread. */
async function startNuncio(upstream: Ports, directory: string): Promise<RunningProxy> {
  const file = join(directory, "nuncio.json");
  writeFileSync(file, JSON.stringify(bootstrap(upstream)));
  const child = spawn(process.execPath, [MAIN, "-c", file, "--concurrency", "1"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  for await (const data of child.stderr) {
    output += String(data);
    if (output.includes("nuncio: ready")) break;
  }
  const portOf = (name: string): number => Number(new RegExp(`${name} on 127\\.0\\.0\\.1:(\\d+)`).exec(output)?.[1]);
  return { name: "nuncio", ports: { bulk: portOf("bulk"), exchange: portOf("exchange") }, process: child };
}

function bootstrap(upstream: Ports): unknown {
  const address = (port: number): object => ({ socket_address: { address: "127.0.0.1", port_value: port } });
  const proxy = (name: string): object => ({
    "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
    stat_prefix: name,
    cluster: name,
  });
  const names = ["bulk", "exchange"] as const;
  return {
    static_resources: {
      listeners: names.map((name) => ({
        name,
        address: address(0),
        filter_chains: [{ filters: [{ name: "tcp_proxy", typed_config: proxy(name) }] }],
      })),
      clusters: names.map((name) => ({
        name,
        load_assignment: {
          cluster_name: name,
          endpoints: [{ lb_endpoints: [{ endpoint: { address: address(upstream[name]) } }] }],
        },
      })),
    },
  };
}

async function startHaproxy(upstream: Ports, directory: string): Promise<RunningProxy | string> {
  if (spawnSync("haproxy", ["-v"]).error !== undefined) return "haproxy";
  const ports = { bulk: await freePort(), exchange: await freePort() };
  const file = join(directory, "haproxy.cfg");
  const section = (name: keyof Ports): string =>
    `listen ${name}\n bind 127.0.0.1:${ports[name]}\n server upstream 127.0.0.1:${upstream[name]}\n`;
  writeFileSync(
    file,
    `global\n nbthread 1\n maxconn 4000\ndefaults\n mode tcp\n timeout connect 5s\n timeout client 1h\n timeout server 1h\n` +
      section("bulk") +
      section("exchange"),
  );
  return startProgram("haproxy", ["-db", "-f", file], ports);
}

async function startNginx(upstream: Ports, directory: string): Promise<RunningProxy | string> {
  if (spawnSync("nginx", ["-v"]).error !== undefined) return "nginx";
  const module = NGINX_STREAM_MODULES.find((path) => existsSync(path));
  const ports = { bulk: await freePort(), exchange: await freePort() };
  const file = join(directory, "nginx.conf");
  const server = (name: keyof Ports): string =>
    `server { listen 127.0.0.1:${ports[name]} backlog=1024; proxy_pass 127.0.0.1:${upstream[name]}; }\n`;
  writeFileSync(
    file,
    `${module === undefined ? "" : `load_module ${module};\n`}daemon off;\nmaster_process off;\nworker_processes 1;\n` +
      `pid ${join(directory, "nginx.pid")};\nerror_log stderr crit;\nevents { worker_connections 4000; }\n` +
      `stream {\n${server("bulk")}${server("exchange")}}\n`,
  );
  if (spawnSync("nginx", ["-t", "-q", "-c", file]).status !== 0) return "nginx with its stream module";
  return startProgram("nginx", ["-c", file], ports);
}

async function startProgram(name: string, args: readonly string[], ports: Ports): Promise<RunningProxy> {
  const child = spawn(name, args, { stdio: ["ignore", "ignore", "ignore"] });
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!(await accepts(ports.exchange))) {
    if (performance.now() > deadline) throw new Error(`${name} did not begin to listen`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { name, ports, process: child };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** A number that is free now. The programs that need one cannot be told to choose it themselves. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an address object
  server.close();
  await once(server, "close");
  return port;
}
