// Settings that decide which programs run and where code is sent. They count where the user wrote them, in the settings
// of the user or of the machine, and nowhere else: their scope in package.json says so to the editor, and this does not
// rely on it.

import { workspace } from "vscode";

/** Names of `forethought.*` that no workspace may set. */
export type UserSetting = "path" | "server" | "interpreter" | "model.baseUrl" | "model.name";

/** The user's own value, trimmed; else the default. What a workspace or one of its folders says is not looked at. */
export function userSetting(name: UserSetting): string {
  const found = workspace.getConfiguration("forethought").inspect<unknown>(name);
  const value = found?.globalValue ?? found?.defaultValue;
  return typeof value === "string" ? value.trim() : "";
}

const MODEL = /^FORETHOUGHT_MODEL_/i;

export interface Model {
  baseUrl: string;
  name: string;
  /** From the editor's secret storage; empty where none was stored. */
  key: string;
}

/**
 * The environment that a server is started with. What the user chose for the model travels in it: a process's
 * environment is seen by that process alone, and the key is never written to a file. Variables about the model that the
 * editor itself was given are left out, since extensions load a project's environment file into the editor.
 */
export function serverEnvironment(own: NodeJS.ProcessEnv, { baseUrl, name, key }: Model): NodeJS.ProcessEnv {
  const inherited = Object.entries(own).filter(([variable]) => !MODEL.test(variable));
  const given = { FORETHOUGHT_MODEL_BASE_URL: baseUrl, FORETHOUGHT_MODEL_NAME: name, FORETHOUGHT_MODEL_KEY: key };
  return Object.fromEntries([...inherited, ...Object.entries(given).filter(([, value]) => value)]);
}

/** Names of the variables that `serverEnvironment` leaves out of this environment. */
export function leftOut(own: NodeJS.ProcessEnv): string[] {
  return Object.keys(own).filter((variable) => MODEL.test(variable));
}
