// Language-model tools for agent mode: what the server knows, for a model that is working on the code.

import {
  LanguageModelTextPart,
  LanguageModelToolResult,
  lm,
  Uri,
  workspace,
  type CancellationToken,
  type Disposable,
  type LanguageModelTool,
} from "vscode";
import { EXPLAIN, QUESTIONS, type Asked, type Asker, type Explained, type Questions } from "./protocol";
import { plain } from "./render";

interface Place {
  /** Absolute, or relative to a folder of the workspace. */
  file?: string;
  /** As people count: from 1. */
  line?: number;
}

interface Question extends Place {
  question: string;
}

interface Failure {
  text: string;
}

/** Registers the tools where the editor has any; none where it has not. */
export function registerTools(server: Asker): Disposable[] {
  if (typeof lm?.registerTool !== "function") return [];
  return [
    lm.registerTool("forethought_ask", tool<Question>("Asking Forethought", (input, token) => ask(server, input, token))),
    lm.registerTool("forethought_explain", tool<Failure>("Explaining a failure", (input, token) => explain(server, input, token))),
    lm.registerTool("forethought_questions", tool<Place>("Reading prepared answers", (input, token) => questions(server, input, token))),
  ];
}

async function ask(server: Asker, input: Question, token: CancellationToken): Promise<string> {
  const asked: Asked = await server.ask({ question: input.question, ...placeOf(input) }, () => undefined, token);
  const choices = (asked.choices).map((choice) => `- ${choice.label}: ${choice.question}`);
  return [asked.markdown, ...choices].join("\n");
}

async function explain(server: Asker, { text }: Failure, token: CancellationToken): Promise<string> {
  return (await server.request<Explained>(EXPLAIN, { text }, token)).markdown;
}

async function questions(server: Asker, input: Place, token: CancellationToken): Promise<string> {
  const found = await server.request<Questions>(QUESTIONS, { position: { line: 0, character: 0 }, ...placeOf(input) }, token);
  const lines = found.groups.flatMap((group) => group.questions.map((answer) => `${plain(answer.question)} ${plain(answer.headline)}`));
  return lines.length ? [`About ${found.anchor?.name ?? "this place"}:`, ...lines].join("\n") : "Nothing is prepared there.";
}

function tool<T extends object>(doing: string, run: (input: T, token: CancellationToken) => Promise<string>): LanguageModelTool<T> {
  return {
    prepareInvocation: () => ({ invocationMessage: doing }),
    invoke: async ({ input }, token) => new LanguageModelToolResult([new LanguageModelTextPart(await run(input, token))]),
  };
}

/** A model names files as it pleases: absolute, or relative to a folder. */
export function placeOf({ file, line }: Place): object {
  if (!file) return {};
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const absolute = /^([\\/]|[A-Za-z]:)/.test(file);
  const uri = absolute || !folder ? Uri.file(file) : Uri.joinPath(folder, file);
  const position = line === undefined ? {} : { position: { line: Math.max(0, line - 1), character: 0 } };
  return { textDocument: { uri: uri.toString() }, ...position };
}
