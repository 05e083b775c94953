// `npm start`: four small HTTP backends, the edge router on workerd in front of them, and the Node companion forwarding TCP
// to them, all from the files in config/. Ctrl-C ends everything.
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";

const BACKEND_PORTS = [1111, 2222, 3333, 4444];
const EDGE_PORT = 8080;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const children: ChildProcess[] = [];
const servers: Server[] = [];

function startBackend(port: number, position: number): Promise<void> {
  const name = `app${position + 1}`;
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    response.setHeader("content-type", "application/json");
    response.end(`${JSON.stringify({ backend: name, method, url, host: headers.host })}\n`);
  });
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** Runs a command of ours and resolves with its ready line; fails when it ends before that. */
function startNuncio(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ["l4-node/main.ts", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "pipe"],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`nuncio ${args.join(" ")} ended with code ${code}`)));
    child.stderr?.on("data", (data: Buffer) => {
      process.stderr.write(data);
      const ready = /nuncio: ready[^\n]*/.exec(data.toString());
      if (ready !== null) resolve(ready[0]);
    });
  });
}

async function stop(code: number): Promise<void> {
  for (const server of servers) server.close().closeAllConnections();
  const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of running) child.removeAllListeners("exit");
  await Promise.all(
    running.map(
      (child) =>
        new Promise<void>((resolve) => {
          child.once("exit", () => resolve());
          child.kill("SIGINT");
        }),
    ),
  );
  process.exit(code);
}

async function start(): Promise<void> {
  await Promise.all(BACKEND_PORTS.map(startBackend));
  await Promise.all([
    startNuncio(["edge", "-c", "config/edge.yaml", "--port", String(EDGE_PORT)]),
    startNuncio(["-c", "config/l4-tcp.yaml", "--drain-time-s", "0"]),
  ]);
  console.log(`
Four backends answer on 127.0.0.1 ports ${BACKEND_PORTS.join(", ")}.

The edge router (workerd, config/edge.yaml). Try:
  curl -i http://127.0.0.1:${EDGE_PORT}/app1        # to the first backend; /app2, /app3, /app4 to the others
  curl -i http://127.0.0.1:${EDGE_PORT}/            # all four in turn
  curl -i http://127.0.0.1:${EDGE_PORT}/canary      # 80 % app1, 20 % app2
  curl -i http://127.0.0.1:${EDGE_PORT}/admin       # 403 Forbidden

The Node companion (tcp_proxy, config/l4-tcp.yaml). Try:
  curl -i http://127.0.0.1:9000/            # TCP to all four in turn
  curl -i http://127.0.0.1:9001/            # TCP, 80 % app1, 20 % app2
  curl 'http://127.0.0.1:9901/stats?filter=tcp'

Ctrl-C ends everything.`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(0));

try {
  await start();
} catch (error) {
  console.error(`npm start: ${error instanceof Error ? error.message : String(error)}`);
  await stop(1);
}
