// What was decided at the last start in this workspace, so that the next need not wait for the Python extension, which takes
// its seconds, to say the same again. Kept where the editor keeps what extensions store: no workspace can write it.

import type { Launch, Wanted } from "./launch";

const NAME = "forethought.launch";

/** The editor's store for this workspace. */
export interface Memory {
  get<T>(name: string): T | undefined;
  update(name: string, value: unknown): Thenable<void>;
}

interface Kept {
  launch: Launch;
  /** All that the decision rested on and that is known at once. */
  under: string;
}

/** Undefined where nothing was decided yet, or under other settings, or with another version of the extension. */
export function rememberedLaunch(memory: Memory, wanted: Wanted, version: string): Launch | undefined {
  const kept = memory.get<Kept>(NAME);
  return kept?.under === conditions(wanted, version) ? kept.launch : undefined;
}

export async function rememberLaunch(memory: Memory, wanted: Wanted, version: string, launch: Launch): Promise<void> {
  await memory.update(NAME, { launch, under: conditions(wanted, version) } satisfies Kept);
}

function conditions({ command, from, trusted }: Wanted, version: string): string {
  return JSON.stringify([command, from, trusted, version]);
}
