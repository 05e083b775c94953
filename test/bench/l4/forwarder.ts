// A TCP forwarder to be measured, as a process of its own: `forwarder.ts pump|pipe BULK_PORT EXCHANGE_PORT`. Prints its two ports.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { CoarseTimers } from "../../../l4-node/host/coarse-timers.ts";
import { nodeClock } from "../../../l4-node/host/node-clock.ts";
import { createNodeRandom } from "../../../l4-node/host/node-random.ts";
import { createNodeTimers } from "../../../l4-node/host/node-timers.ts";
import { probeDirectIo } from "../../../l4-node/tcp/direct-io.ts";
import { PumpSockets } from "../../../l4-node/tcp/pump-socket.ts";
import { startTcpProxySession } from "../../../l4-node/tcp/tcp-proxy-session.ts";
import type { TcpUpstream } from "../../../l4-node/tcp/tcp-upstream.ts";

type Forward = (downstream: Socket, port: number) => void;

const HOUR_MS = 3_600_000;
const CLUSTER_LIMITS = { connectTimeoutMs: 5000, bufferLimitBytes: 1024 * 1024 };

/** The session as a listener runs it, with every timeout armed as in a default configuration. */
async function pumpForward(): Promise<Forward> {
  const sockets = new PumpSockets(await probeDirectIo());
  const timers = createNodeTimers(new CoarseTimers(nodeClock));
  const random = createNodeRandom();
  const observer = { onConnecting() {}, onConnectFail() {}, onConnected() {}, onEnd() {} };
  return (downstream, port) => {
    const dial = { kind: "address", options: { port, host: "127.0.0.1" } } as const;
    const address = `127.0.0.1:${port}`;
    const host: TcpUpstream = { address, ...CLUSTER_LIMITS, dial: () => dial };
    startTcpProxySession({
      downstream,
      sockets,
      pickUpstream: () => ({ kind: "host", host }),
      maxConnectAttempts: 1,
      idleTimeoutMs: HOUR_MS,
      maxDurationMs: 0,
      bufferLimitBytes: CLUSTER_LIMITS.bufferLimitBytes,
      clock: nodeClock,
      timers,
      random,
      observer,
    });
  };
}

/** What a short program would do. */
function pipeForward(downstream: Socket, port: number): void {
  const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  downstream.pipe(upstream).pipe(downstream);
  downstream.on("error", () => upstream.destroy());
  upstream.on("error", () => downstream.destroy());
}

async function listen(forward: Forward, upstreamPort: number): Promise<number> {
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  const server = createServer(options, (socket) => forward(socket, upstreamPort)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server that listens has an address object
}

const [kind, ...upstreamPorts] = process.argv.slice(2);
const forward = kind === "pump" ? await pumpForward() : pipeForward;
const ports = await Promise.all(upstreamPorts.map((port) => listen(forward, Number(port))));
console.log(ports.join(" "));
