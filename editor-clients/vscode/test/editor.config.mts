import { defineConfig } from "vitest/config";

// Real processes on a machine that may be busy: long deadlines, one file after another.
export default defineConfig({
  test: {
    include: ["test/editor/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    bail: 0,
    // The window now and then loses a key that comes while it is busy. What is broken fails three times.
    retry: 2,
  },
});
