import { describe, it } from "vitest";
import { inBindTurn } from "../../../l4-node/server/bind-turn.ts";

describe("inBindTurn", () => {
  it.runIf(process.platform === "linux")(
    "tasks run one after the other, also after one that fails",
    async ({ expect }) => {
      const log: string[] = [];
      const gate = Promise.withResolvers<void>();
      const first = inBindTurn(async () => {
        log.push("first in");
        await gate.promise;
        log.push("first out");
        throw new Error("failed");
      });
      const second = inBindTurn(async () => {
        log.push("second in");
        return 2;
      });
      gate.resolve();
      await expect(first).rejects.toThrow("failed");
      expect(await second).toBe(2);
      expect(log).toEqual(["first in", "first out", "second in"]);
    },
  );
});
