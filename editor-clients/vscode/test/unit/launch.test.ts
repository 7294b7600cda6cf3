import { describe, expect, test } from "vitest";
import { findLaunch, withCommand, type Wanted, type World } from "../../src/launch";
import { which } from "../../src/which";

const EMPTY: World = {
  find: () => undefined,
  interpreter: async () => undefined,
  versionIn: async () => undefined,
  ownPython: async () => ({ problem: "no Python 3.11 or newer was found" }),
};
const ISOLATED = ["-I", "-m", "lsp_server.cli", "serve"];
const found = (command: string): string => `/bin/${command}`;
const interpreter = async (): Promise<string> => "/venv/python";
const versionIn = async (): Promise<string> => "1.0";
const ownPython = async (): Promise<{ python: string }> => ({ python: "/own/python" });

interface Case {
  name: string;
  wanted?: Partial<Wanted>;
  world?: Partial<World>;
  expected: object;
}

const CASES: Case[] = [
  {
    name: "a command in the settings wins",
    wanted: { command: "mine" },
    world: { find: found, interpreter, versionIn },
    expected: { command: "/bin/mine", args: ["serve"], how: "/bin/mine (from the setting forethought.path)" },
  },
  {
    name: "a command that is not there is said, and nothing else is tried",
    wanted: { command: "nonsense" },
    world: { interpreter, versionIn },
    expected: { problem: 'forethought.path is "nonsense", and there is no such program.' },
  },
  {
    name: "the chosen interpreter is used where it has the server",
    world: { interpreter, versionIn, find: found },
    expected: { command: "/venv/python", args: ISOLATED },
  },
  {
    name: "an interpreter without the server gives way to the PATH",
    world: { interpreter, find: found },
    expected: { command: "/bin/forethought", args: ["serve"] },
  },
  {
    name: "a workspace that is not trusted does not get its interpreter run",
    wanted: { trusted: false },
    world: { interpreter, versionIn: () => Promise.reject(new Error("it was run")), ownPython },
    expected: { command: "/own/python", args: ISOLATED },
  },
  {
    name: "an environment of its own is the last resort",
    world: { ownPython },
    expected: { command: "/own/python", how: "/own/python (from the extension's own environment)" },
  },
  {
    name: "only what was wanted is tried",
    wanted: { from: "path" },
    world: { interpreter, versionIn, ownPython },
    expected: { problem: "there is no forethought command on the PATH" },
  },
  {
    name: "everything that was tried is told",
    world: { interpreter },
    expected: {
      problem: "no Python 3.11 or newer was found",
      tried: [
        "/venv/python has no forethought installed",
        "there is no forethought command on the PATH",
        "no Python 3.11 or newer was found",
      ],
    },
  },
];

test.each(CASES)("$name", async ({ wanted, world, expected }) => {
  const all: Wanted = { command: "", from: "auto", trusted: true, ...wanted };
  expect(await findLaunch(all, { ...EMPTY, ...world })).toMatchObject(expected);
});

test("another command runs in the same way", () => {
  const launch = { command: "/own/python", args: ISOLATED, how: "" };
  expect(withCommand(launch, "mcp", "/code").args).toEqual(["-I", "-m", "lsp_server.cli", "mcp", "/code"]);
});

describe("programs on the PATH", () => {
  const files = ["/usr/bin/forethought", "./forethought", "forethought", "C:\\tools\\forethought.exe", "forethought.exe"];
  const isFile = (file: string): boolean => files.includes(file);

  test.each([
    ["forethought", "/bin:/usr/bin", false, "/usr/bin/forethought"],
    ["forethought", ".::relative", false, undefined],
    ["./forethought", "/usr/bin", false, undefined],
    ["/usr/bin/forethought", "", false, "/usr/bin/forethought"],
    ["forethought", "D:\\x;C:\\tools", true, "C:\\tools\\forethought.exe"],
    ["forethought", ".;", true, undefined],
  ])("%s on %s, Windows: %s", (command, path, windows, expected) => {
    expect(which(command, { path, windows, isFile })).toBe(expected);
  });
});
