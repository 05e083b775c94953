import { describe, it } from "vitest";
import { MalformedMessage, PROTOCOL_FAULTS, type ProtocolFault } from "../../../shared/http1/protocol-fault.ts";
import { readRequests, requestEnd } from "./http1-events.ts";

const LINE = "GET / HTTP/1.1\r\n";

function sized(headBytes: number): string {
  const rest = headBytes - LINE.length - "X: \r\n\r\n".length;
  return `${LINE}X: ${"a".repeat(rest)}\r\n\r\n`;
}

describe("MessageParser limits", () => {
  it("are Envoy's if nothing else is said: 60 KiB and 100 header lines", ({ expect }) => {
    expect(requestEnd(sized(60 * 1024))).toBe("end");
    expect(requestEnd(sized(60 * 1024 + 1))).toBe("headersTooLarge");
    expect(requestEnd(`${LINE}${"X: 1\r\n".repeat(100)}\r\n`)).toBe("end");
    expect(requestEnd(`${LINE}${"X: 1\r\n".repeat(101)}\r\n`)).toBe("tooManyHeaders");
  });

  it("count the whole head, empty lines before it too", ({ expect }) => {
    const limits = { maxHeadBytes: 50 };
    expect(requestEnd(sized(50), { limits })).toBe("end");
    expect(requestEnd(`\r\n${sized(49)}`, { limits })).toBe("headersTooLarge");
    expect(requestEnd("\r\n".repeat(26), { limits })).toBe("headersTooLarge");
  });

  it("hold for every message anew", ({ expect }) => {
    const limits = { maxHeadBytes: 50, maxHeaders: 1 };
    expect(readRequests(sized(50).repeat(3), { limits }).map(({ end }) => end)).toEqual(["end", "end", "end"]);
  });

  it("hold for the start line by itself", ({ expect }) => {
    const limits = { maxStartLineBytes: 20 };
    expect(requestEnd(`GET /${"a".repeat(4)} HTTP/1.1\r\nHost: a\r\n\r\n`, { limits })).toBe("end");
    expect(requestEnd(`GET /${"a".repeat(5)} HTTP/1.1\r\nHost: a\r\n\r\n`, { limits })).toBe("headersTooLarge");
  });

  it("are told before the line that breaks them has ended", ({ expect }) => {
    const text = `${LINE}X: ${"a".repeat(100)}`;
    expect(requestEnd({ text, step: 7, closes: false }, { limits: { maxHeadBytes: 60 } })).toBe("headersTooLarge");
  });
});

describe("MalformedMessage", () => {
  it("has a status and Envoy's word for every fault", ({ expect }) => {
    const faults = Object.keys(PROTOCOL_FAULTS) as ProtocolFault[]; // Object.keys widens to string
    const rendered = faults.map((fault) => new MalformedMessage(fault));
    expect(new Set(rendered.map(({ status }) => status))).toEqual(new Set([400, 431, 501]));
    expect(rendered.filter(({ details }) => !/^http1\.[a-z_0-9]+$/.test(details))).toEqual([]);
    expect(new MalformedMessage("headersTooLarge")).toMatchObject({ status: 431, details: "http1.headers_too_large" });
    expect(new MalformedMessage("unknownTransferEncoding")).toMatchObject({
      status: 501,
      details: "http1.invalid_transfer_encoding",
    });
  });
});
