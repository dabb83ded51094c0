import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    environment: "node",
    include: ["widget/tests/**/*.test.ts", "demo/tests/**/*.test.ts"],
  },
});
