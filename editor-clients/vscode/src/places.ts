// From the server's places to the editor's, and back.

import { Position, Range, type TextEditor } from "vscode";
import type * as protocol from "./protocol";

export function rangeOf({ start, end }: protocol.Range): Range {
  return new Range(new Position(start.line, start.character), new Position(end.line, end.character));
}

/** Where a text document's cursor is, as requests name it. */
export function cursor(editor: TextEditor): { textDocument: { uri: string }; position: protocol.Position } {
  const { line, character } = editor.selection.active;
  return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}
