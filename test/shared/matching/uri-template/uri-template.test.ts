import { describe, it } from "vitest";
import { compileRegex } from "../../../../shared/matching/regex/regex.ts";
import { parseTemplateRewrite, parseUriTemplate } from "../../../../shared/matching/uri-template/uri-template.ts";
import { valueOf } from "../../../support/value-of.ts";

const PATHS = [
  "/",
  "/a",
  "/a/",
  "/a/b",
  "/a/b/",
  "/a//b",
  "/a/b/c",
  "/a/b%2f",
  "/a/b*=;:@~",
  "/a/b|",
  "/a/\u00e9",
  "/A/b",
  "/x.txt",
  "/a/x.txt",
  "/axb",
];

describe("parseUriTemplate", () => {
  // Which paths match is what Envoy 1.39 answers.
  it.for<readonly [template: string, paths: readonly string[]]>([
    ["/", ["/"]],
    ["/a", ["/a"]],
    ["/a/", ["/a/"]],
    ["/a/*", ["/a/b", "/a/b%2f", "/a/b*=;:@~", "/a/x.txt"]],
    ["/a/{x}", ["/a/b", "/a/b%2f", "/a/b*=;:@~", "/a/x.txt"]],
    ["/a/**", ["/a/", "/a/b", "/a/b/", "/a//b", "/a/b/c", "/a/b%2f", "/a/b*=;:@~", "/a/x.txt"]],
    ["/*/b", ["/a/b", "/A/b"]],
    ["/a/{x=b/*}", ["/a/b/c"]],
    ["/a/{x=*}/{y=**}", ["/a/b/", "/a/b/c"]],
    ["/{x=**/b}", ["/a/b", "/a//b", "/A/b"]],
    ["/**.txt", ["/x.txt", "/a/x.txt"]],
    ["/{p=**}.txt", ["/x.txt", "/a/x.txt"]],
    ["/*.txt", ["/x.txt"]],
    ["/a{x}", ["/axb"]],
    ["/{x}b", ["/axb"]],
    ["/a/b/{x=c}", ["/a/b/c"]],
  ])("matches with %s the paths %j", ([template, paths], { expect }) => {
    const regex = valueOf(compileRegex(valueOf(parseUriTemplate(template)).pattern));
    expect(PATHS.filter((path) => regex.fullMatch(path))).toEqual(paths);
  });

  it.for([
    ["a", "begins with /"],
    ["//a", "a segment is empty"],
    ["/a//b", "a segment is empty"],
    ["/{a}{b}", '"{a}{b}"'],
    ["/{a}/{a}", '"a" is there twice'],
    ["/{a}/{b}/{c}/{d}/{e}/{f}", "more than 5 variables"],
    ["/{}", '"" is no name'],
    ["/{1a}", '"1a" is no name'],
    ["/{a-b}", '"a-b" is no name'],
    ["/{aaaaaaaaaaaaaaaaa}", "more than 16 characters"],
    ["/**/*", "an operator follows **"],
    ["/**/{x}", "an operator follows **"],
    ["/{x=**}/{y=**}", "an operator follows **"],
    ["/{x=**/*}", "an operator follows **"],
    ["/*a/b", "* within"],
    ["/a*", "* within"],
    ["/a*b", "* within"],
    ["/a**", "* within"],
    ["/{x=}", "an empty segment"],
    ["/{x=/a}", "an empty segment"],
    ["/{x=a/}", "an empty segment"],
    ["/{x=a*}", '"a*" is no literal'],
    ["/{x", '"{x"'],
    ["/x}", '"x}"'],
    ["/a b", '"a b"'],
    ["/a?b", '"a?b"'],
  ] as const)("refuses %s", ([template, reason], { expect }) => {
    expect(parseUriTemplate(template)).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });
});

describe("parseTemplateRewrite", () => {
  it.for([
    ["/{b}/{a}", "/\\2/\\1"],
    ["/x/{b}-{a}.y", "/x/\\2-\\1.y"],
    ["/{a}{a}", "/\\1\\1"],
    ["/", "/"],
    ["/*=", "/*="],
  ] as const)("reads %s as %s", ([text, substitution], { expect }) => {
    expect(parseTemplateRewrite(text, ["a", "b"])).toEqual({ ok: true, value: substitution });
  });

  it.for([
    ["x/{a}", "empty segments"],
    ["//{a}", "empty segments"],
    ["/{c}", 'no variable "c"'],
    ["/{a=*}", 'no variable "a=*"'],
    ["/{a", '"/{a"'],
    ["/a b", '"/a b"'],
    ["/?x={a}", '"/?x="'],
  ] as const)("refuses %s", ([text, reason], { expect }) => {
    expect(parseTemplateRewrite(text, ["a", "b"])).toEqual({ ok: false, error: expect.stringContaining(reason) });
  });
});
