import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/tally-reporter.ts"],
    projects: [
      {
        test: {
          name: "node",
          include: ["test/{shared,conformance,l4-node,meta,black-box}/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: "./test/worker/wrangler.toml" } })],
        test: {
          name: "workerd",
          include: ["test/{shared,worker,conformance/routes}/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
    ],
  },
});
