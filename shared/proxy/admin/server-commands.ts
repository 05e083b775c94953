import { type AdminCommand, type AdminQuery, type AdminReply, prettyJson, text } from "./admin-command.ts";
import type { AdminSource } from "./admin-source.ts";
import { addressJson, renderAddress } from "./render-address.ts";

/** What is told of, and done to, the process as a whole. */
export function createServerCommands(source: AdminSource): readonly AdminCommand[] {
  return [
    {
      path: "/ready",
      help: "print server state, return 200 if LIVE, otherwise return 503",
      mutates: false,
      run: () => text(`${source.state()}\n`, source.state() === "LIVE" ? 200 : 503),
    },
    {
      path: "/server_info",
      help: "print server version/status information",
      mutates: false,
      run: () => serverInfo(source),
    },
    {
      path: "/listeners",
      help: "print listener info",
      params: { format: "Format to use; one of (text, json)" },
      mutates: false,
      run: (query) => listListeners(query, source),
    },
    {
      path: "/drain_listeners",
      help: "drain listeners",
      params: {
        graceful: "Enter a graceful drain period before closing listeners",
        skip_exit: "Do not exit after the drain period; needs graceful",
        inboundonly: "Drain only listeners whose traffic_direction is INBOUND",
      },
      mutates: true,
      run: (query) => drainListeners(query, source),
    },
    healthCheckCommand("/healthcheck/fail", "cause the server to fail health checks", source),
    healthCheckCommand("/healthcheck/ok", "cause the server to pass health checks", source),
  ];
}

/** `envoy.admin.v3.ServerInfo`. There is no hot restart, so both uptimes are one. */
async function serverInfo(source: AdminSource): Promise<AdminReply> {
  const { version, uptimeSeconds, commandLineOptions, node } = await source.serverInfo();
  return prettyJson({
    version,
    state: source.state(),
    uptime_current_epoch: `${uptimeSeconds}s`,
    uptime_all_epochs: `${uptimeSeconds}s`,
    hot_restart_version: "disabled",
    command_line_options: commandLineOptions,
    node,
  });
}

async function listListeners(query: AdminQuery, source: AdminSource): Promise<AdminReply> {
  const listeners = await source.listeners();
  if (query("format") !== "json") {
    return text(listeners.map(({ name, address }) => `${name}::${renderAddress(address)}\n`).join(""));
  }
  const statuses = listeners.map(({ name, address }) => ({ name, local_address: addressJson(address) }));
  return prettyJson({ listener_statuses: statuses });
}

async function drainListeners(query: AdminQuery, source: AdminSource): Promise<AdminReply> {
  if (source.drainListeners === undefined) return text("there are no listeners to drain here\n", 501);
  // These switches need no value and ask for none in Envoy either.
  const options = {
    graceful: query("graceful") !== undefined,
    inboundOnly: query("inboundonly") !== undefined,
    skipExit: query("skip_exit") !== undefined,
  };
  if (options.skipExit && !options.graceful) return text("skip_exit requires graceful\n", 400);
  await source.drainListeners(options);
  return text("OK\n");
}

function healthCheckCommand(path: string, help: string, source: AdminSource): AdminCommand {
  const run = async (): Promise<AdminReply> => {
    if (source.failHealthChecks === undefined) return text("there are no health checks to answer here\n", 501);
    await source.failHealthChecks(path.endsWith("/fail"));
    return text("OK\n");
  };
  return { path, help, mutates: true, run };
}
