/**
 * Path functions. A path is what `:path` holds: bytes as code units, query included; the functions that rewrite leave the
 * query as it is. Sources: Envoy `Http::PathUtil` for the first four, the WHATWG URL standard for {@link edgePath}.
 */

/** The path without query and fragment. */
export function stripQueryAndFragment(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** Makes one slash of several in a row. A path of nothing but slashes keeps two, as in Envoy. */
export function mergeSlashes(path: string): string {
  return mapBeforeQuery(path, (before) => {
    if (!before.includes("//")) return before;
    const inner = before.split("/").filter((segment) => segment !== "");
    return (before.startsWith("/") ? "/" : "") + inner.join("/") + (before.endsWith("/") ? "/" : "");
  });
}

/** Turns `%2F` and `%5C` into the slash and the backslash that they stand for. */
export function unescapeSlashes(path: string): string {
  return mapBeforeQuery(path, (before) =>
    before.includes("%") ? before.replace(/%(?:2f|5c)/gi, (escape) => (escape[1] === "2" ? "/" : "\\")) : before,
  );
}

/**
 * Normalises as RFC 3986 section 6 says, and as Envoy's URL library does it: a backslash is a slash, unreserved characters
 * are decoded, dot segments resolved, unsafe characters encoded. `undefined`, for which the answer is 400, for a path with
 * NUL, encoded or not, or with bytes outside ASCII.
 */
export function canonicalPath(path: string): string | undefined {
  const queryAt = path.indexOf("?");
  const before = queryAt < 0 ? path : path.slice(0, queryAt);
  // oxlint-disable-next-line no-control-regex -- NUL and what is not ASCII are what this looks for
  if (/\x00|%00|[^\x00-\x7f]/.test(before)) return undefined;
  const decoded = decodeUnreserved(withoutDotParameters(before).replaceAll("\\", "/"));
  const canonical = resolveDotSegments(encode(decoded, PATH_UNSAFE));
  return queryAt < 0 ? canonical : canonical + path.slice(queryAt);
}

/** `..;x` is taken for `..` by some servers behind us, so Envoy resolves it. */
function withoutDotParameters(path: string): string {
  return path.includes(";") ? path.replace(/(^|[/\\])(\.\.?);[^/\\]*/g, "$1$2") : path;
}

/** What the path has to give up: RFC 3986 unreserved characters never need to be encoded. */
const UNRESERVED = /[A-Za-z0-9._~-]/;
const HEX_PAIR = /^[0-9A-Fa-f]{2}$/;

/**
 * Decodes the escapes of unreserved characters, once. Where what was decoded would complete a new escape behind a bare percent
 * sign (`%4%31`), that sign is encoded, or the next server would decode a second time.
 */
function decodeUnreserved(path: string): string {
  if (!path.includes("%")) return path;
  let out = "";
  let barePercentAt = -3;
  for (let at = 0; at < path.length; at++) {
    const char = path[at] ?? "";
    const digits = path.slice(at + 1, at + 3);
    if (char !== "%") {
      out += char;
    } else if (!HEX_PAIR.test(digits)) {
      barePercentAt = out.length;
      out += char;
    } else {
      const decoded = String.fromCharCode(Number.parseInt(digits, 16));
      at += 2;
      if (!UNRESERVED.test(decoded)) out += char + digits;
      else out = appendDecoded(out, decoded, barePercentAt, path[at + 1] ?? "");
    }
  }
  return out;
}

function appendDecoded(out: string, decoded: string, barePercentAt: number, next: string): string {
  const between = out.slice(barePercentAt + 1);
  const isNear = barePercentAt >= 0 && between.length <= 1;
  const pair = between === "" ? decoded + next : between + decoded;
  if (!isNear || !HEX_PAIR.test(pair)) return out + decoded;
  return `${out.slice(0, barePercentAt)}%25${between}${decoded}`;
}

function resolveDotSegments(path: string): string {
  const segments = path.split("/");
  if (path.startsWith("/")) segments.shift();
  return `/${resolved(segments, (segment) => (segment === "." || segment === ".." ? segment.length : 0)).join("/")}`;
}

/** `dots` says how many dots a segment stands for: 1 is this folder, 2 the one above, 0 is a name. */
function resolved(segments: readonly string[], dots: (segment: string) => number): string[] {
  const kept: string[] = [];
  segments.forEach((segment, at) => {
    const count = dots(segment);
    if (count === 0) kept.push(segment);
    else if (count === 2) kept.pop();
    if (count > 0 && at === segments.length - 1) kept.push("");
  });
  return kept;
}

// oxlint-disable-next-line no-control-regex -- control characters are part of the set
const PATH_UNSAFE = /[\x00-\x20"<>^`{|}\x7f]/g;

function encode(text: string, unsafe: RegExp): string {
  return text.replace(unsafe, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

function mapBeforeQuery(path: string, map: (before: string) => string): string {
  const queryAt = path.indexOf("?");
  return queryAt < 0 ? map(path) : map(path.slice(0, queryAt)) + path.slice(queryAt);
}

/** What {@link edgePath} gives. */
export type EdgePath =
  | { readonly kind: "ok"; readonly path: string }
  | { readonly kind: "rejected"; readonly reason: string };

/**
 * Turns a request target (`/path?query`) into exactly the bytes that `fetch` will send for it, so that what is routed is what
 * is sent: dot segments resolved also where they are written with `%2e`, `\` made `/`, fragment, tabs and line breaks removed,
 * unsafe characters encoded. What is not a stable form, or not ASCII, is rejected and answered with 400.
 * Source: WHATWG URL standard section 4.4, for a special scheme.
 */
export function edgePath(target: string): EdgePath {
  if (isCanonicalTarget(target)) return { kind: "ok", path: target };
  // oxlint-disable-next-line no-control-regex -- the range is the definition of ASCII
  if (/[^\x00-\x7f]/.test(target)) return { kind: "rejected", reason: "the request target is not ASCII" };
  const path = parsedTarget(target);
  if (parsedTarget(path) !== path) return { kind: "rejected", reason: "the request target has no stable form" };
  return { kind: "ok", path };
}

/** The common case: no dot segment and nothing to encode. */
function isCanonicalTarget(target: string): boolean {
  return /^(?:\/(?!(?:\.|%2e){1,2}(?:[/?]|$))[\w!$%&'()*+,.:;=@~[\]|-]*)+(?:\?[\w!$%&()*+,./:;=?@~[\]|\\^`{}-]*)?$/i.test(
    target,
  );
}

// oxlint-disable-next-line no-control-regex -- control characters are part of both sets
const URL_PATH_UNSAFE = /[\x00-\x20"<>^`{}\x7f]/g;
// oxlint-disable-next-line no-control-regex -- as above
const URL_QUERY_UNSAFE = /[\x00-\x20"'<>\x7f]/g;

function parsedTarget(target: string): string {
  // oxlint-disable-next-line no-control-regex -- the standard strips control characters at the end
  const stripped = target.replace(/[\x00-\x20]+$/, "").replace(/[\t\n\r]/g, "");
  const fragmentAt = stripped.indexOf("#");
  const whole = fragmentAt < 0 ? stripped : stripped.slice(0, fragmentAt);
  const queryAt = whole.indexOf("?");
  if (queryAt < 0) return parsedPath(whole);
  const query = encode(whole.slice(queryAt + 1), URL_QUERY_UNSAFE);
  return `${parsedPath(whole.slice(0, queryAt))}?${query}`;
}

function parsedPath(path: string): string {
  const segments = path.replaceAll("\\", "/").split("/");
  if (segments[0] === "") segments.shift();
  return encode(`/${resolved(segments, urlDots).join("/")}`, URL_PATH_UNSAFE);
}

function urlDots(segment: string): number {
  const plain = segment.length > 6 ? segment : segment.replace(/%2e/gi, ".");
  return plain === "." || plain === ".." ? plain.length : 0;
}
