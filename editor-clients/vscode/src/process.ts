// The server's process: started, and listened to for its last words. Knows no protocol, so that it can be started before
// the language client is loaded: both take their time, and neither needs the other for it.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as path from "node:path";

const LAST_WORDS_CHARS_MAX = 300;
const ENDS_WITHIN_MS = 1000;

export interface Program {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
}

export interface Running {
  /** The process, once it runs; rejects where the program does not. */
  spawned: Promise<ChildProcess>;
  /** The last line of the error stream: why the server ended, if it did. */
  lastWords: () => string;
  /** Waits a moment for the process to end, so that its last words are all there. */
  ended: () => Promise<unknown>;
  kill: () => void;
}

/**
 * Not a folder of the workspace: on some systems programs are looked for in the current folder first. The program's own folder
 * holds nothing that is trusted less than the program.
 */
export function workingFolder({ command }: { command: string }): string {
  return path.dirname(command);
}

export function run({ command, args, cwd, env }: Program): Running {
  const child = spawn(command, args, { cwd, env, windowsHide: true });
  let last = "";
  child.stderr.on("data", (piece: Buffer) => {
    last = piece.toString().trim().split("\n").at(-1)?.trim() || last;
  });
  const closed = new Promise((resolve) => child.once("close", resolve));
  const spawned = once(child, "spawn").then(() => child);
  // Whoever uses the process hears of the failure; nobody may be there yet.
  spawned.catch(() => undefined);
  return {
    spawned,
    lastWords: () => last.slice(0, LAST_WORDS_CHARS_MAX),
    ended: () => Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ENDS_WITHIN_MS))]),
    kill: () => child.kill(),
  };
}
