// The build that carries everything: what is in it, and that a server starts from it without any network.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { fits, ownPython } from "../src/environment";

const BYTES_MAX = 40 * 1024 * 1024;
const PYTHON = process.env.PYTHON ?? "python3";
const VSIX = fileURLToPath(new URL(`../forethought-${process.platform}-${process.arch}.vsix`, import.meta.url));
const NOWHERE = "http://127.0.0.1:9";

const run = async (python: string, ...args: string[]): Promise<string> => (await promisify(execFile)(python, args)).stdout;
const folder = mkdtempSync(path.join(tmpdir(), "forethought-offline-"));
afterAll(() => rm(folder, { recursive: true, force: true }), 120_000);

test("the package makes its environment without a network", { timeout: 600_000 }, async () => {
  expect(existsSync(VSIX), `${VSIX}: npm run package:offline writes it`).toBe(true);
  await run(PYTHON, "-m", "zipfile", "-e", VSIX, folder);
  const wheels = path.join(folder, "extension", "bundled");
  const [major, minor] = (await run(PYTHON, "-c", "import sys; print(*sys.version_info[:2])")).split(" ").map(Number);
  const version: [number, number] = [major!, minor!];
  for (const name of readdirSync(wheels)) expect([name, fits(name, version)]).toEqual([name, true]);
  expect(statSync(VSIX).size).toBeLessThan(BYTES_MAX);
  // Whatever would ask a package index or a proxy reaches nobody.
  Object.assign(process.env, { PIP_INDEX_URL: NOWHERE, PIP_EXTRA_INDEX_URL: "", HTTPS_PROXY: NOWHERE, HTTP_PROXY: NOWHERE });
  const said: string[] = [];
  const made = await ownPython({
    folder: path.join(folder, "environments"),
    wheels,
    pythons: [PYTHON],
    version: async () => version,
    mayDownload: () => Promise.reject(new Error("asked to download")),
    step: (text) => said.push(text),
    log: (line) => said.push(line),
  });
  expect(made, said.slice(-5).join("\n")).toHaveProperty("python");
  const { python } = made as { python: string };
  expect(await run(python, "-I", "-m", "lsp_server.cli", "--version")).toMatch(/\d+\.\d+/);
  expect(await run(python, "-I", "-m", "pip", "check")).toContain("No broken requirements");
});
