import { connect } from "cloudflare:sockets";
import configText from "./compiled-config.txt";
import { EdgeWorker } from "./edge-worker.ts";
import type { Bindings } from "./host/edge-transport.ts";

const worker = new EdgeWorker(configText, connect);

const handler: ExportedHandler<Bindings> = {
  fetch: (request, bindings, context) => worker.fetch(request, bindings, context),
};
export default handler;
