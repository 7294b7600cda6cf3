// Finds a program on the PATH by itself, so that nothing in the current folder is ever taken for it. Touches the file
// system through what it is given.

import * as path from "node:path";

export interface Lookup {
  /** The value of PATH. */
  path: string;
  windows: boolean;
  isFile: (file: string) => boolean;
}

/** The absolute path of `command`, or undefined. A command that contains a folder must be absolute. */
export function which(command: string, { path: folders, windows, isFile }: Lookup): string | undefined {
  const flavour = windows ? path.win32 : path.posix;
  // Scripts (.cmd, .bat) need a shell, and a shell reads arguments in its own way: programs alone count.
  const names = windows && !/\.exe$/i.test(command) ? [`${command}.exe`] : [command];
  if (command.includes("/") || (windows && command.includes("\\"))) {
    return flavour.isAbsolute(command) ? [command, ...names].find(isFile) : undefined;
  }
  for (const folder of folders.split(flavour.delimiter)) {
    // An empty or relative entry means the current folder, which may be a workspace.
    if (!flavour.isAbsolute(folder)) continue;
    for (const name of names) {
      const file = flavour.join(folder, name);
      if (isFile(file)) return file;
    }
  }
  return undefined;
}
