import { afterAll, beforeAll, describe, it } from "vitest";
import { NuncioProcess } from "../support/nuncio-process.ts";
import { rawGet, statusOf } from "../support/raw-http.ts";
import { RecordingBackend } from "../support/recording-backend.ts";
import { writeConfig } from "../support/sample-config.ts";
import { startBareWorker } from "../support/bare-worker.ts";
import { WranglerDev } from "../support/wrangler-dev.ts";

/** A guard on /admin in front of a backend that records what reaches it. */
const GUARDED = (port: number): string => `
static_resources:
  listeners:
    - name: http
      address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: { prefix: /admin }
                          direct_response: { status: 403, body: { inline_string: Forbidden } }
                        - match: { prefix: / }
                          route: { cluster: app }
                          response_headers_to_add:
                            - header: { key: x-matched-path, value: "%REQ(:PATH)%" }
                http_filters:
                  - name: router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
    - name: app
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }] }]
`;

const HOSTILE = [
  "/x/../admin",
  "/x/%2e%2e/admin",
  "/x/%2E%2e/admin",
  "/%2e/admin",
  "/x\\..\\admin",
  "/x/.%2e\\admin",
  "/./admin/x",
  "http://other.example/x/../admin",
];
const HARMLESS = ["/a/b/../c", "/a//b", "/a/%2e%2e/b?x=/../admin", "/app%2fx", "/a%41", "/%61dmin", "/x;v=1/y"];

interface Door {
  readonly port: number;
  stop(): Promise<unknown>;
}

const DOORS: Readonly<Record<string, (config: string) => Promise<Door>>> = {
  "bare workerd": startBareWorker,
  "nuncio edge": (config) => NuncioProcess.start(["edge", "-c", config, "--port", "0"]),
  "wrangler dev": (config) => WranglerDev.start(config),
};

describe.for(Object.entries(DOORS))("paths through %s", ([, open]) => {
  let backend: RecordingBackend;
  let door: Door;

  beforeAll(async () => {
    backend = await RecordingBackend.start("app");
    door = await open(await writeConfig("guarded.yaml", GUARDED(backend.port)));
  });

  afterAll(async () => {
    await door?.stop();
    await backend?.stop();
  });

  it.for(HOSTILE)("%s never passes the guard on /admin", async (target, { expect }) => {
    const answer = await rawGet(door.port, target);
    expect([400, 403]).toContain(statusOf(answer));
    expect(backend.requests.filter(({ url }) => url.startsWith("/admin"))).toEqual([]);
  });

  it.for(HARMLESS)("%s is matched exactly as the backend sees it", async (target, { expect }) => {
    backend.requests.length = 0;
    const answer = await rawGet(door.port, target);
    const matched = /x-matched-path: (.*)\r\n/i.exec(answer)?.[1];
    expect(backend.requests.map(({ url }) => url)).toEqual([matched]);
  });
});
