import type { Server as HttpServer } from "node:http";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { Logger } from "../../shared/host/logger.ts";
import { createAdminApp } from "../../shared/proxy/admin/admin-app.ts";
import type { AdminSource } from "../../shared/proxy/admin/admin-source.ts";
import { type BindAddress, renderBindAddress } from "../listener/bind-address.ts";
import { bindFailureReason, listen, listenOptions } from "../listener/listen-options.ts";
import { compileNameFilter } from "../../shared/proxy/admin/compile-name-filter.ts";
import { serveFetch } from "./serve-fetch.ts";

export interface AdminListenerOptions {
  readonly address: BindAddress;
  readonly source: AdminSource;
  readonly logger: Logger;
  /** `Admin.allow_paths`; absent allows all. */
  readonly allowPath?: (pathAndQuery: string) => boolean;
}

/** The admin interface, on an address of its own, served by the main thread. */
export class AdminListener {
  /** With the port it really has. */
  readonly address: BindAddress;
  readonly #server: HttpServer;

  private constructor(server: HttpServer, address: BindAddress) {
    this.#server = server;
    this.address = address;
  }

  static async start(options: AdminListenerOptions): Promise<Result<AdminListener, string>> {
    const { address, source, logger, allowPath } = options;
    const onError = (error: unknown): void => logger.log("error", "admin_request_failed", { reason: String(error) });
    const paths = allowPath === undefined ? {} : { allowPath };
    const app = createAdminApp(source, { compileFilter: compileNameFilter, onError, ...paths });
    const server = serveFetch((request) => app.fetch(request));
    try {
      await listen(server, listenOptions(address, { reusePort: false }));
    } catch (error) {
      return err(`cannot bind admin address ${renderBindAddress(address)}: ${bindFailureReason(error)}`);
    }
    const bound = server.address();
    const isTcp = address.kind === "tcp" && typeof bound === "object" && bound !== null;
    return ok(new AdminListener(server, isTcp ? { ...address, port: bound.port } : address));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }
}
