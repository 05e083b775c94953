// The library: what a program that embeds the Node host may use. Everything else is internal.
export { loadConfig, type LoadedConfig, type LoadOptions } from "../shared/config/load.ts";
export type { Diagnostic, SourcePosition } from "../shared/diagnostics/diagnostic.ts";
export { renderDiagnostic } from "../shared/diagnostics/render.ts";
export type { LogFields, Logger, LogLevel } from "../shared/host/logger.ts";
export { StderrLogger } from "./host/stderr-logger.ts";
export type { BindAddress } from "./listener/bind-address.ts";
export { ServerError } from "./server/server-error.ts";
export type { ServedListener, Server, ServerOptions, UpdateOutcome } from "./server/server.ts";
export { startServer } from "./server/start-server.ts";
