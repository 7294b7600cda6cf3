import { beforeEach, expect, test } from "vitest";
import { QUESTIONS } from "../../src/protocol";
import { PreparedView } from "../../src/view";
import { answer, Scripted } from "./scripted";
import { Disposable, screen, Uri, window } from "./vscode";

const FILE = { document: { uri: Uri.file("/code/shop/orders.py"), languageId: "python" } };
const { anchor } = answer();

beforeEach(() => {
  screen.clear();
  window.visibleTextEditors = [];
});

test("an answer's page that takes the focus does not empty the view of the file beside it", async () => {
  const scripted = new Scripted({ [QUESTIONS]: { anchor: null, groups: [], anchors: [{ anchor, answers: [answer()] }] } });
  const server = Object.assign(scripted, { onDidChange: () => new Disposable() as never });
  const view = new PreparedView(server, ["python"]);
  window.activeTextEditor = FILE;
  expect(await view.getChildren()).toHaveLength(1);
  window.activeTextEditor = undefined;
  window.visibleTextEditors = [FILE];
  expect(await view.getChildren()).toHaveLength(1);
  window.visibleTextEditors = [];
  expect(await view.getChildren()).toHaveLength(0);
});
