import { createRequire } from "node:module";

/** A message as Node's own parser (llhttp, with no leniency switched on) has read it. */
export interface LlhttpMessage {
  method: string;
  url: string;
  status: number;
  minor: number;
  /** Names and values in turn. */
  headers: string[];
  trailers: string[];
  body: string;
  keepAlive: boolean;
  isComplete: boolean;
}

export interface LlhttpReading {
  readonly messages: readonly LlhttpMessage[];
  /** The parser's code, such as `HPE_INVALID_EOF_STATE`; `undefined` if it had nothing against the input. */
  readonly error: string | undefined;
}

/** What is used of the class behind `node:http`; it is not documented, and only this file knows it. */
interface HttpParser {
  [callback: number]: (...args: never[]) => unknown;
  initialize(type: number, resource: object): void;
  execute(bytes: Buffer): number | (Error & { code: string });
  finish(): undefined | (Error & { code: string });
  close(): void;
}

interface HttpParserClass {
  new (): HttpParser;
  readonly REQUEST: number;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

type HeadersComplete = [
  major: number,
  minor: number,
  headers: string[] | undefined,
  method: number,
  url: string | undefined,
  status: number | undefined,
  statusMessage: string,
  upgrade: boolean,
  keepAlive: boolean,
];

interface HttpCommon {
  readonly HTTPParser: HttpParserClass;
  readonly methods: readonly string[];
}

// Nothing else gives llhttp without a server and sockets around it.
const { HTTPParser, methods } = createRequire(import.meta.url)("_http_common") as HttpCommon;

/** Reads a whole input, and its end. */
export function readWithLlhttp(type: "request" | "response", text: string): LlhttpReading {
  const messages: LlhttpMessage[] = [];
  const parser = new HTTPParser();
  parser.initialize(type === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {});
  listen(parser, messages);
  const executed = parser.execute(Buffer.from(text, "latin1"));
  const failure = typeof executed === "object" ? executed : parser.finish();
  parser.close();
  return { messages, error: failure?.code };
}

function listen(parser: HttpParser, messages: LlhttpMessage[]): void {
  /** Fields come by themselves before the end of a head or a message that has flushed some. */
  let flushed = { fields: [] as string[], url: "" };
  const takeFlushed = (): typeof flushed => {
    const taken = flushed;
    flushed = { fields: [], url: "" };
    return taken;
  };
  const current = (): LlhttpMessage => {
    const last = messages.at(-1);
    if (last === undefined) throw new Error("an event outside of a message");
    return last;
  };
  parser[HTTPParser.kOnHeaders] = (fields: string[], url: string) => {
    flushed = { fields: [...flushed.fields, ...fields], url: flushed.url + url };
  };
  parser[HTTPParser.kOnHeadersComplete] = (...head: HeadersComplete) => {
    const [, minor, headers, method, url, status, , , keepAlive] = head;
    const before = takeFlushed();
    messages.push({
      method: methods[method] ?? "",
      url: url ?? before.url,
      status: status ?? 0,
      minor,
      headers: headers ?? before.fields,
      trailers: [],
      body: "",
      keepAlive,
      isComplete: false,
    });
    return 0;
  };
  parser[HTTPParser.kOnBody] = (bytes: Buffer) => {
    current().body += bytes.toString("latin1");
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    current().trailers = takeFlushed().fields;
    current().isComplete = true;
  };
}
