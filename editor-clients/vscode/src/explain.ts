// "Explain selected traceback": takes the text that a person selected, wherever that was, to `forethought/explain`.

import { commands, env, ProgressLocation, window, type TestItem, type TestMessage } from "vscode";
import type { Pages } from "./page";
import { EXPLAIN, type Asker, type Explained } from "./protocol";
import { explainedPage } from "./render";

const TEXT_CHARS_MAX = 200_000;
const SELECTION_ARRIVES_MS = 150;

/** From the editor: its selection, or what is selected in the terminal. */
export async function explainSelection(server: Asker, pages: Pages): Promise<void> {
  const editor = window.activeTextEditor;
  const selected = editor && !editor.selection.isEmpty ? editor.document.getText(editor.selection) : "";
  const text = selected || (await terminalSelection());
  if (!text) return void window.showInformationMessage("Forethought: select the traceback first.");
  await explainText(server, pages, text);
}

/** From the terminal's context menu. */
export async function explainTerminal(server: Asker, pages: Pages): Promise<void> {
  const text = await terminalSelection();
  if (!text) return void window.showInformationMessage("Forethought: select the traceback in the terminal first.");
  await explainText(server, pages, text);
}

/** From the test explorer: a failure's message where there is one, else the test by its name. */
export async function explainTest(server: Asker, pages: Pages, given: unknown): Promise<void> {
  const { test, message } = testOf(given);
  const text = [message, test ? `FAILED ${nodeId(test)}` : ""].filter(Boolean).join("\n");
  if (!text) return void window.showInformationMessage("Forethought: this test has no failure to explain.");
  await explainText(server, pages, text, test?.uri ? { textDocument: { uri: test.uri.toString() } } : {});
}

export async function explainText(server: Asker, pages: Pages, text: string, at: object = {}): Promise<void> {
  const where = { location: ProgressLocation.Window, title: "Forethought: explaining", cancellable: true };
  const explained = await window.withProgress(where, (_, token) =>
    server.request<Explained>(EXPLAIN, { text: text.slice(0, TEXT_CHARS_MAX), ...at }, token),
  );
  await showExplained(pages, explained);
}

export async function showExplained(pages: Pages, explained: Explained): Promise<void> {
  await pages.show("What went wrong", explainedPage(explained));
}

/** What is selected in the terminal. The editor's interface offers no way but the clipboard, which is put back. */
export async function terminalSelection(): Promise<string> {
  if (!window.activeTerminal) return "";
  const before = await env.clipboard.readText();
  try {
    await env.clipboard.writeText("");
    await commands.executeCommand("workbench.action.terminal.copySelection");
    for (let waited = 0; waited < SELECTION_ARRIVES_MS; waited += 50) {
      const text = await env.clipboard.readText();
      if (text) return text;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return "";
  } finally {
    await env.clipboard.writeText(before);
  }
}

interface Failure {
  test?: TestItem;
  message?: string;
}

/** The test explorer hands over a test, or a test with one of its messages. */
function testOf(given: unknown): Failure {
  if (typeof given !== "object" || given === null) return {};
  const both = given as { test?: TestItem; message?: TestMessage };
  if (both.message) return { test: both.test, message: textOf(both.message) };
  const test = given as TestItem;
  return test.label === undefined ? {} : { test, message: test.error === undefined ? "" : plainOf(test.error) };
}

function textOf(message: TestMessage): string {
  const places = (message as { stackTrace?: { label: string; uri?: { fsPath: string }; position?: { line: number } }[] })
    .stackTrace;
  const frames = (places ?? [])
    .filter((frame) => frame.uri && frame.position)
    .map((frame) => `  File "${frame.uri?.fsPath}", line ${(frame.position?.line ?? 0) + 1}, in ${frame.label}`);
  const text = plainOf(message.message);
  const where = message.location;
  if (!frames.length && where) {
    frames.push(`  File "${where.uri.fsPath}", line ${where.range.start.line + 1}, in test`);
  }
  // A message that is a traceback already needs no second one.
  return /line \d+|:\d+:/.test(text) ? text : ["Traceback (most recent call last):", ...frames, text].join("\n");
}

function plainOf(text: string | { value: string }): string {
  return typeof text === "string" ? text : text.value;
}

function nodeId(test: TestItem): string {
  return test.id.includes("::") ? test.id : test.label;
}
