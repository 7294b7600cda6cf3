import { expect, test } from "vitest";
import { offerText, readStop, type Session } from "../../src/stops";
import { answer, EXPLAINED } from "./scripted";

function session(answers: Record<string, unknown>): Session {
  return {
    customRequest: (command: string) =>
      command in answers ? Promise.resolve(answers[command]) : Promise.reject(new Error("unknown request")),
  };
}

const isOwn = (path: string): boolean => path.startsWith("/code/");
const MESSAGE = "'NoneType' object is not subscriptable";
const STACK = {
  stackFrames: [
    { id: 1, name: "greet", line: 6, column: 1, source: { path: "/code/shop/orders.py" } },
    { id: 2, name: "<module>", line: 3, column: 1, source: { path: "/code/main.py" } },
    { id: 3, name: "[native]", line: 0, column: 0 },
  ],
};
const DEBUGPY = {
  exceptionInfo: { exceptionId: "TypeError", breakMode: "unhandled", details: { typeName: "TypeError", message: MESSAGE } },
  stackTrace: STACK,
  scopes: {
    scopes: [
      { name: "Globals", variablesReference: 2, expensive: false },
      { name: "Locals", variablesReference: 1, expensive: false },
    ],
  },
  variables: {
    variables: [
      { name: "special variables", value: "", variablesReference: 9 },
      { name: "user", type: "NoneType", value: "None", variablesReference: 0 },
      { name: "long", type: "str", value: "x".repeat(5000), variablesReference: 0 },
    ],
  },
};

test("what debugpy knows becomes a stop", async () => {
  const stop = await readStop(session(DEBUGPY), 1, "", isOwn);
  expect(stop?.exception).toEqual({ type: "TypeError", message: MESSAGE });
  expect(stop?.frames).toEqual([
    { path: "/code/shop/orders.py", line: 6, column: 1, name: "greet" },
    { path: "/code/main.py", line: 3, column: 1, name: "<module>" },
  ]);
  expect(stop?.locals.map(({ name }) => name)).toEqual(["user", "long"]);
  expect(stop?.locals[1]?.value).toHaveLength(300);
});

test("a stop in a library carries the values of the workspace's own frame", async () => {
  const library = { id: 9, name: "loads", line: 339, column: 5, source: { path: "/usr/lib/json.py" } };
  const stackTrace = { stackFrames: [library, ...STACK.stackFrames] };
  const stop = await readStop(session({ ...DEBUGPY, stackTrace }), 1, "", isOwn);
  expect(stop?.frames.map(({ name, locals }) => [name, locals?.map((local) => local.name)])).toEqual([
    ["loads", undefined],
    ["greet", ["user", "long"]],
    ["<module>", undefined],
  ]);
});

test("in a window that is connected to another machine, addresses become paths", async () => {
  const path = "vscode-remote://wsl+debian/code/shop/orders.py";
  const stackTrace = { stackFrames: [{ id: 1, name: "greet", line: 6, column: 1, source: { path } }] };
  const stop = await readStop(session({ ...DEBUGPY, stackTrace }), 1, "", isOwn);
  expect(stop?.frames.map((frame) => frame.path)).toEqual(["/code/shop/orders.py"]);
});

test("an adapter without exceptionInfo and variables still tells the frames", async () => {
  const stop = await readStop(session({ stackTrace: STACK }), 1, "ValueError: bad row", isOwn);
  expect(stop?.exception).toEqual({ type: "ValueError", message: "ValueError: bad row" });
  expect(stop?.frames).toHaveLength(2);
  expect(stop?.locals).toEqual([]);
});

test("an adapter that tells nothing is no stop", async () => {
  expect(await readStop(session({}), 1, "", isOwn)).toBeUndefined();
});

test("an offer says the likeliest reason, else the suspects, and there is none without any", async () => {
  const stop = await readStop(session(DEBUGPY), 1, "", isOwn);
  const at = { start: { line: 3, character: 4 }, end: { line: 3, character: 9 } };
  const suspect = { path: "shop/orders.py", uri: "", range: at, name: "greet", line: 4, score: 2, confidence: "likely", reasons: [] } as const;
  const text = offerText(stop!, { ...EXPLAINED, suspects: [{ ...suspect, reasons: [] }] });
  expect(text).toBe(`TypeError: ${MESSAGE}. Suspects: greet shop/orders.py:4`);
  const reason = offerText(stop!, { ...EXPLAINED, answers: [answer()], suspects: [{ ...suspect, reasons: [] }] });
  expect(reason).toBe("TypeError: greet_all shop/orders.py:10");
  expect(offerText(stop!, EXPLAINED)).toBe("");
});
