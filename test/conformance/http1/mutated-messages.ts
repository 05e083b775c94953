/** Whole messages, with everything that a parser has a state for. */
const REQUESTS = [
  "GET /path?query HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n",
  "PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab",
  "GET http://b.example:81/x HTTP/1.1\r\nHost: a\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
  "DELETE /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
];
const RESPONSES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a="b"\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n',
  "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nuntil the end",
  "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
  "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
  "HTTP/1.0 500 Oh no\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nno",
];

/** What attackers put where it does not belong. */
const INTRUDERS = [
  ...'\r\n \t\0:;,="\\\x0b\x0c\x7f\x80\xe9\xff+-0x'.split(""),
  "\r\n",
  "\n\n",
  "\r\n\r\n",
  "\r\n ",
  " \r\n",
  "\t\r\n",
  "\r\n\t",
  " :",
  "Content-Length: 3\r\n",
  "Content-Length: 5\r\n",
  "Content-Length:\r\n",
  "content-length: 5, 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Transfer-Encoding : chunked\r\n",
  "Transfer-Encoding: chunked, identity\r\n",
  "Host: b\r\n",
  "X: a\r\n b\r\n",
  "X\r\n",
  ": v\r\n",
  "0\r\n\r\n",
  "ffffffffffffffff",
  "10000000000000000",
  ";ext",
  "; ext",
  ';e="q',
  "GET /next HTTP/1.1\r\nHost: c\r\n\r\n",
  "HTTP/1.1 200 OK\r\n",
];

/** The same messages on every run: the whole ones, and `count` with one to three random changes. */
export function mutatedMessages(type: "request" | "response", count: number): string[] {
  const bases = type === "request" ? REQUESTS : RESPONSES;
  const random = createRandom(20261123);
  const mutated = Array.from({ length: count }, () => {
    let text = pick(bases, random);
    if (type === "request" && random(4) === 0) text += pick(bases, random);
    for (let changes = 1 + random(3); changes > 0; changes--) text = changed(text, random);
    return text;
  });
  return [...bases, ...new Set(mutated)];
}

type Random = (below: number) => number;

function changed(text: string, random: Random): string {
  const at = random(text.length + 1);
  switch (random(6)) {
    case 3:
      return text.replace("1.1", pick(["0.9", "1.0", "2.0"], random));
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + random(3));
    case 1:
      return text.slice(0, at) + pick(INTRUDERS, random) + text.slice(at + 1);
    case 2:
      return text.slice(0, at);
    default: {
      // Most of what matters happens at the ends of lines.
      const lineAt = text.indexOf("\n", at) + 1;
      const where = random(2) === 0 ? at : lineAt;
      return text.slice(0, where) + pick(INTRUDERS, random) + text.slice(where);
    }
  }
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

/** Marsaglia's xorshift32. */
function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
