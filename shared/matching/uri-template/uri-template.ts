import { err, ok, type Result } from "../../base/result.ts";

/** A path template, taken apart. */
export interface UriTemplate {
  /** A regular expression for the whole path, with one capture group for each variable. */
  readonly pattern: string;
  /** In the order of their groups. */
  readonly variables: readonly string[];
}

/** What literals and the text behind `*` may consist of (RFC 3986 `pchar`); `**` may have slashes, too. */
const LITERAL = "[a-zA-Z0-9._~%!$&'()+,;:@=-]";
const ONE_SEGMENT = "[a-zA-Z0-9._~%!$&'()+,;:@=*-]+";
const ANY_SEGMENTS = "[a-zA-Z0-9._~%!$&'()+,;:@=*/-]*";
const MAX_VARIABLES = 5;
const MAX_NAME_LENGTH = 16;

const SEGMENT = new RegExp(String.raw`^(${LITERAL}*)(?:(\*\*?)|\{([^{}=]*)(?:=([^{}]*))?\})?(${LITERAL}*)$`);

/**
 * Reads a template as Envoy's `uri_template_matcher` does: `*` is one segment, `**` any number of them and the last operator,
 * `{name}` and `{name=pattern}` are variables, of which there are at most five. A `*` within a segment, which Envoy lets
 * through and then takes for an operator of its regular expression, is refused. The error says what is wrong.
 */
export function parseUriTemplate(text: string): Result<UriTemplate, string> {
  if (!text.startsWith("/")) return err(`expected a template that begins with /, got "${text}"`);
  const template = new TemplateBuilder();
  // A slash inside braces belongs to the variable.
  const segments = text.slice(1).split(/\/(?![^{}]*\})/);
  for (const [at, segment] of segments.entries()) {
    const problem = template.addSegment(segment, at === segments.length - 1);
    if (problem !== undefined) return err(problem);
  }
  return ok(template.build());
}

/**
 * Reads a rewrite template (`/{b}/x-{a}`) into the substitution that RE2 would be given. The error says what is wrong.
 * Source: Envoy `uri_template_rewriter`.
 */
export function parseTemplateRewrite(text: string, variables: readonly string[]): Result<string, string> {
  if (!text.startsWith("/") || text.includes("//")) return err(`expected a path without empty segments, got "${text}"`);
  const parts = text.split(/(\{[^{}]*\})/);
  let substitution = "";
  for (const part of parts) {
    const name = /^\{(.*)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (!/^[a-zA-Z0-9._~%!$&'()+,;:@=*/-]*$/.test(part)) return err(`"${part}" may not stand in a path`);
      substitution += part;
      continue;
    }
    const group = variables.indexOf(name) + 1;
    if (group === 0) return err(`the path template has no variable "${name}"`);
    substitution += `\\${group}`;
  }
  return ok(substitution);
}

class TemplateBuilder {
  readonly #variables: string[] = [];
  #pattern = "";
  #hasTextGlob = false;

  build(): UriTemplate {
    return { pattern: `^${this.#pattern}$`, variables: this.#variables };
  }

  /** Says what is wrong with it, if anything. */
  addSegment(segment: string, isLast: boolean): string | undefined {
    this.#pattern += "/";
    if (segment === "") return isLast ? undefined : "a segment is empty";
    const [matched, before = "", glob, name, inner, after = ""] = SEGMENT.exec(segment) ?? [];
    if (matched === undefined) return `"${segment}" is no literal, operator or variable with literals around it`;
    if (glob !== undefined && before !== "") return `* within the segment "${segment}"`;
    if (glob !== undefined && after !== "" && !isLast) return `* within the segment "${segment}"`;
    this.#pattern += quoted(before);
    const problem = this.#addOperator(glob, name, inner);
    this.#pattern += quoted(after);
    return problem;
  }

  #addOperator(glob: string | undefined, name: string | undefined, inner: string | undefined): string | undefined {
    if (glob !== undefined) return this.#addGlob(glob);
    return name === undefined ? undefined : this.#addVariable(name, inner ?? "*");
  }

  #addVariable(name: string, inner: string): string | undefined {
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) return `"${name}" is no name of a variable`;
    if (name.length > MAX_NAME_LENGTH) return `the name "${name}" has more than ${MAX_NAME_LENGTH} characters`;
    if (this.#variables.includes(name)) return `the variable "${name}" is there twice`;
    if (this.#variables.length === MAX_VARIABLES) return `there are more than ${MAX_VARIABLES} variables`;
    this.#variables.push(name);
    this.#pattern += "(";
    const problem = this.#addInner(inner);
    this.#pattern += ")";
    return problem;
  }

  #addInner(inner: string): string | undefined {
    for (const [at, part] of inner.split("/").entries()) {
      if (at > 0) this.#pattern += "/";
      if (part === "") return `"${inner}" has an empty segment`;
      const isGlob = part === "*" || part === "**";
      if (!isGlob && !IS_LITERAL.test(part)) return `"${part}" is no literal or operator`;
      const problem = isGlob ? this.#addGlob(part) : undefined;
      if (problem !== undefined) return problem;
      if (!isGlob) this.#pattern += quoted(part);
    }
    return undefined;
  }

  #addGlob(glob: string): string | undefined {
    if (this.#hasTextGlob) return "an operator follows **";
    this.#hasTextGlob = glob === "**";
    this.#pattern += this.#hasTextGlob ? ANY_SEGMENTS : ONE_SEGMENT;
    return undefined;
  }
}

const IS_LITERAL = new RegExp(`^${LITERAL}+$`);

function quoted(literal: string): string {
  return literal.replace(/[.$()+]/g, String.raw`\$&`);
}
