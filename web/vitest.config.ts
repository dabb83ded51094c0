import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["{widget,demo,desk}/tests/**/*.test.ts"],
  },
});
