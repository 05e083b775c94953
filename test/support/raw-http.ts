import { connect } from "node:net";

const DEADLINE_MS = 20_000;

/** Sends bytes as they are to a loopback port and gives everything that comes back until the peer closes. */
export function rawExchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`no end of answer; so far: ${answer}`)));
    socket.setEncoding("latin1");
    socket.on("data", (text) => {
      answer += text;
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
    socket.write(bytes, "latin1");
  });
}

/** A bodiless request with exactly this target in its first line. */
export function rawGet(port: number, target: string): Promise<string> {
  return rawExchange(port, `GET ${target} HTTP/1.1\r\nHost: test.example\r\nConnection: close\r\n\r\n`);
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]);
}
