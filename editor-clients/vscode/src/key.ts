// The key of the model's endpoint, kept in the editor's secret storage and nowhere else.

import { window, type ExtensionContext } from "vscode";

const NAME = "forethought.model.key";
/** Whether a key was ever stored. Asking the secret storage takes a way through the window, which is busy at a start. */
const STORED = "forethought.model.keyStored";

export type Keeps = Pick<ExtensionContext, "secrets" | "globalState">;

export async function setKey({ secrets, globalState }: Keeps): Promise<void> {
  const key = await window.showInputBox({
    title: "Key for the model's endpoint",
    prompt: "Kept in the editor's secret storage, and given to the server in its environment",
    password: true,
    ignoreFocusOut: true,
  });
  if (!key?.trim()) return;
  await globalState.update(STORED, true);
  await secrets.store(NAME, key.trim());
  void window.showInformationMessage("Forethought: the key is stored, and the server was restarted with it.");
}

export async function removeKey({ secrets, globalState }: Keeps): Promise<void> {
  await secrets.delete(NAME);
  await globalState.update(STORED, undefined);
  void window.showInformationMessage("Forethought: the key is removed.");
}

/** The key; empty where there is none. */
export async function storedKey({ secrets, globalState }: Keeps): Promise<string> {
  return globalState.get(STORED) ? ((await secrets.get(NAME)) ?? "") : "";
}

/** Calls `changed` when a key is stored or removed, in this window or another. */
export function onKeyChanged({ secrets }: Keeps, changed: () => void): { dispose(): unknown } {
  return secrets.onDidChange((event) => event.key === NAME && changed());
}
