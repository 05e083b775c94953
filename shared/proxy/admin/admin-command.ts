import type { MaybePromise } from "../../base/maybe-promise.ts";

/** An answer before it becomes a response. */
export interface AdminReply {
  readonly status: 200 | 400 | 403 | 404 | 405 | 500 | 501 | 503;
  readonly type: "text" | "json" | "html";
  readonly body: string;
}

/** The query of a request: `undefined` where the name is absent, "" where it stands without a value. */
export type AdminQuery = (name: string) => string | undefined;

/** One path of the admin application. */
export interface AdminCommand {
  readonly path: string;
  /** Lower case, as `/help` lists it. */
  readonly help: string;
  /** Query parameters and what they do. */
  readonly params?: Readonly<Record<string, string>>;
  /** Changes something: needs POST. */
  readonly mutates: boolean;
  run(query: AdminQuery): MaybePromise<AdminReply>;
}

export function text(body: string, status: AdminReply["status"] = 200): AdminReply {
  return { status, type: "text", body };
}

/** JSON as Envoy lays it out: one space a level. */
export function prettyJson(value: unknown): AdminReply {
  return { status: 200, type: "json", body: `${JSON.stringify(value, undefined, 1)}\n` };
}
