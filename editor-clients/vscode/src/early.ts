// Starts the server's process, and loads the language client, before the extension is activated. Between loading its code and
// activating it the editor waits for the window to say what the extension stored, and a window that opens is busy. Nothing stored
// is known here, so a start that needs something of it is left to the activation.

import { workspace } from "vscode";
import { asksInterpreter, findLaunch, type From, type Wanted } from "./launch";
import { run, workingFolder, type Program, type Running } from "./process";
import { find, hasPythonExtension } from "./python";
import { serverEnvironment, userSetting } from "./settings";

export interface Early {
  program: Program;
  running: Running;
}

/** What the settings say of the server. */
export function wantedServer(): Wanted {
  return {
    command: userSetting("path"),
    from: (userSetting("server") || "auto") as From,
    trusted: workspace.isTrusted,
  };
}

export async function loadClient(): Promise<typeof import("./client.js")> {
  return import("./client.js");
}

/** Undefined where it takes more than settings and the PATH to know which server is wanted. */
export async function startEarly(): Promise<Early | undefined> {
  const program = await earlyProgram(wantedServer(), find, hasPythonExtension(), {
    baseUrl: userSetting("model.baseUrl"),
    name: userSetting("model.name"),
  });
  const started = program && { program, running: run(program) };
  // The client is loaded meanwhile; a failure is told by whoever needs it.
  setImmediate(() => void loadClient().catch(() => undefined));
  return started;
}

export async function earlyProgram(
  wanted: Wanted,
  findProgram: (command: string) => string | undefined,
  hasPython: boolean,
  model: { baseUrl: string; name: string },
): Promise<Program | undefined> {
  // The chosen interpreter comes first, and only the Python extension knows it.
  if (hasPython && asksInterpreter(wanted)) return undefined;
  const launch = await findLaunch(wanted, {
    find: findProgram,
    interpreter: async () => undefined,
    versionIn: async () => undefined,
    ownPython: async () => ({ problem: "not before the activation" }),
  });
  if ("problem" in launch) return undefined;
  const { command, args } = launch;
  return { command, args, cwd: workingFolder(launch), env: serverEnvironment(process.env, { ...model, key: "" }) };
}

/** The process that was started early where it is the one that is wanted now; another is ended. */
export function taken(early: Early | undefined, wanted: Program): Running | undefined {
  if (early && same(early.program, wanted)) return early.running;
  early?.running.kill();
  return undefined;
}

function same(one: Program, other: Program): boolean {
  const parts = ({ command, args, cwd, env }: Program) => JSON.stringify([command, args, cwd, Object.entries(env).sort()]);
  return parts(one) === parts(other);
}
