import { describe, it } from "vitest";
import { failureFromAnswer, failureFromFetchError, failureFromVpcError } from "../../worker/host/fetch-failure.ts";

const BY_THE_PLATFORM = new Headers({ server: "cloudflare", "cf-ray": "8f00-FRA" });

describe("failureFromAnswer", () => {
  const table = [
    [520, "connection termination", "all"],
    [521, "remote connection failure", "nothing"],
    [522, "connection timeout", "nothing"],
    [523, "remote connection failure", "nothing"],
    [524, "remote reset", "all"],
    [525, "remote connection failure", "nothing"],
    [526, "remote connection failure", "nothing"],
    [530, "remote connection failure", "nothing"],
  ] as const;
  for (const [status, reason, sent] of table) {
    it(`reads ${status} as ${reason} with ${sent} of the request sent`, ({ expect }) => {
      expect(failureFromAnswer(status, BY_THE_PLATFORM)).toMatchObject({ kind: "failure", reason, sent });
    });
  }

  it("says of 524 alone that the wait was given up", ({ expect }) => {
    const timedOut = table.filter(([status]) => failureFromAnswer(status, BY_THE_PLATFORM)?.timedOut === true);
    expect(timedOut.map(([status]) => status)).toEqual([524]);
  });

  it("leaves every other status, and the same ones of another server, to the upstream", ({ expect }) => {
    for (const status of [200, 500, 502, 503, 504, 519, 527, 529, 531, 599]) {
      expect(failureFromAnswer(status, BY_THE_PLATFORM)).toBeUndefined();
    }
    expect(failureFromAnswer(521, new Headers({ server: "nginx", "cf-ray": "8f00" }))).toBeUndefined();
    expect(failureFromAnswer(521, new Headers({ server: "cloudflare" }))).toBeUndefined();
  });
});

describe("failureFromFetchError", () => {
  it("takes a lost connection for one that was terminated, a name without address for one that never was", ({
    expect,
  }) => {
    expect(failureFromFetchError(new Error("Network connection lost."))).toMatchObject({
      reason: "connection termination",
      sent: "partial",
    });
    expect(failureFromFetchError(new Error("internal error; reference = x"))).toMatchObject({
      reason: "remote connection failure",
      sent: "nothing",
    });
  });
});

describe("failureFromVpcError", () => {
  it("never had a connection, and keeps the platform's words", ({ expect }) => {
    expect(failureFromVpcError("refused")).toMatchObject({
      reason: "remote connection failure",
      transportReason: "refused",
      sent: "nothing",
    });
  });
});
