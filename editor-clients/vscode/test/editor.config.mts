import { defineConfig } from "vitest/config";

// Real processes on a machine that may be busy: long deadlines, one file after another.
export default defineConfig({
  test: {
    // Measuring opens many windows, says numbers and finds no fault: `npm run measure` does it.
    include: [process.env.FORETHOUGHT_MEASURE_ROUNDS ? "test/editor/measure.test.ts" : "test/editor/{forethought,starting}.test.ts"],
    testTimeout: 400_000,
    hookTimeout: 400_000,
    fileParallelism: false,
    bail: 0,
    // None is tried again as a whole: each step waits for what it needs, and is repeated where nothing came of it.
    retry: 0,
  },
});
