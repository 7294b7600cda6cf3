// The chat participant @forethought: slash commands and free questions, answered by the server. Its answers need no
// language model of the editor's.

import {
  chat,
  Location,
  Uri,
  window,
  type CancellationToken,
  type ChatContext,
  type ChatRequest,
  type ChatResponseStream,
  type ChatResult,
  type Disposable,
} from "vscode";
import { cursor, rangeOf } from "./places";
import {
  EXPLAIN,
  FEEDBACK,
  QUESTIONS,
  STATUS,
  type Answer,
  type Asker,
  type Choice,
  type Explained,
  type Questions,
  type Status,
} from "./protocol";
import { footer, places, plain } from "./render";
import { budgetText } from "./status";

export const PARTICIPANT = "forethought.chat";

/** What an answer leaves for what comes after it: the conversation, the choices, and what feedback is about. */
export interface Result extends ChatResult {
  metadata: { conversation?: string; choices: Choice[]; answers: Answer[] };
}

type Request = Pick<ChatRequest, "prompt" | "command" | "references">;
type Stream = Pick<ChatResponseStream, "markdown" | "reference" | "progress">;
type Context = Pick<ChatContext, "history">;

/** Registers the participant where the editor has chat; undefined where it has none. */
export function registerChat(server: Asker, icon: Uri): Disposable | undefined {
  if (typeof chat?.createChatParticipant !== "function") return undefined;
  const participant = chat.createChatParticipant(PARTICIPANT, (request, context, stream, token) =>
    respond(server, request, context, stream, token),
  );
  participant.iconPath = icon;
  participant.followupProvider = {
    provideFollowups: (result) =>
      (result as Result).metadata?.choices.map(({ label, question }) => ({ prompt: question, label })) ?? [],
  };
  participant.onDidReceiveFeedback(({ result, kind }) => void feedback(server, result as Result, kind === 1));
  return participant;
}

export async function respond(
  server: Asker,
  request: Request,
  context: Context,
  stream: Stream,
  token: CancellationToken,
): Promise<Result> {
  const nothing: Result = { metadata: { choices: [], answers: [] } };
  switch (request.command) {
    case "explain":
      return explain(server, request, stream, token);
    case "questions":
      return questions(server, request, stream, token);
    case "status":
      stream.markdown(statusText(await server.request<Status>(STATUS, {}, token)));
      return nothing;
    case "report":
      stream.markdown((await server.execute<{ markdown: string }>("forethought.report")).markdown);
      return nothing;
    default:
      return ask(server, request, context, stream, token);
  }
}

async function ask(
  server: Asker,
  request: Request,
  context: Context,
  stream: Stream,
  token: CancellationToken,
): Promise<Result> {
  let streamed = "";
  const params = { question: worded(request), ...placeOf(request), conversation: conversationOf(context) };
  const asked = await server.ask(
    params,
    (piece) => {
      streamed += piece;
      stream.markdown(piece);
    },
    token,
  );
  // What was streamed is the beginning of the answer, or all of it.
  if (!streamed) stream.markdown(asked.markdown);
  else if (asked.markdown.startsWith(streamed)) stream.markdown(asked.markdown.slice(streamed.length));
  for (const place of places(asked.answers)) {
    stream.reference(new Location(Uri.parse(place.uri), rangeOf(place.range)));
  }
  stream.markdown(`\n\n${footer(asked)}`);
  return {
    metadata: { conversation: asked.conversation, choices: asked.choices, answers: asked.answers },
  };
}

async function explain(server: Asker, request: Request, stream: Stream, token: CancellationToken): Promise<Result> {
  const editor = window.activeTextEditor;
  const selected = editor ? editor.document.getText(editor.selection) : "";
  const text = request.prompt.trim() || selected;
  if (!text) {
    stream.markdown("Paste the traceback after `/explain`, or select it in the editor first.");
    return { metadata: { choices: [], answers: [] } };
  }
  const explained = await server.request<Explained>(EXPLAIN, { text }, token);
  stream.markdown(explained.markdown);
  for (const suspect of explained.suspects) {
    stream.reference(new Location(Uri.parse(suspect.uri), rangeOf(suspect.range)));
  }
  return { metadata: { choices: [], answers: explained.answers } };
}

async function questions(server: Asker, request: Request, stream: Stream, token: CancellationToken): Promise<Result> {
  const at = placeOf(request);
  if (!("textDocument" in at)) {
    stream.markdown("Open a file and put the cursor on a name first.");
    return { metadata: { choices: [], answers: [] } };
  }
  const found = await server.request<Questions>(QUESTIONS, at, token);
  const lines = found.groups.flatMap((group) => [
    `\n**${group.title}**\n`,
    ...group.questions.map((answer) => `- ${plain(answer.question)} ${plain(answer.headline)}`),
  ]);
  stream.markdown(lines.length ? lines.join("\n") : "Nothing is prepared for this place yet.");
  const choices = found.groups.flatMap((group) => group.questions).slice(0, 3).map((answer) => ({
    label: plain(answer.question),
    question: `${plain(answer.question)} ${answer.anchor.name}`,
  }));
  return { metadata: { choices, answers: [] } };
}

/** Slash commands that are questions: the words that make one. */
const WORDINGS: Record<string, string> = {
  why: "Why can this be None?",
  callers: "Who calls this?",
  raises: "What can this raise, and from where?",
  changes: "What changed in this?",
  tests: "Which tests exercise this?",
};

function worded({ command, prompt }: Request): string {
  const wording = command ? WORDINGS[command] : undefined;
  const about = prompt.trim();
  if (!wording) return about;
  return about ? wording.replace(/\bthis\b|\bhere\b/, about) : wording;
}

/** A file or a selection that was attached says where; else the cursor does. */
function placeOf({ references }: Request): object {
  for (const { value } of references) {
    if (value instanceof Location) {
      const { line, character } = value.range.start;
      return { textDocument: { uri: value.uri.toString() }, position: { line, character } };
    }
    if (value instanceof Uri) return { textDocument: { uri: value.toString() } };
  }
  const editor = window.activeTextEditor;
  return editor?.document.uri.scheme === "file" ? cursor(editor) : {};
}

function conversationOf({ history }: Context): string | undefined {
  for (const turn of [...history].reverse()) {
    const result = "result" in turn ? (turn.result as Partial<Result>) : undefined;
    if (result?.metadata?.conversation) return result.metadata.conversation;
  }
  return undefined;
}

function statusText(status: Status): string {
  return [`**${status.state}**`, status.detail, status.pending ? `${status.pending} still to prepare` : "", budgetText(status)]
    .filter(Boolean)
    .join(" · ");
}

async function feedback(server: Asker, result: Result, useful: boolean): Promise<void> {
  for (const { anchor, kind } of result.metadata?.answers ?? []) {
    await server.request(FEEDBACK, { anchor: { uri: anchor.uri, position: anchor.range.start }, kind, useful });
  }
}
