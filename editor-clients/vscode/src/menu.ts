// The menu of questions at the cursor, and the two commands that end in an answer page: a chosen question, and one in the
// user's own words.

import {
  ProgressLocation,
  QuickPickItemKind,
  ThemeIcon,
  window,
  type CancellationToken,
  type QuickInputButton,
  type QuickPickItem,
} from "vscode";
import { cursor } from "./places";
import type { Pages } from "./page";
import { FEEDBACK, QUESTIONS, type Answer, type Asked, type Asker, type Position, type Questions } from "./protocol";
import { answerPage, askedPage, plain } from "./render";

/** What `forethought.showAnswer` takes, here and in the server. */
export interface Chosen {
  uri: string;
  position: Position;
  kind: string;
}

type Item = QuickPickItem & { answer?: Answer; own?: true };

const USEFUL: QuickInputButton = { iconPath: new ThemeIcon("thumbsup"), tooltip: "This answer helped" };
const USELESS: QuickInputButton = { iconPath: new ThemeIcon("thumbsdown"), tooltip: "This answer did not help" };

export async function showQuestions(server: Asker, pages: Pages): Promise<void> {
  const editor = window.activeTextEditor;
  if (!editor) return void window.showInformationMessage("Forethought: open a file and put the cursor on a name.");
  const at = cursor(editor);
  const picker = window.createQuickPick<Item>();
  picker.title = "Questions";
  picker.placeholder = "reading what is prepared …";
  picker.matchOnDescription = true;
  picker.busy = true;
  picker.onDidAccept(() => {
    const chosen = picker.selectedItems[0];
    picker.hide();
    if (chosen?.answer) void showAnswer(server, pages, placeOf(chosen.answer));
    else if (chosen?.own) void askOwn(server, pages, picker.value);
  });
  picker.onDidTriggerItemButton(({ item, button }) => {
    if (item.answer) void rate(server, item.answer, button === USEFUL);
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
  try {
    const found = await server.request<Questions>(QUESTIONS, at);
    picker.title = found.anchor ? `Questions about ${found.anchor.name || "this module"}` : "Questions";
    picker.items = [...itemsOf(found), OWN];
    picker.placeholder = found.groups.length ? "Which question?" : "Nothing is prepared for this place yet";
  } catch (error) {
    picker.hide();
    throw error;
  } finally {
    picker.busy = false;
  }
}

/** One answer whole, as a page. Code actions, code lenses, the menu and the view end here. */
export async function showAnswer(server: Asker, pages: Pages, chosen: Chosen): Promise<void> {
  const answer = await server.execute<Answer | null>("forethought.showAnswer", [chosen]);
  if (!answer) return void window.showInformationMessage("Forethought: that place or question is not there any more.");
  await pages.show(`${plain(answer.question)} ${answer.anchor.name}`, answerPage(answer));
}

export async function askOwn(server: Asker, pages: Pages, given = ""): Promise<void> {
  const question = given.trim() || (await window.showInputBox({
    title: "Ask Forethought",
    prompt: "A question about this code; the cursor says where, unless the question names a place",
    placeHolder: "Why can find_user return None?",
  }));
  if (question) await askAndShow(server, pages, question);
}

async function askAndShow(server: Asker, pages: Pages, question: string, at: object = here()): Promise<void> {
  const where = { location: ProgressLocation.Window, title: "Forethought: answering", cancellable: true };
  const asked = await window.withProgress(where, (_, token) => answer(server, pages, question, at, token));
  if (!asked.choices.length) return;
  const choices = asked.choices.map((choice) => ({ label: choice.label, description: choice.question, choice }));
  const chosen = await window.showQuickPick(choices, { title: question, placeHolder: "Which one do you mean?" });
  if (!chosen) return;
  const { choice } = chosen;
  await askAndShow(server, pages, choice.question, {
    textDocument: choice.textDocument,
    position: choice.position,
    conversation: asked.conversation,
  });
}

async function answer(
  server: Asker,
  pages: Pages,
  question: string,
  at: object,
  token: CancellationToken,
): Promise<Asked> {
  let text = "";
  let page: Promise<(markdown: string) => void> | undefined;
  const arrived = (markdown: string): void => {
    text += markdown;
    page ??= pages.show(question, text);
    const now = text;
    void page.then((put) => put(now));
  };
  const asked = await server.ask({ question, ...at }, arrived, token);
  const whole = askedPage(question, asked);
  page ??= pages.show(question, whole);
  (await page)(whole);
  return asked;
}

function here(): object {
  const editor = window.activeTextEditor;
  return editor?.document.uri.scheme === "file" ? cursor(editor) : {};
}

export async function rate(server: Asker, answer: Answer, useful: boolean): Promise<void> {
  const { uri, position } = placeOf(answer);
  await server.request(FEEDBACK, { anchor: { uri, position }, kind: answer.kind, useful });
  window.setStatusBarMessage("Forethought: thank you, noted", 3000);
}

export function placeOf(answer: Answer): Chosen {
  return { uri: answer.anchor.uri, position: answer.anchor.range.start, kind: answer.kind };
}

/** What is known, by family; what is not comes last, so that nobody has to read past it. */
function itemsOf(found: Questions): Item[] {
  const items: Item[] = [];
  const unknown: Item[] = [];
  for (const { title, questions } of found.groups) {
    const known = questions.filter((answer) => answer.known);
    if (known.length) items.push({ label: title, kind: QuickPickItemKind.Separator }, ...known.map(itemOf));
    unknown.push(...questions.filter((answer) => !answer.known).map(itemOf));
  }
  if (unknown.length) items.push({ label: "Not known", kind: QuickPickItemKind.Separator }, ...unknown);
  return items;
}

function itemOf(answer: Answer): Item {
  const stale = answer.freshness === "stale" ? " · stale" : "";
  return {
    label: plain(answer.question),
    description: `${plain(answer.headline)}${stale}`,
    buttons: [USEFUL, USELESS],
    answer,
  };
}

const OWN: Item = { label: "$(comment-discussion) Ask in your own words…", alwaysShow: true, own: true };
