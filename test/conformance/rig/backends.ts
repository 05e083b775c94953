import { freePort } from "./free-port.ts";
import { BACKENDS } from "./rig-config.ts";
import { Recordings, ScriptedBackend } from "./scripted-backend.ts";

/** The backends that all proxies share, so that what depends on addresses (hash rings) is comparable. */
export class Backends {
  readonly recordings: Recordings;
  /** By name; `nowhere` is a port that refuses. */
  readonly ports: ReadonlyMap<string, number>;
  readonly #servers: readonly ScriptedBackend[];

  private constructor(servers: readonly ScriptedBackend[], nowhere: number, recordings: Recordings) {
    this.#servers = servers;
    this.recordings = recordings;
    const named = servers.map((server): [string, number] => [server.name, server.port]);
    this.ports = new Map([...named, ["nowhere", nowhere]]);
  }

  static async start(): Promise<Backends> {
    const recordings = new Recordings();
    const servers = await Promise.all(BACKENDS.map((name) => ScriptedBackend.start(name, recordings)));
    return new Backends(servers, await freePort(), recordings);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
  }
}
