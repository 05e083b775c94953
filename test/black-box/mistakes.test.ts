import { describe, it } from "vitest";
import { runNuncio } from "../support/nuncio-process.ts";
import { writeConfig } from "../support/sample-config.ts";

/** Every kind of mistake that people make, each marked with the code it is reported under. */
const MISTAKEN = `
static_resources:
  listeners:
    - name: http
      address: { socket_address: { adress: 127.0.0.1, port_value: 8080 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                proxy_status_config: {}
                route_config:
                  virtual_hosts:
                    - name: backend
                      domains: ["*"]
                      routes:
                        - match: { prefix: /a }
                          route: { cluster: one, timeout: 250 }
                        - match: { prefix: /b }
                          direct_response: { status: 42 }
                        - match: { prefix: /c, path: /d }
                          route: { cluster: one }
                http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ruter.v3.Router
  clusters:
    - name: one
      type: STRICT_DSN
      connect_timeout: fast
`;

/** Line and column in the text above, which begins with an empty line. */
const EXPECTED = [
  "5:36 config.unknown_field",
  "5:18 config.required",
  "9:15 config.required",
  "11:17 support.unsupported",
  "18:50 config.duration",
  "20:46 config.range",
  "21:48 config.oneof",
  "25:21 config.unknown_type",
  "29:7 config.enum",
  "30:7 config.duration",
];

describe.for(["validate", "build"])("nuncio %s", (command) => {
  it("reports all mistakes of a file in one run, each in its place, and exits with 1", async ({ expect }) => {
    const file = await writeConfig("mistaken.yaml", MISTAKEN);
    const { code, output } = await runNuncio([command, "-c", file, ...ARGUMENTS[command as keyof typeof ARGUMENTS]]);
    const reported = [...output.matchAll(/mistaken\.yaml:(\d+:\d+) .*\[([\w.]+)\]$/gm)].map(
      ([, at, id]) => `${at} ${id}`,
    );
    expect(new Set(reported)).toEqual(new Set(EXPECTED));
    expect(code).toBe(1);
  });
});

const ARGUMENTS = { validate: ["--target", "edge"], build: ["-o", "/dev/null"] } as const;
