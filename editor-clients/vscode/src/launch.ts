// Decides how the server is started: by the command of the settings, with the interpreter chosen in the Python
// extension, by the command on the PATH, or from an environment of the extension's own. Looks at the world only through
// `World`, so that every way is a test.

export type From = "auto" | "interpreter" | "path" | "own";

export interface Wanted {
  /** `forethought.path`; empty where the user named none. */
  command: string;
  /** `forethought.server`. */
  from: From;
  /** Whether the workspace is trusted. Its interpreter is a program of the workspace, and only then run. */
  trusted: boolean;
}

export interface World {
  /** The absolute path of a program, or undefined. */
  find(command: string): string | undefined;
  /** The interpreter chosen in the Python extension, or undefined. */
  interpreter(): Promise<string | undefined>;
  /** The version of Forethought that this Python has, or undefined. */
  versionIn(python: string): Promise<string | undefined>;
  /** The Python of the extension's own environment, created if need be; a string says why there is none. */
  ownPython(): Promise<{ python: string } | { problem: string }>;
}

export interface Launch {
  command: string;
  args: string[];
  /** What was decided, in words for people. */
  how: string;
}

export interface NoLaunch {
  problem: string;
  /** What was tried, in order. */
  tried: string[];
}

/** Whether it takes the Python extension to know which server is wanted. */
export function asksInterpreter({ command, from }: Wanted): boolean {
  return !command && (from === "auto" || from === "interpreter");
}

const MODULE = ["-I", "-m", "lsp_server.cli"];

export async function findLaunch(wanted: Wanted, world: World): Promise<Launch | NoLaunch> {
  const tried: string[] = [];
  if (wanted.command) {
    const found = world.find(wanted.command);
    if (found) return byCommand(found, "the setting forethought.path");
    return { problem: `forethought.path is "${wanted.command}", and there is no such program.`, tried };
  }
  if (wanted.from === "auto" || wanted.from === "interpreter") {
    const launch = await byInterpreter(wanted, world, tried);
    if (launch) return launch;
  }
  if (wanted.from === "auto" || wanted.from === "path") {
    const found = world.find("forethought");
    if (found) return byCommand(found, "the PATH");
    tried.push("there is no forethought command on the PATH");
  }
  if (wanted.from === "auto" || wanted.from === "own") {
    const own = await world.ownPython();
    if ("python" in own) return byPython(own.python, "the extension's own environment");
    tried.push(own.problem);
  }
  return { problem: tried[tried.length - 1] ?? "nothing was tried", tried };
}

async function byInterpreter(wanted: Wanted, world: World, tried: string[]): Promise<Launch | undefined> {
  if (!wanted.trusted) {
    tried.push("the workspace is not trusted, so its interpreter was not run");
    return undefined;
  }
  const python = await world.interpreter();
  if (!python) {
    tried.push("the Python extension names no interpreter");
    return undefined;
  }
  const version = await world.versionIn(python);
  if (!version) {
    tried.push(`${python} has no forethought installed`);
    return undefined;
  }
  return byPython(python, `the chosen interpreter, which has forethought ${version}`);
}

function byCommand(command: string, why: string): Launch {
  return { command, args: ["serve"], how: `${command} (from ${why})` };
}

function byPython(python: string, why: string): Launch {
  return { command: python, args: [...MODULE, "serve"], how: `${python} (from ${why})` };
}

/** The same program, for another of Forethought's commands. */
export function withCommand(launch: Launch, ...command: string[]): { command: string; args: string[] } {
  return { command: launch.command, args: [...launch.args.slice(0, -1), ...command] };
}
