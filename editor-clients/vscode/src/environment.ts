// The extension's own Python environment, made once from the wheel that comes with the extension. Knows Python, pip and
// folders, and nothing of the editor: progress and log are functions that it is given.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";

const PYTHON_MIN: [number, number] = [3, 11];
const LOCK_STALE_MS = 15 * 60_000;
const LOCK_POLL_MS = 500;
const READY = "ready.json";

export interface Request {
  /** Where environments are kept; belongs to the extension alone. */
  folder: string;
  /** Holds Forethought's wheel, and for an offline installation the wheels of everything it needs. */
  wheels: string;
  /** Pythons to make it with, the preferred one first. */
  pythons: string[];
  version: (python: string) => Promise<[number, number] | undefined>;
  /** Asked before anything is downloaded. */
  mayDownload: () => Promise<boolean>;
  step: (text: string) => void;
  log: (line: string) => void;
  signal?: AbortSignal;
}

export type Made = { python: string } | { problem: string };

/** The Python of an environment that has the bundled Forethought; made if it is not there. */
export async function ownPython(request: Request): Promise<Made> {
  const wheels = await wheelsIn(request.wheels);
  const wheel = wheels.find((name) => name.startsWith("forethought-"));
  if (!wheel) return { problem: "this build of the extension carries no copy of the server" };
  const home = path.join(request.folder, await digestOf(request.wheels, wheels));
  const python = pythonOf(home);
  if (await isReady(home)) return { python };
  await mkdir(request.folder, { recursive: true });
  const unlock = await lock(`${home}.lock`, request.signal);
  try {
    // Another window may have made it while this one waited.
    if (await isReady(home)) return { python };
    return await make(request, home, path.join(request.wheels, wheel), wheels);
  } finally {
    await unlock();
  }
}

async function make(request: Request, home: string, wheel: string, wheels: string[]): Promise<Made> {
  const usable = await newEnough(request);
  // Compiled wheels fit the one version that they were made for: a Python of that version needs no network.
  const fitting = wheels.length > 1 ? usable.find(({ version }) => wheels.every((name) => fits(name, version))) : undefined;
  const offline = fitting !== undefined;
  const base = (fitting ?? usable[0])?.python;
  if (!base) {
    const wanted = PYTHON_MIN.join(".");
    return { problem: `no Python ${wanted} or newer was found; name one in the setting forethought.interpreter` };
  }
  if (!offline && !(await request.mayDownload())) return { problem: "setting up the server was declined" };
  await rm(home, { recursive: true, force: true });
  if (wheels.length > 1 && !offline) request.log(`the wheels in the extension are for another Python than ${base}`);
  request.step(`creating an environment with ${base}`);
  const created = await run(base, ["-I", "-m", "venv", home], request);
  if (created !== 0) {
    return { problem: `${base} -m venv failed; on Debian and Ubuntu it needs the package python3-venv` };
  }
  request.step(offline ? "installing from the wheels in the extension" : "installing, with what it needs from PyPI");
  const python = pythonOf(home);
  const source = ["--find-links", path.dirname(wheel), ...(offline ? ["--no-index"] : [])];
  // Compiled is what a start imports, when it does; compiling all of it takes longer than installing it.
  const pip = ["-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile", "--only-binary", ":all:"];
  const installed = await run(python, [...pip, ...source, wheel], request);
  if (installed !== 0) return { problem: "pip could not install the server; the log says why" };
  await writeFile(path.join(home, READY), JSON.stringify({ wheel: path.basename(wheel), base }));
  await removeOthers(request.folder, path.basename(home));
  return { python };
}

interface Usable {
  python: string;
  version: [number, number];
}

async function newEnough(request: Request): Promise<Usable[]> {
  const found: Usable[] = [];
  for (const python of request.pythons) {
    const version = await request.version(python);
    request.log(`${python}: ${version ? `Python ${version.join(".")}` : "does not run"}`);
    if (version && (version[0] > PYTHON_MIN[0] || (version[0] === PYTHON_MIN[0] && version[1] >= PYTHON_MIN[1]))) {
      found.push({ python, version });
    }
  }
  return found;
}

/** Whether a wheel is for a Python of this version, by its name: `msgspec-0.19-cp311-cp311-manylinux_2_17_x86_64.whl`. */
export function fits(wheel: string, [major, minor]: [number, number]): boolean {
  const [pythons = "", abi = ""] = wheel.replace(/\.whl$/, "").split("-").slice(-3);
  return pythons.split(".").some((python) => {
    const [, kind, number] = /^(py|cp)(\d+)$/.exec(python) ?? [];
    if (number === undefined || Number(number[0]) !== major) return false;
    if (kind === "py") return Number(number.slice(1) || 0) <= minor;
    return abi === "abi3" ? Number(number.slice(1)) <= minor : Number(number.slice(1)) === minor;
  });
}

async function isReady(home: string): Promise<boolean> {
  return existsSync(path.join(home, READY)) && existsSync(pythonOf(home));
}

function pythonOf(home: string): string {
  return process.platform === "win32" ? path.join(home, "Scripts", "python.exe") : path.join(home, "bin", "python");
}

async function wheelsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".whl")).sort();
  } catch {
    // No such folder: a build of the extension without a wheel.
    return [];
  }
}

/** Names an environment for what is installed in it, so that an update of the extension gets a new one. */
async function digestOf(folder: string, wheels: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of wheels) hash.update(name);
  const own = wheels.find((name) => name.startsWith("forethought-"));
  if (own) hash.update(await readFile(path.join(folder, own)));
  return hash.digest("hex").slice(0, 16);
}

/** Environments of earlier versions go. One that is still in use on Windows stays until the next time. */
async function removeOthers(folder: string, keep: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== keep && /^[0-9a-f]{16}$/.test(name)) {
      await rm(path.join(folder, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** A folder is the lock, since making one is atomic everywhere. */
async function lock(folder: string, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    try {
      await mkdir(folder);
      return () => rm(folder, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    signal?.throwIfAborted();
    const made = await stat(folder).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > LOCK_STALE_MS) await rm(folder, { recursive: true, force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

/** Runs a program to its end, its output into the log; the exit code, or -1 where it did not run. */
function run(command: string, args: string[], { log, signal }: Request): Promise<number> {
  log(`> ${[command, ...args].join(" ")}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true, signal });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => text.split(/\r?\n/).filter(Boolean).forEach(log));
    }
    child.on("error", (error) => {
      log(String(error));
      resolve(-1);
    });
    child.on("close", (code) => resolve(code ?? -1));
  });
}
