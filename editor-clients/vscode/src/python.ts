// Asks Pythons about themselves, and the Python extension which one is chosen. Runs every Python isolated (-I), so that
// nothing of the current folder is imported.

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { extensions, Uri, workspace, type Disposable } from "vscode";
import { which } from "./which";

const ASK_MS_MAX = 10_000;
const PYTHON_EXTENSION = "ms-python.python";

/** The part of the Python extension's interface that is used here. */
interface PythonApi {
  environments: {
    getActiveEnvironmentPath(resource?: Uri): { path: string };
    resolveEnvironment(environment: { path: string }): Promise<{ executable: { uri?: Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath(listener: () => void): Disposable;
  };
}

export function find(command: string): string | undefined {
  return which(command, { path: process.env.PATH ?? "", windows: process.platform === "win32", isFile });
}

export function hasPythonExtension(): boolean {
  return extensions.getExtension(PYTHON_EXTENSION) !== undefined;
}

/** The interpreter chosen for the first folder, or undefined where the Python extension is not there. */
export async function chosenInterpreter(): Promise<string | undefined> {
  const api = await pythonApi();
  if (!api) return undefined;
  const path = api.environments.getActiveEnvironmentPath(workspace.workspaceFolders?.[0]?.uri);
  return (await api.environments.resolveEnvironment(path))?.executable.uri?.fsPath;
}

/** Calls `changed` whenever another interpreter is chosen. */
export async function onInterpreterChanged(changed: () => void): Promise<Disposable | undefined> {
  return (await pythonApi())?.environments.onDidChangeActiveEnvironmentPath(changed);
}

/** The version of Forethought that this Python has installed, or undefined. */
export async function versionIn(python: string): Promise<string | undefined> {
  const version = await run(python, "import importlib.metadata, lsp_server; print(importlib.metadata.version('forethought'))");
  return version?.trim() || undefined;
}

/** `[major, minor]` of this Python, or undefined where it does not run. */
export async function pythonVersion(python: string): Promise<[number, number] | undefined> {
  const said = /^(\d+) (\d+)/.exec((await run(python, "import sys; print(*sys.version_info[:2])")) ?? "");
  return said ? [Number(said[1]), Number(said[2])] : undefined;
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = extensions.getExtension<PythonApi>(PYTHON_EXTENSION);
  if (!extension) return undefined;
  try {
    const api = await extension.activate();
    return api.environments ? api : undefined;
  } catch {
    // Another extension's failure is told by that extension; here it means that no interpreter is chosen.
    return undefined;
  }
}

function run(python: string, code: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(python, ["-I", "-c", code], { timeout: ASK_MS_MAX, windowsHide: true }, (error, stdout) => {
      resolve(error ? undefined : stdout);
    });
  });
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
