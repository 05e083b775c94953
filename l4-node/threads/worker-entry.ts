import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "../../shared/base/invariant.ts";
import { StatsStore } from "../../shared/stats/stats-store.ts";
import { CoarseTimers } from "../host/coarse-timers.ts";
import { nodeClock } from "../host/node-clock.ts";
import { createNodeRandom } from "../host/node-random.ts";
import { createNodeTimers } from "../host/node-timers.ts";
import { StderrLogger } from "../host/stderr-logger.ts";
import { probeDirectIo } from "../tcp/direct-io.ts";
import { PumpSockets } from "../tcp/pump-socket.ts";
import type { ThreadCommand, ThreadReport, ThreadSetup } from "./messages.ts";
import { sharedPages } from "./shared-pages.ts";
import { ThreadRuntime } from "./thread-runtime.ts";

const port = parentPort;
invariant(port !== null, "this module is the entry of a worker thread");
const report = (message: ThreadReport): void => port.postMessage(message);

// The main thread starts this module with a ThreadSetup and with nothing else.
const setup = workerData as ThreadSetup;
const logger = new StderrLogger(setup.logLevel);

/** New statistics are told of once per turn of the event loop, however many there are. */
const stats = new StatsStore({
  pages: sharedPages,
  onEvents: () => setImmediate(() => report({ kind: "stats", events: stats.takeEvents() })),
});

const directIo = await probeDirectIo();
if (directIo.kind === "events") logger.log("warning", "direct_socket_io_unavailable", { reason: directIo.reason });

const runtime = new ThreadRuntime({
  setup,
  clock: nodeClock,
  timers: createNodeTimers(new CoarseTimers(nodeClock)),
  random: createNodeRandom(),
  stats,
  sockets: new PumpSockets(directIo),
  report,
  exit: () => port.close(),
});

// Messages come from the main thread, which posts nothing but ThreadCommand.
port.on("message", (command: ThreadCommand) => runtime.handle(command));
report({ kind: "online" });
