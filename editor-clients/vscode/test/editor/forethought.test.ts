// What a person does with the extension in VS Code, and what that person sees. The real server answers.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeShop, TRACEBACK } from "./shop";
import { achieve, PYTHON, until, Workbench } from "./workbench";

const PREPARED_MS_MAX = 300_000;

let code: Workbench;
let folder: string;

beforeAll(async () => {
  folder = makeShop(mkdtempSync(path.join(tmpdir(), "shop-")));
  const settings = { "forethought.path": path.join(path.dirname(PYTHON), "forethought") };
  code = await Workbench.start({ folder, settings, environment: { FORETHOUGHT_PROBE_FAILURE: TRACEBACK } });
  await code.open("shop/db.py", 4, 5);
  await code.status.waitFor();
  // The menu knows what callers pass once the deep analysis has been there.
  // Asking is activity, to which the analysis yields: so seldom.
  await until(() => prepared("What do callers pass?"), PREPARED_MS_MAX, () => code.said, 2000);
});

afterAll(async () => {
  await code?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => code.tidy());

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await code.screenshot(`failed ${task.name}`);
});

/** Whether the server has prepared this answer about the function at the cursor. */
async function prepared(question: string): Promise<boolean> {
  const uri = `file://${folder}/shop/db.py`;
  const at = JSON.stringify({ textDocument: { uri }, position: { line: 3, character: 5 } });
  const groups = await code.probe<{ questions: { question: string; known: boolean }[] }[]>(
    `const { server } = vscode.extensions.getExtension("forethought.forethought").exports;
     try { return (await server.request("forethought/questions", ${at})).groups; } catch { return []; }`,
  );
  return groups.some((group) => group.questions.some((answer) => answer.question === question && answer.known));
}

describe("at the cursor", () => {
  test("a hover answers the likeliest questions, with links", async () => {
    await code.open("shop/db.py", 1, 1);
    await code.hoverOver("def find_user", "find_user");
    const text = await code.hover.innerText();
    expect(text).toContain("Why can it be None?");
    expect(text).toContain("Who calls it?");
    await code.screenshot("hover");
    await code.hover.locator("a", { hasText: "orders.py:5" }).first().click();
    await code.page.locator(".tab.active", { hasText: "orders.py" }).waitFor();
  });

  test("the hover's menu lists every question", async () => {
    await code.open("shop/db.py", 4, 5);
    await code.hoverOver("def find_user", "find_user");
    await code.hover.locator("a", { hasText: "menu" }).click();
    await code.choices.filter({ hasText: "Who calls it?" }).waitFor();
    await code.screenshot("questions");
  });

  test("a chosen question is answered on a page, whose citations lead to the code", async () => {
    await code.open("shop/db.py", 4, 5);
    await code.palette("Forethought: Questions Here");
    await code.pick(code.choices.filter({ hasText: "Who calls it?" }));
    const page = await code.pageWith("greet");
    await code.screenshot("answer");
    await page.locator("a", { hasText: "orders.py:5" }).first().click();
    await code.page.locator(".tab.active", { hasText: "orders.py" }).waitFor();
    await code.page.locator(".monaco-editor.focused .view-line", { hasText: "user = find_user" }).waitFor();
  });

  test("the menu of questions is among the code actions", async () => {
    await code.open("shop/db.py", 4, 5);
    const row = code.page.locator(".action-widget .monaco-list-row", { hasText: "Who calls it?" }).first();
    await code.press("Control+.", () => row.isVisible());
    await code.screenshot("code-actions");
    // Until the mouse moves, an invisible block lies over the list, lest it be chosen from by accident.
    await achieve(
      async () => {
        await row.hover({ force: true, timeout: 2000 });
        await row.click({ force: true, timeout: 2000 });
      },
      async () => !(await row.isVisible()),
      "the chosen code action",
    );
    await code.pageWith("orders.py:5");
  });

  test("code lenses come and go with their setting", async () => {
    await code.open("shop/db.py", 4, 5);
    const lens = code.page.locator(".codelens-decoration", { hasText: "Who calls it?" });
    const turn = (on: boolean) =>
      code.probe(`await vscode.workspace.getConfiguration("forethought").update("questions.lenses", ${on}, true)`);
    await turn(true);
    await lens.first().waitFor();
    await code.screenshot("code-lens");
    await turn(false);
    await lens.first().waitFor({ state: "hidden" });
  });

  test("who calls it, as call hierarchy", async () => {
    await code.open("shop/db.py", 4, 5);
    await code.palette("Peek Call Hierarchy");
    await code.page.locator(".call-hierarchy .monaco-list-row", { hasText: "greet" }).waitFor();
    await code.screenshot("call-hierarchy");
  });

  test("a question in words", async () => {
    await code.open("shop/db.py", 4, 5);
    await code.palette("Forethought: Ask");
    await code.type("who calls find_user?");
    const page = await code.pageWith("model tokens");
    expect(await page.innerText()).toContain("orders.py:5");
    await code.screenshot("ask");
  });
});

describe("failures", () => {
  test("a traceback that is selected in an editor", async () => {
    await code.open("failure.txt");
    const selected = () => code.probe<boolean>("return !vscode.window.activeTextEditor.selection.isEmpty");
    await code.press("Control+a", selected);
    await code.palette("Forethought: Explain Selected Traceback");
    const page = await code.pageWith("orders.py");
    expect(await page.innerText()).toContain("greet");
    await code.screenshot("explain");
  });

  test("a traceback that is selected in the terminal, from its context menu", async () => {
    await code.palette("Terminal: Create New Terminal");
    const terminal = code.page.locator(".terminal.xterm").first();
    await terminal.waitFor();
    // The shell may not read yet what is typed first.
    await achieve(
      () => code.probe(`vscode.window.activeTerminal.sendText("clear; cat failure.txt")`),
      async () => (await terminal.locator(".xterm-rows").innerText()).includes("is not subscriptable"),
      "the traceback in the terminal",
    );
    await achieve(
      () => code.palette("Terminal: Select All"),
      async () => (await terminal.locator(".xterm-selection div").count()) > 0,
      "the selection in the terminal",
    );
    await code.menu(terminal, "Explain Selected Traceback", { x: 60, y: 40 });
    await code.pageWith("orders.py");
    await code.screenshot("terminal");
    await code.probe(`vscode.window.activeTerminal.dispose()`);
  });

  test("a failed test, from the test explorer's context menu", async () => {
    await code.palette("Test: Run All Tests");
    await code.palette("Testing: Focus on Test Explorer View");
    const row = code.page.locator(".test-explorer .monaco-list-row", { hasText: "test_greet_stranger" }).first();
    await row.waitFor();
    await code.menu(row, "Why Does This Test Fail?");
    await code.pageWith("test_greet_stranger");
    await code.screenshot("test-explorer");
  });

  test("the debugger's stop at an exception", async () => {
    await code.open("main.py");
    // Pressed again while a program runs, the key would let it go on.
    const runs = () => code.probe<boolean>("return vscode.debug.activeDebugSession !== undefined");
    await code.press("F5", runs, 60_000);
    const offer = code.notifications.filter({ hasText: "Why Did This Happen?" });
    await offer.waitFor();
    await code.screenshot("debugger-offer");
    await offer.locator(".monaco-button", { hasText: "Why Did This Happen?" }).click();
    const page = await code.pageWith("find_user");
    const value = "user is None; it comes from find_user, which returns None when name not in rows db.py:7";
    expect(await page.locator("h1 + p").innerText()).toContain(value);
    await code.screenshot("debugger");
    await code.palette("Debug: Stop");
  });

  test.each([
    ["comprehension", "price is None; it is an element of prices, which gets its elements from price_of, which returns None when"],
    ["function", "price is None; it is an element of"],
    ["field", "self.owner is None; it is set to None by Cart.__init__"],
  ])("the debugger's stop in a %s begins with the value", async (name, value) => {
    const program = `${folder}/stops/${name}.py`;
    const configuration = JSON.stringify({ type: "debugpy", request: "launch", name, program, console: "internalConsole" });
    await code.probe(`await vscode.debug.startDebugging(vscode.workspace.workspaceFolders[0], ${configuration})`);
    const offer = code.notifications.filter({ hasText: "Why Did This Happen?" });
    await offer.waitFor();
    expect(await offer.innerText()).toContain(value);
    await offer.locator(".monaco-button", { hasText: "Why Did This Happen?" }).click();
    const page = await code.pageWith("What went wrong");
    expect(await page.locator("h1 + p").innerText()).toContain(value);
  });
});

describe("around the editor", () => {
  test("the view of prepared answers", async () => {
    await code.open("shop/db.py", 4, 5);
    await code.palette("Explorer: Focus on Prepared answers View");
    const row = (text: string) => code.page.locator(".pane-body .monaco-list-row", { hasText: text }).first();
    const unfold = (text: string, within: string) =>
      achieve(
        async () => (await row(within).isVisible()) || (await row(text).locator(".monaco-tl-twistie").click({ timeout: 4000 })),
        () => row(within).isVisible(),
        `${within} under ${text}`,
      );
    await unfold("find_user", "Who calls it?");
    await unfold("Who calls it?", "orders.py:5");
    await row("orders.py:5").click();
    await code.page.locator(".tab.active", { hasText: "orders.py" }).waitFor();
    await code.screenshot("view");
  });

  test("the status item pauses and resumes", async () => {
    await code.statusMenu("Pause");
    await code.page.locator(".statusbar-item", { hasText: "Forethought: paused" }).waitFor();
    await code.statusMenu("Resume", () => code.screenshot("status"));
    await until(async () => !(await code.status.innerText()).includes("paused"), 120_000);
  });

  test("a restart is a new server, and the log says how it was started", async () => {
    await code.palette("Forethought: Restart the Server");
    await code.palette("Forethought: Show the Log");
    const log = code.page.locator(".part.panel .view-line", { hasText: "the server runs:" });
    await until(async () => (await log.count()) >= 2, 120_000);
    await code.screenshot("log");
  });

  test("the report is a page", async () => {
    await code.palette("Forethought: Report");
    await code.pageWith("");
  });

  test("the key goes from secret storage to the server's environment, and to no settings file", async () => {
    await code.palette("Forethought: Set the Model's Key");
    await code.type("secret-of-the-test");
    const environment = `const { server } = vscode.extensions.getExtension("forethought.forethought").exports;
      return (await server.environment()).FORETHOUGHT_MODEL_KEY;`;
    await until(async () => (await code.probe<string>(environment)) === "secret-of-the-test", 120_000);
    await code.palette("Forethought: Remove the Model's Key");
    await until(async () => (await code.probe<string | null>(environment)) === null, 120_000);
  });
});

describe("through the extension's interface", () => {
  test("a language-model tool answers an agent", async () => {
    const input = JSON.stringify({ question: "who calls find_user?" });
    const text = await code.probe<string>(
      `const result = await vscode.lm.invokeTool("forethought_ask", { input: ${input}, toolInvocationToken: undefined });
       return result.content.map((part) => part.value).join("")`,
    );
    expect(text).toContain("orders.py:5");
  });

  test("the chat participant answers, cites and says what it cost", async () => {
    const said = await code.probe<{ text: string; places: string[] }>(
      `const { respond, server } = vscode.extensions.getExtension("forethought.forethought").exports;
       let text = ""; const places = [];
       const stream = { markdown: (t) => (text += t), reference: (p) => places.push(p.uri.path), progress() {} };
       const request = { prompt: "who calls find_user?", command: undefined, references: [] };
       const token = new vscode.CancellationTokenSource().token;
       await respond(server, request, { history: [] }, stream, token);
       return { text, places };`,
    );
    expect(said.text).toContain("orders.py:5");
    expect(said.text).toContain("model tokens");
    expect(said.places.some((place) => place.endsWith("shop/orders.py"))).toBe(true);
  });
});
