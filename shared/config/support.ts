import type { Target } from "../host/capabilities.ts";

/** What Nuncio does with one field that Envoy knows. */
export type FieldSupport =
  | { readonly kind: "supported" }
  /** Works, with a difference that is said. A warning where the field is set. */
  | { readonly kind: "approximated"; readonly how: string; readonly asWhole?: true }
  /** Accepted without effect, for a reason that makes that right. A warning where the field is set. */
  | { readonly kind: "ignored"; readonly why: string }
  /** Refused where the field is set; a warning under `--lenient`. */
  | { readonly kind: "unsupported"; readonly why: string };

export type FieldSupportPerTarget = Readonly<Record<Target, FieldSupport>>;

/** Says for the fields of one Envoy message what becomes of them. A field that is not listed is unsupported. */
export interface MessageSupport {
  /** Full name, `envoy.config.route.v3.RouteAction`. */
  readonly message: string;
  /** By lowerCamelCase JSON name. */
  readonly fields: Readonly<Record<string, FieldSupportPerTarget>>;
}

type Said =
  | "supported"
  | FieldSupport
  | { readonly edge: "supported" | FieldSupport; readonly node: "supported" | FieldSupport };

/** Declares the support table of one message; it stands in `support.ts` beside the code that reads the message. */
export function support(message: string, fields: Readonly<Record<string, Said>>): MessageSupport {
  const entries = Object.entries(fields).map(([name, said]) => [name, perTarget(said)] as const);
  return { message, fields: Object.fromEntries(entries) };
}

/** One and the same for several fields. */
export function everyField(names: readonly string[], said: Said): Readonly<Record<string, Said>> {
  return Object.fromEntries(names.map((name) => [name, said]));
}

export function approximated(how: string): FieldSupport {
  return { kind: "approximated", how };
}

/** For a message of which the sentence says all: its fields are not judged one by one. */
export function approximatedAsWhole(how: string): FieldSupport {
  return { kind: "approximated", how, asWhole: true };
}

export function ignored(why: string): FieldSupport {
  return { kind: "ignored", why };
}

export function unsupported(why: string): FieldSupport {
  return { kind: "unsupported", why };
}

/** What holds for a field that no table lists. */
export const NOT_IMPLEMENTED: FieldSupport = unsupported("not implemented");

function perTarget(said: Said): FieldSupportPerTarget {
  if (typeof said === "string" || "kind" in said) return { edge: fieldSupport(said), node: fieldSupport(said) };
  return { edge: fieldSupport(said.edge), node: fieldSupport(said.node) };
}

function fieldSupport(said: "supported" | FieldSupport): FieldSupport {
  return said === "supported" ? { kind: "supported" } : said;
}
