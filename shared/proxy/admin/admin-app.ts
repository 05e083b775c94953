import { type Context, Hono } from "hono";
import { type AdminCommand, type AdminReply, text } from "./admin-command.ts";
import type { AdminSource } from "./admin-source.ts";
import { bringsSecret } from "./bearer-secret.ts";
import { createClustersCommand } from "./clusters-command.ts";
import { createConfigDumpCommand } from "./config-dump-command.ts";
import { renderHelp, renderHomePage } from "./help.ts";
import type { CompileFilter } from "./name-filter.ts";
import { createServerCommands } from "./server-commands.ts";
import { createStatsCommands } from "./stats-commands.ts";

export interface AdminAppOptions {
  /** For `?filter=` and `?name_regex=`. Patterns come from outside: the engine must be linear-time. */
  readonly compileFilter: CompileFilter;
  /**
   * Without it everyone who reaches the application may use it, as in Envoy: bind it to loopback. With it, who does not send
   * `authorization: Bearer <secret>` cannot tell that there is an application at all.
   */
  readonly secret?: string;
  /** `Admin.allow_paths`: whether a path, its query included, may be asked for. All may by default. */
  readonly allowPath?: (pathAndQuery: string) => boolean;
  /** Learns of a failure inside the application; the client sees none of it. */
  readonly onError?: (error: unknown) => void;
}

export interface AdminApp {
  /** Never rejects. */
  fetch(request: Request): Promise<Response>;
}

/** Envoy's admin interface over a source, the same on Node and at the edge. */
export function createAdminApp(source: AdminSource, options: AdminAppOptions): AdminApp {
  const app = new Hono();
  const commands = createCommands(source, options.compileFilter);
  const { secret, allowPath = () => true, onError } = options;
  app.use("*", async (context, next) => {
    if (secret !== undefined && !bringsSecret(context.req.header("authorization"), secret)) {
      return send(context, text("not found\n", 404));
    }
    const path = pathAndQuery(context.req.url);
    if (!allowPath(path)) return send(context, text(`request to path ${path} not allowed`, 403));
    await next();
    return undefined;
  });
  for (const command of commands) app.all(command.path, (context) => answer(context, command));
  app.notFound((context) => send(context, text(`invalid path. ${renderHelp(commands)}`, 404)));
  app.onError((error, context) => {
    onError?.(error);
    return send(context, text("internal error\n", 500));
  });
  return { fetch: async (request) => app.fetch(request) };
}

function createCommands(source: AdminSource, compileFilter: CompileFilter): readonly AdminCommand[] {
  const commands: AdminCommand[] = [
    createClustersCommand(source, compileFilter),
    createConfigDumpCommand(source, compileFilter),
    ...createServerCommands(source),
    ...createStatsCommands(source, compileFilter),
  ];
  commands.push(
    {
      path: "/",
      help: "Admin home page",
      mutates: false,
      run: () => ({ status: 200, type: "html", body: renderHomePage(commands) }),
    },
    { path: "/help", help: "print out list of admin commands", mutates: false, run: () => text(renderHelp(commands)) },
  );
  return commands;
}

async function answer(context: Context, command: AdminCommand): Promise<Response> {
  const { method } = context.req;
  if (command.mutates && method !== "POST")
    return send(context, text(`Method ${method} not allowed, POST required.`, 405));
  return send(context, await command.run((name) => context.req.query(name)));
}

const CONTENT_TYPES: Readonly<Record<AdminReply["type"], string>> = {
  text: "text/plain; charset=UTF-8",
  json: "application/json",
  html: "text/html; charset=UTF-8",
};

function send(context: Context, { status, type, body }: AdminReply): Response {
  return context.body(body, status, {
    "content-type": CONTENT_TYPES[type],
    "cache-control": "no-cache, max-age=0",
    "x-content-type-options": "nosniff",
  });
}

/** The request target of an absolute URL. */
function pathAndQuery(url: string): string {
  const path = url.indexOf("/", url.indexOf("//") + 2);
  return path < 0 ? "/" : url.slice(path);
}
