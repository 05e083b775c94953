import fc from "fast-check";
import type { ExpectStatic } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import type { RouteTable } from "../../../shared/router/route.ts";
import type { RouteConfiguration } from "../../../shared/schema/envoy-types.ts";
import { type Destination, interpret, type PlainRequest } from "./linear-interpreter.ts";
import { requests } from "./random-tables.ts";
import { newStreamInfo, tableOf } from "./route-table-harness.ts";

interface Run {
  readonly seed: number;
  /** Tables; each gets this many requests. */
  readonly numRuns: number;
  readonly requestsEach: number;
}

/** Asserts that compiled tables send random requests where a reading from first to last sends them. */
export function expectAgreement(expect: ExpectStatic, tables: fc.Arbitrary<RouteConfiguration>, run: Run): void {
  const { seed, numRuns, requestsEach } = run;
  const samples = fc.array(requests, { minLength: requestsEach, maxLength: requestsEach });
  const property = fc.property(tables, samples, (config, chosen) => {
    const table = tableOf(config);
    const compiled = chosen.map((request) => lookUp(table, request));
    expect(compiled).toEqual(chosen.map((request) => interpret(config, request)));
  });
  fc.assert(property, { seed, numRuns });
}

const CERTIFICATES = {
  none: undefined,
  unknown: { peerCertificate: { validated: false } },
  trusted: { peerCertificate: { validated: true } },
} as const;

function lookUp(table: RouteTable, { headers, random, certificate, metadata }: PlainRequest): Destination {
  const request = HeaderMap.from(headers);
  const info = newStreamInfo({ tlsConnection: CERTIFICATES[certificate] });
  info.mergeMetadata("ns", metadata);
  const match = table.match(request, { random, info });
  if (match.kind !== "route") return match;
  const { route } = match;
  const cluster = route.kind === "forward" ? route.clusterName(request) : undefined;
  return { kind: "route", name: route.name, cluster };
}
