// The key of the model's endpoint, kept in the editor's secret storage and nowhere else.

import { window, type SecretStorage } from "vscode";
import { KEY_NAME } from "./server";

export async function setKey(secrets: SecretStorage): Promise<void> {
  const key = await window.showInputBox({
    title: "Key for the model's endpoint",
    prompt: "Kept in the editor's secret storage, and given to the server in its environment",
    password: true,
    ignoreFocusOut: true,
  });
  if (!key?.trim()) return;
  await secrets.store(KEY_NAME, key.trim());
  void window.showInformationMessage("Forethought: the key is stored, and the server was restarted with it.");
}

export async function removeKey(secrets: SecretStorage): Promise<void> {
  await secrets.delete(KEY_NAME);
  void window.showInformationMessage("Forethought: the key is removed.");
}
