import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fits, ownPython, type Request } from "../../src/environment";

// A Python in miniature: a shell script that makes a folder for "-m venv", and writes down what it was run with.
const PYTHON = `#!/bin/sh
echo "$@" >>"$FORETHOUGHT_TEST_CALLS"
case "$*" in
  *"-m venv"*) for last; do :; done; mkdir -p "$last/bin" && cp "$0" "$last/bin/python" ;;
  *"pip install"*) [ -z "$FORETHOUGHT_TEST_PIP_FAILS" ] || { echo "no matching distribution"; exit 1; } ;;
esac
`;

let folder: string;
let said: string[];
const at = (...names: string[]): string => path.join(folder, ...names);
const calls = (): string[] => readFileSync(at("calls"), "utf8").trim().split("\n").filter(Boolean);
const posix = test.skipIf(process.platform === "win32");

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "forethought-environment-"));
  said = [];
  mkdirSync(at("wheels"));
  writeFileSync(at("wheels", "forethought-1.0-py3-none-any.whl"), "one");
  writeFileSync(at("python"), PYTHON);
  chmodSync(at("python"), 0o755);
  writeFileSync(at("calls"), "");
  process.env.FORETHOUGHT_TEST_CALLS = at("calls");
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  delete process.env.FORETHOUGHT_TEST_CALLS;
  delete process.env.FORETHOUGHT_TEST_PIP_FAILS;
});

function request(changes: Partial<Request> = {}): Request {
  return {
    folder: at("environments"),
    wheels: at("wheels"),
    pythons: [at("python")],
    version: async () => [3, 12],
    mayDownload: async () => true,
    step: (text) => said.push(text),
    log: (line) => said.push(line),
    ...changes,
  };
}

posix("is made once, and found again", async () => {
  const made = await ownPython(request());
  expect("python" in made && made.python).toMatch(/environments\/[0-9a-f]{16}\/bin\/python$/);
  expect(calls()[0]).toMatch(/^-I -m venv /);
  expect(calls()[1]).toMatch(/^-I -m pip install .*--only-binary :all: --find-links .*\/forethought-1\.0-py3-none-any\.whl$/);
  expect(await ownPython(request())).toEqual(made);
  expect(calls()).toHaveLength(2);
});

posix("needs no network and no leave where all wheels are there", async () => {
  writeFileSync(at("wheels", "msgspec-1.0-py3-none-any.whl"), "two");
  await ownPython(request({ mayDownload: () => Promise.reject(new Error("asked")) }));
  expect(calls()[1]).toContain("--no-index");
});

posix("is made with the Python that the wheels are for, where there is one", async () => {
  writeFileSync(at("wheels", "msgspec-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"), "two");
  writeFileSync(at("python3.11"), PYTHON, { mode: 0o755 });
  const pythons = [at("python"), at("python3.11")];
  const version = async (python: string): Promise<[number, number]> => (python.endsWith("3.11") ? [3, 11] : [3, 12]);
  await ownPython(request({ pythons, version, mayDownload: () => Promise.reject(new Error("asked")) }));
  expect(said.filter((line) => line.startsWith("creating"))).toEqual([`creating an environment with ${at("python3.11")}`]);
  expect(calls()[1]).toContain("--no-index");
});

posix("is downloaded, and asked for, where the wheels are for another Python", async () => {
  writeFileSync(at("wheels", "msgspec-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"), "two");
  expect(await ownPython(request({ mayDownload: async () => false }))).toEqual({ problem: "setting up the server was declined" });
  await ownPython(request());
  expect(calls()[1]).not.toContain("--no-index");
});

test.each<[string, [number, number], boolean]>([
  ["pygls-2.0-py3-none-any.whl", [3, 13], true],
  ["six-1.0-py2.py3-none-any.whl", [3, 11], true],
  ["msgspec-0.19-cp311-cp311-macosx_11_0_arm64.whl", [3, 11], true],
  ["msgspec-0.19-cp311-cp311-macosx_11_0_arm64.whl", [3, 12], false],
  ["tree_sitter_python-0.25.0-cp310-abi3-win_amd64.whl", [3, 14], true],
  ["future-1.0-cp313-abi3-win_amd64.whl", [3, 12], false],
  ["built-1.0-1-cp312-cp312-linux_x86_64.whl", [3, 12], true],
])("%s for Python %s: %s", (wheel, version, expected) => {
  expect(fits(wheel, version)).toBe(expected);
});

posix("is not made against the user's will", async () => {
  const made = await ownPython(request({ mayDownload: async () => false }));
  expect(made).toEqual({ problem: "setting up the server was declined" });
  expect(calls()).toEqual([]);
});

posix("is not taken for ready when installing failed", async () => {
  process.env.FORETHOUGHT_TEST_PIP_FAILS = "1";
  expect(await ownPython(request())).toEqual({ problem: "pip could not install the server; the log says why" });
  expect(said).toContain("no matching distribution");
  delete process.env.FORETHOUGHT_TEST_PIP_FAILS;
  expect(await ownPython(request())).toHaveProperty("python");
});

posix("is made by one of two windows", async () => {
  const both = await Promise.all([ownPython(request()), ownPython(request())]);
  expect(both[0]).toEqual(both[1]);
  expect(calls()).toHaveLength(2);
});

posix("gives way to a new one when the extension is updated", async () => {
  await ownPython(request());
  const before = readdirSync(at("environments"));
  writeFileSync(at("wheels", "forethought-1.0-py3-none-any.whl"), "changed");
  await ownPython(request());
  const after = readdirSync(at("environments"));
  expect(after).toHaveLength(1);
  expect(after).not.toEqual(before);
});

test("an old Python is passed over", async () => {
  const made = await ownPython(request({ version: async () => [3, 9] }));
  expect("problem" in made && made.problem).toContain("no Python 3.11 or newer was found");
});

test("a build without a wheel says so", async () => {
  const made = await ownPython(request({ wheels: at("none") }));
  expect(made).toEqual({ problem: "this build of the extension carries no copy of the server" });
});
