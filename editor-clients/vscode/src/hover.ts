// Hovers, offered from the moment in which the extension runs. The language client would offer them once the server has
// started, and until then the editor would not ask: who rests the mouse on a name meanwhile would see nothing, and have to move away
// and come back. Here the question waits for the server instead.

import { Hover, languages, MarkdownString, type CancellationToken, type Disposable, type Position, type TextDocument } from "vscode";

/** A server that takes longer (it is being set up, say) is not waited for: other extensions' hovers are shown meanwhile. */
export const WAITS_MS_MAX = 5_000;

/** The only command that a link in a hover may run. */
const MENU_COMMAND = "forethought.questions";

export type Found = Hover | null | undefined;

/** The server, or a scripted one. */
export interface Hovers {
  /** Answers once the server runs; undefined where it does not within so many milliseconds. */
  hover(document: TextDocument, position: Position, token: CancellationToken, waitMs: number): Promise<Found>;
}

export function registerHovers(server: Hovers, names: readonly string[]): Disposable {
  return languages.registerHoverProvider(
    names.map((language) => ({ language, scheme: "file" })),
    { provideHover: async (document, position, token) => withMenu(await server.hover(document, position, token, WAITS_MS_MAX)) },
  );
}

export function withMenu(hover: Found): Found {
  const last = hover?.contents.at(-1);
  if (last instanceof MarkdownString) {
    last.appendMarkdown(` · [menu](command:${MENU_COMMAND} "All prepared questions about this")`);
    last.isTrusted = { enabledCommands: [MENU_COMMAND] };
  }
  return hover;
}
