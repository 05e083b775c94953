import { mapObjects } from "./rig-config.ts";
import type { AlterConfig } from "./run-config.ts";

type Json = Readonly<Record<string, unknown>>;

/** A deliberate change to Nuncio's configuration, and the kind of difference by which the rig must report it. */
export interface Planted {
  readonly name: string;
  readonly config: string;
  readonly kind: string;
  readonly alter: AlterConfig;
}

const DIRECT_STATUS: AlterConfig = (bootstrap) =>
  mapObjects(bootstrap, (object) => (object["status"] === 418 ? { ...object, status: 419 } : object));

const ADDED_HEADER: AlterConfig = (bootstrap) =>
  mapObjects(bootstrap, (object) => (object["value"] === "route" ? { ...object, value: "planted" } : object));

const DIRECT_BODY: AlterConfig = (bootstrap) =>
  mapObjects(bootstrap, (object) => ("inline_string" in object ? { ...object, inline_string: "planted" } : object));

const OTHER_CLUSTER: AlterConfig = (bootstrap) =>
  mapObjects(bootstrap, (object) => (object["cluster"] === "four" ? { ...object, cluster: "three" } : object));

/** Routes to nothing end as if there were no route. */
const NO_ROUTE: AlterConfig = (bootstrap) => mapObjects(bootstrap, withoutLastRoute);

function withoutLastRoute(object: Json): Json {
  const routes = object["routes"];
  return Array.isArray(routes) ? { ...object, routes: routes.slice(0, -1) } : object;
}

/** Every kind that `--planted` knows. */
export const PLANTED: readonly Planted[] = [
  { name: "status", config: "direct-response", kind: "status", alter: DIRECT_STATUS },
  { name: "header", config: "header-mutation-levels", kind: "header", alter: ADDED_HEADER },
  { name: "body", config: "direct-response", kind: "body", alter: DIRECT_BODY },
  { name: "backend", config: "prefix-routes", kind: "backend", alter: OTHER_CLUSTER },
  { name: "flag", config: "prefix-routes", kind: "flag", alter: NO_ROUTE },
];
