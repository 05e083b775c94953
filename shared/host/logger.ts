export type LogLevel = "trace" | "debug" | "info" | "warning" | "error" | "critical" | "off";

/** What an event carries beside its name. Values are data; nothing is formatted unless a sink prints it. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The application log. Never called for a request that goes well. */
export interface Logger {
  log(level: Exclude<LogLevel, "off">, event: string, fields?: LogFields): void;
}
