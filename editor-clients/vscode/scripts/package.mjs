// Makes the .vsix, with a copy of the server in it: the wheel of this checkout, and with --with-dependencies also the
// wheels of all that it needs on this platform, so that setting up needs no network.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const BYTES_MAX = 5 * 1024 * 1024;
const PYTHONS = [process.env.PYTHON, "python3", "python3.13", "python3.12", "python3.11", "python"];

const offline = process.argv.includes("--with-dependencies");
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const python = PYTHONS.find((name) => name && isNewEnough(name));
if (!python) fail("the server's wheel is built with Python 3.11 or newer, and none was found; name one in PYTHON");

rmSync("bundled", { recursive: true, force: true });
mkdirSync("bundled");
// setuptools puts what lies there into the wheel, modules that are gone included.
rmSync(`${repository}/build`, { recursive: true, force: true });
const dependencies = offline ? [] : ["--no-deps"];
run(python, ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", ...dependencies, "--wheel-dir", "bundled", repository]);

const target = offline ? `${process.platform}-${process.arch}` : "";
const out = target ? `forethought-${target}.vsix` : "forethought.vsix";
const chosen = target ? ["--target", target] : [];
rmSync(`${repository}/build`, { recursive: true, force: true });
run("npx", ["vsce", "package", "--no-dependencies", "--allow-missing-repository", ...chosen, "--out", out]);

const bytes = statSync(out).size;
console.log(`${out}: ${(bytes / 1024 / 1024).toFixed(2)} MB, with ${readdirSync("bundled").length} wheel(s)`);
if (!offline && bytes > BYTES_MAX) fail(`${out} is larger than 5 MB`);

function isNewEnough(name) {
  return spawnSync(name, ["-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]).status === 0;
}

function run(command, args) {
  execFileSync(command, args, { stdio: "inherit", shell: process.platform === "win32" && command === "npx" });
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
