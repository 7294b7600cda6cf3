import { describe, expect, test } from "vitest";
import { earlyProgram, taken, type Early } from "../../src/early";
import { registerHovers, type Found } from "../../src/hover";
import type { Wanted } from "../../src/launch";
import type { Program } from "../../src/process";
import { rememberedLaunch, rememberLaunch, type Memory } from "../../src/remembered";
import { Hover, languages, MarkdownString } from "./vscode";

const NO_MODEL = { baseUrl: "", name: "" };
const FOUND = (command: string): string => `/bin/${command}`;
const NOWHERE = (): undefined => undefined;

interface Case {
  name: string;
  wanted?: Partial<Wanted>;
  find?: (command: string) => string | undefined;
  hasPython?: boolean;
  expected: string | undefined;
}

const CASES: Case[] = [
  { name: "the command of the settings", wanted: { command: "mine" }, hasPython: true, expected: "/bin/mine" },
  { name: "the command on the PATH", expected: "/bin/forethought" },
  { name: "nothing, where the interpreter that is chosen comes first", hasPython: true, expected: undefined },
  { name: "the command on the PATH, where no interpreter is wanted", wanted: { from: "path" }, hasPython: true, expected: "/bin/forethought" },
  { name: "nothing, where the server has to be set up", find: NOWHERE, expected: undefined },
  { name: "nothing, where only the extension's own environment is wanted", wanted: { from: "own" }, expected: undefined },
  { name: "nothing, where the command of the settings is not there", wanted: { command: "mine" }, find: NOWHERE, expected: undefined },
];

describe("what is started before the activation", () => {
  test.each(CASES)("$name", async ({ wanted, find = FOUND, hasPython = false, expected }) => {
    const program = await earlyProgram({ command: "", from: "auto", trusted: true, ...wanted }, find, hasPython, NO_MODEL);
    expect(program?.command).toBe(expected);
    if (program) expect(program.cwd).toBe("/bin");
  });

  test("it is used where it is what is wanted, and ended where it is not, as with a key that was stored", async () => {
    const program: Program = { command: "/bin/forethought", args: ["serve"], cwd: "/bin", env: { HOME: "/home" } };
    let killed = 0;
    const running = { kill: () => (killed += 1) } as unknown as Early["running"];
    expect(taken({ program, running }, { ...program, env: { ...program.env } })).toBe(running);
    expect(killed).toBe(0);
    const withKey = { ...program, env: { ...program.env, FORETHOUGHT_MODEL_KEY: "key" } };
    expect(taken({ program, running }, withKey)).toBeUndefined();
    expect(killed).toBe(1);
    expect(taken(undefined, program)).toBeUndefined();
  });
});

describe("a hover", () => {
  const hovered = async (found: Found) => {
    let waited = 0;
    registerHovers({ hover: async (_, __, ___, waitMs) => ((waited = waitMs), found) }, ["python", "typescript"]);
    const [selector, provider] = languages.hovers.at(-1)!;
    expect(selector).toEqual(["python", "typescript"].map((language) => ({ language, scheme: "file" })));
    const shown = await provider.provideHover({}, {}, {});
    expect(waited).toBeGreaterThan(0);
    return shown as Hover | undefined;
  };

  test("ends with a link to the menu, the only command that it may run", async () => {
    const shown = await hovered(new Hover([new MarkdownString("**Who calls it?** one")]) as unknown as Found);
    const text = shown?.contents[0] as MarkdownString;
    expect(text.value).toMatch(/^\*\*Who calls it\?\*\* one · \[menu\]\(command:forethought\.questions "/);
    expect(text.isTrusted).toEqual({ enabledCommands: ["forethought.questions"] });
  });

  test("with nothing to say says nothing", async () => {
    expect(await hovered(undefined)).toBeUndefined();
  });
});

describe("what was decided at the last start", () => {
  const wanted: Wanted = { command: "", from: "auto", trusted: true };
  const launch = { command: "/venv/python", args: ["serve"], how: "/venv/python (from the chosen interpreter)" };
  const memory = async () => {
    const kept = new Map<string, unknown>();
    const store: Memory = { get: <T>(name: string) => kept.get(name) as T, update: async (name, value) => void kept.set(name, value) };
    await rememberLaunch(store, wanted, "1.0", launch);
    return store;
  };

  test("is taken again", async () => {
    expect(rememberedLaunch(await memory(), wanted, "1.0")).toEqual(launch);
  });

  test.each<[string, Partial<Wanted>, string]>([
    ["a command in the settings", { command: "mine" }, "1.0"],
    ["another way to look for it", { from: "path" }, "1.0"],
    ["a workspace that is not trusted any more", { trusted: false }, "1.0"],
    ["another version of the extension", {}, "1.1"],
  ])("is not taken with %s", async (_, changes, version) => {
    expect(rememberedLaunch(await memory(), { ...wanted, ...changes }, version)).toBeUndefined();
  });

  test("is nothing in a new workspace", () => {
    expect(rememberedLaunch({ get: () => undefined, update: async () => undefined }, wanted, "1.0")).toBeUndefined();
  });
});
