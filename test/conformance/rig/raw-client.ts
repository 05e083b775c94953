import { connect } from "node:net";
import { readAnswer } from "./answer-text.ts";
import type { Answer } from "./exchange.ts";
import type { PlannedRequest } from "./planned-request.ts";

/** Not 127.0.0.1, for which Envoy writes its own address into x-forwarded-for. */
export const CLIENT_ADDRESS = "127.0.0.2";
const SILENT_AFTER_MS = 10_000;

/** Sends one request on a connection of its own, byte for byte as planned, and reads one answer. */
export function send(port: number, request: PlannedRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", localAddress: CLIENT_ADDRESS });
    let text = "";
    const finish = (answer: Answer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding("latin1");
    socket.setTimeout(SILENT_AFTER_MS, () => finish({ kind: "broken", how: "silent" }));
    socket.on("data", (piece) => {
      text += piece;
      const answer = readAnswer(text, { headRequest: request.method === "HEAD", ended: false });
      if (answer !== undefined) finish(answer);
    });
    socket.on("end", () => {
      const answer = readAnswer(text, { headRequest: request.method === "HEAD", ended: true });
      finish(answer ?? { kind: "broken", how: text === "" ? "closed" : "truncated" });
    });
    socket.on("error", () => finish({ kind: "broken", how: text === "" ? "reset" : "truncated" }));
    socket.write(requestText(request), "latin1");
  });
}

export function requestText({ method, target, headers, body, chunked, raw }: PlannedRequest): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  if (raw !== undefined) return raw.replace("$headers", lines.join("\r\n"));
  lines.push(...framingHeaders(body, chunked));
  return `${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${framedBody(body, chunked)}`;
}

function framingHeaders(body: string | undefined, chunked: boolean): readonly string[] {
  if (body === undefined) return [];
  return [chunked ? "transfer-encoding: chunked" : `content-length: ${body.length}`];
}

function framedBody(body: string | undefined, chunked: boolean): string {
  if (body === undefined || !chunked) return body ?? "";
  const data = body === "" ? "" : `${body.length.toString(16)}\r\n${body}\r\n`;
  return `${data}0\r\n\r\n`;
}
