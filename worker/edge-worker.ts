import { DiagnosticCollector } from "../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../shared/diagnostics/render.ts";
import type { Host } from "../shared/host/host.ts";
import { type CompiledConfig, parseCompiledConfig } from "../shared/proxy/compiled-config.ts";
import { EDGE_CAPABILITIES, edgeFilters } from "../shared/proxy/edge-profile.ts";
import { HttpProxy } from "../shared/proxy/http-proxy.ts";
import { createLocalStats } from "../shared/stats/local-stats.ts";
import { edgePathOf, requestFromPlatform } from "./adapt/request-from-platform.ts";
import { PlatformStream } from "./adapt/platform-stream.ts";
import { StreamBody } from "./adapt/stream-body.ts";
import { EdgeAdmin } from "./edge-admin.ts";
import { consoleLogs } from "./host/console-log.ts";
import { ConnectTransport } from "./host/connect-transport.ts";
import { InvocationScope } from "./host/invocation-scope.ts";
import { type Bindings, EdgeTransport } from "./host/edge-transport.ts";
import type { SocketOpener } from "./host/open-socket.ts";
import { platformClock, platformLogger, platformRandom, platformTimers } from "./host/platform-ports.ts";

/**
 * The proxy of one isolate. Made at start-up from the compiled configuration, which `nuncio build` has checked; bindings come
 * with the first request and are the same for every one after it.
 */
export class EdgeWorker {
  readonly #proxy: HttpProxy;
  readonly #admin: EdgeAdmin;
  #bindings: Bindings = {};

  /** @throws Error when the text is no compiled configuration of this build: the deployment then fails, not a request. */
  constructor(configText: string, openSocket: SocketOpener) {
    const config = parsed(configText);
    const stats = createLocalStats();
    const upstream = new EdgeTransport(() => this.#bindings, new ConnectTransport(openSocket, platformTimers));
    const host: Host = {
      capabilities: EDGE_CAPABILITIES,
      clock: platformClock,
      timers: platformTimers,
      random: platformRandom,
      logger: platformLogger,
      logs: consoleLogs,
      upstream,
    };
    this.#proxy = new HttpProxy({
      host,
      stats: stats.store,
      filters: (clusters) => edgeFilters(clusters, host, stats.store),
    });
    const diagnostics = new DiagnosticCollector();
    if (!this.#proxy.update(config.bootstrap, diagnostics)) {
      throw new Error(diagnostics.diagnostics.map(renderDiagnostic).join("\n"));
    }
    this.#admin = new EdgeAdmin(config, this.#proxy, stats);
  }

  fetch(
    request: Request,
    bindings: Bindings,
    context: Pick<ExecutionContext, "waitUntil">,
  ): Promise<Response> | Response {
    this.#bindings = bindings;
    const admin = this.#admin.app(request, bindings);
    if (admin !== undefined) return admin;
    const target = edgePathOf(request);
    if (target.kind === "rejected") return new Response(null, { status: 400 });
    const client = new PlatformStream(request.method);
    const body = request.body === null ? undefined : new StreamBody(request.body, "remote reset");
    const { headers, downstream } = requestFromPlatform(request, target.path, new InvocationScope(context));
    const stream = this.#proxy.handle({ headers, body, downstream }, client);
    client.attach(stream);
    return client.response;
  }
}

function parsed(text: string): CompiledConfig {
  const config = parseCompiledConfig(text);
  if (!config.ok) throw new Error(config.error);
  return config.value;
}
