// From the server's places to the editor's, and going there.

import { Position, Range, Selection, Uri, window, type TextEditor } from "vscode";
import type * as protocol from "./protocol";

export function rangeOf({ start, end }: protocol.Range): Range {
  return new Range(new Position(start.line, start.character), new Position(end.line, end.character));
}

export async function goTo(uri: string, range: protocol.Range): Promise<void> {
  const at = rangeOf(range);
  await window.showTextDocument(Uri.parse(uri), { selection: new Selection(at.start, at.end) });
}

/** Where a text document's cursor is, as requests name it. */
export function cursor(editor: TextEditor): { textDocument: { uri: string }; position: protocol.Position } {
  const { line, character } = editor.selection.active;
  return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}
