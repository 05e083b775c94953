import { ok } from "../base/result.ts";
import type { FilterStateObject } from "../http/filter-state.ts";
import type { HostMetadata } from "../host/upstream-host.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { toByteString } from "../matching/byte-string.ts";
import { metadataValueAt } from "../matching/metadata-matcher.ts";
import { type FormatOperator, type FormatValue, JsonText } from "./format-context.ts";
import { renderJson } from "./json-value.ts";
import {
  type CompiledOperator,
  misused,
  notImplemented,
  type OperatorSpec,
  type OperatorTable,
} from "./operator-spec.ts";

type Namespace = Readonly<Record<string, unknown>> | undefined;
type MetadataOf = (info: StreamInfo, namespace: string) => Namespace;

const of =
  (read: (info: StreamInfo) => HostMetadata | undefined): MetadataOf =>
  (info, namespace) => {
    const all = read(info);
    return all !== undefined && Object.hasOwn(all, namespace) ? all[namespace] : undefined;
  };

const dynamic: MetadataOf = (info, namespace) => info.metadata(namespace);
const cluster = of(({ clusterMetadata }) => clusterMetadata);
const upstreamHost = of(({ upstream }) => upstream?.metadata);

/** What `METADATA` may name first. */
const SOURCES: ReadonlyMap<string, MetadataOf> = new Map([
  ["DYNAMIC", dynamic],
  ["CLUSTER", cluster],
  ["UPSTREAM_HOST", upstreamHost],
  ["ROUTE", of(({ routeMetadata }) => routeMetadata)],
  ["VIRTUAL_HOST", of(({ virtualHostMetadata }) => virtualHostMetadata)],
]);
const UNKNOWN_SOURCES: ReadonlySet<string> = new Set(["LISTENER", "LISTENER_FILTER_CHAIN"]);

/** Operators that read metadata and filter state. */
export const METADATA_OPERATORS: OperatorTable = {
  DYNAMIC_METADATA: metadata(dynamic),
  CLUSTER_METADATA: metadata(cluster),
  UPSTREAM_METADATA: metadata(upstreamHost),
  METADATA: { argument: "required", length: true, compile: compileMetadata },
  FILTER_STATE: { argument: "required", length: true, compile: compileFilterState },
  // What upstream filters leave; there are none here.
  UPSTREAM_FILTER_STATE: { argument: "required", length: true, compile: () => ok(() => undefined) },
};

function metadata(source: MetadataOf): OperatorSpec {
  return { argument: "required", length: true, compile: (argument) => compilePath(source, argument) };
}

/** `TYPE:NAMESPACE:KEY:KEY…`. */
function compileMetadata(argument: string): CompiledOperator {
  const colon = argument.indexOf(":");
  const type = colon < 0 ? argument : argument.slice(0, colon);
  const source = SOURCES.get(type);
  if (source !== undefined) return compilePath(source, colon < 0 ? "" : argument.slice(colon + 1));
  if (UNKNOWN_SOURCES.has(type)) return notImplemented(`METADATA(${type}:…): metadata of listeners is not kept`);
  return misused(`${type} is not supported type of metadata`);
}

/** `NAMESPACE:KEY:KEY…`. Without keys the whole namespace, as JSON. The old form `["NAMESPACE", "KEY"]` is accepted. */
function compilePath(source: MetadataOf, argument: string): CompiledOperator {
  const [namespace = "", ...keys] = argument.startsWith("[") ? fromJsonForm(argument) : argument.split(":");
  if (namespace === "") return misused(`expected NAMESPACE:KEY, got ${argument}`);
  return ok(({ streamInfo }) => renderMetadata(metadataValueAt(source(streamInfo, namespace), keys)));
}

function fromJsonForm(argument: string): string[] {
  const inner = /^\[(?:\s*"[^"\\]*"\s*,?)+\]$/.exec(argument);
  return inner === null ? [] : [...argument.matchAll(/"([^"]*)"/g)].map(([, text = ""]) => text);
}

/** Texts and numbers as they are; the rest as JSON. */
function renderMetadata(value: unknown): FormatValue {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return toByteString(value);
  return typeof value === "number" ? value : new JsonText(renderJson(value));
}

/** `KEY`, `KEY:TYPED`, `KEY:PLAIN` or `KEY:FIELD:name`. */
function compileFilterState(argument: string): CompiledOperator {
  const [key = "", form = "TYPED", field, ...more] = argument.split(":");
  const read = filterStateReader(form, field);
  if (key === "" || read === undefined || more.length > 0) {
    return misused("Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.");
  }
  const operator: FormatOperator = ({ streamInfo }) => {
    const state = streamInfo.filterState(key);
    return state && read(state);
  };
  return ok(operator);
}

function filterStateReader(
  form: string,
  field: string | undefined,
): ((state: FilterStateObject) => FormatValue) | undefined {
  if (form === "FIELD" && field !== undefined) return (state) => state.field?.(field);
  if (field !== undefined) return undefined;
  if (form === "PLAIN") return ({ text }) => text;
  return form === "TYPED" ? ({ value }) => renderMetadata(value) : undefined;
}
