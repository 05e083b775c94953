import { describe, it } from "vitest";
import { type BodyEnd, ObservedBody } from "../../../shared/filters/http/router/observed-body.ts";
import { BodyFailure, type BodyRead, type BodySource, END } from "../../../shared/http/body-source.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { ScriptedBody } from "../../support/fake-transport.ts";

function observe(source: BodySource): { readonly body: ObservedBody; readonly ends: BodyEnd[] } {
  const ends: BodyEnd[] = [];
  return { body: new ObservedBody(source, (end) => ends.push(end)), ends };
}

/** Answers every read by a promise, and has trailers. */
class SlowBody extends ScriptedBody {
  override async read(): Promise<BodyRead> {
    return super.read();
  }

  override trailers(): HeaderMap {
    return HeaderMap.from([["grpc-status", "0"]]);
  }
}

describe("ObservedBody", () => {
  it("passes chunks, end and trailers on, and tells the end once", async ({ expect }) => {
    const { body, ends } = observe(new SlowBody("a"));
    expect(await body.read()).toEqual(new TextEncoder().encode("a"));
    expect(ends).toEqual([]);
    expect([await body.read(), await body.read()]).toEqual([END, END]);
    expect(body.trailers()?.get("grpc-status")).toBe("0");
    expect(ends).toEqual(["complete"]);
  });

  it("answers at once where the source does", ({ expect }) => {
    const { body } = observe(new ScriptedBody("a"));
    expect(body.read()).toEqual(new TextEncoder().encode("a"));
  });

  it("tells a failure, and nothing more when it is cancelled after that", ({ expect }) => {
    const failure = new BodyFailure("remote reset");
    const { body, ends } = observe(new ScriptedBody("", failure));
    expect(body.read()).toBe(failure);
    body.cancel("local reset");
    expect(ends).toEqual([failure]);
  });

  it("tells a cancellation before the source fails by it", async ({ expect }) => {
    const { body, ends } = observe(new ScriptedBody("", "hang"));
    const read = body.read();
    body.cancel("local reset");
    expect(await read).toEqual(new BodyFailure("local reset"));
    expect(ends).toEqual(["cancelled"]);
  });

  it("tells of a hand-over only when there was something to hand over", ({ expect }) => {
    const none = observe(new ScriptedBody("a"));
    expect(none.body.unwrap()).toBeUndefined();
    expect(none.ends).toEqual([]);
    const native = observe(Object.assign(new ScriptedBody("a"), { unwrap: () => "native" }));
    expect(native.body.unwrap()).toBe("native");
    expect(native.ends).toEqual(["handed over"]);
  });
});
