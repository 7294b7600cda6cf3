import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { removeKey, setKey, storedKey, type Keeps } from "../../src/key";
import { leftOut, serverEnvironment, userSetting, type UserSetting } from "../../src/settings";
import { inspected, screen } from "./vscode";

const USERS: UserSetting[] = ["path", "server", "interpreter", "model.baseUrl", "model.name"];
const NOBODY = { baseUrl: "", name: "", key: "" };

beforeEach(() => {
  for (const name of Object.keys(inspected)) delete inspected[name];
});

describe("what only the user may set", () => {
  test.each(USERS)("%s is never taken from a workspace or one of its folders", (name) => {
    inspected[`forethought.${name}`] = { defaultValue: "default", workspaceValue: "evil", workspaceFolderValue: "evil" };
    expect(userSetting(name)).toBe("default");
    inspected[`forethought.${name}`] = { defaultValue: "default", globalValue: " mine ", workspaceValue: "evil" };
    expect(userSetting(name)).toBe("mine");
  });

  test("a value of another type, and a setting that nobody knows, is empty", () => {
    inspected["forethought.path"] = { globalValue: ["a"] };
    expect(userSetting("path")).toBe("");
    expect(userSetting("server")).toBe("");
  });

  test("the editor is told so too", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      contributes: { configuration: { properties: Record<string, { scope: string }> } };
      capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
    };
    const { properties } = manifest.contributes.configuration;
    const names = USERS.map((name) => `forethought.${name}`);
    for (const name of names) expect(["machine", "application"]).toContain(properties[name]?.scope);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.sort()).toEqual(names.sort());
  });
});

describe("what the server's process is given", () => {
  const own = { PATH: "/bin", FORETHOUGHT_CACHE_DIR: "/cache", FORETHOUGHT_MODEL_BASE_URL: "https://evil.example" };

  test("the user's endpoint, model and key, and nothing where none was chosen", () => {
    expect(serverEnvironment({ PATH: "/bin" }, NOBODY)).toEqual({ PATH: "/bin" });
    const model = { baseUrl: "http://localhost:1/v1", name: "small", key: "k" };
    expect(serverEnvironment({ PATH: "/bin" }, model)).toEqual({
      PATH: "/bin",
      FORETHOUGHT_MODEL_BASE_URL: "http://localhost:1/v1",
      FORETHOUGHT_MODEL_NAME: "small",
      FORETHOUGHT_MODEL_KEY: "k",
    });
  });

  test("a project's environment, loaded into the editor, cannot send the key elsewhere", () => {
    expect(serverEnvironment(own, { ...NOBODY, key: "k" })).toEqual({
      PATH: "/bin",
      FORETHOUGHT_CACHE_DIR: "/cache",
      FORETHOUGHT_MODEL_KEY: "k",
    });
    expect(leftOut(own)).toEqual(["FORETHOUGHT_MODEL_BASE_URL"]);
  });
});

test("the key is in the secret storage alone, and is asked of it only once one was stored", async () => {
  const secrets = new Map<string, string>();
  const state = new Map<string, unknown>();
  let reads = 0;
  const keeps = {
    secrets: {
      get: async (name: string) => (reads++, secrets.get(name)),
      store: async (name: string, value: string) => void secrets.set(name, value),
      delete: async (name: string) => void secrets.delete(name),
    },
    globalState: { get: (name: string) => state.get(name), update: async (name: string, value: unknown) => void state.set(name, value) },
  } as unknown as Keeps;
  expect([await storedKey(keeps), reads]).toEqual(["", 0]);
  screen.answers = [" secret "];
  await setKey(keeps);
  expect(await storedKey(keeps)).toBe("secret");
  expect([...state.values()]).toEqual([true]);
  await removeKey(keeps);
  expect([await storedKey(keeps), secrets.size]).toEqual(["", 0]);
});
