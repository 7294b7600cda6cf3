// Long answers as read-only documents, shown by the Markdown preview. Knows no question and no server.

import * as path from "node:path";
import {
  commands,
  Disposable,
  EventEmitter,
  Uri,
  ViewColumn,
  window,
  workspace,
  type TextDocumentContentProvider,
} from "vscode";

export const SCHEME = "forethought-answer";
const PAGES_MAX = 20;

export class Pages implements TextDocumentContentProvider, Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly registered = workspace.registerTextDocumentContentProvider(SCHEME, this);
  private made = 0;

  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: Uri): string {
    return this.texts.get(uri.toString()) ?? "This answer is gone; ask again.";
  }

  /** Opens a page beside the editor; the function that comes back replaces its text. */
  async show(title: string, markdown: string): Promise<(markdown: string) => void> {
    const uri = Uri.from({ scheme: SCHEME, path: `/${++this.made}/${fileName(title)}.md` });
    this.put(uri, markdown);
    try {
      await commands.executeCommand("markdown.showPreviewToSide", uri);
    } catch {
      // The Markdown extension can be turned off; its source is readable too.
      await window.showTextDocument(uri, { viewColumn: ViewColumn.Beside, preview: true });
    }
    return (text) => this.put(uri, text);
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }

  private put(uri: Uri, markdown: string): void {
    const key = uri.toString();
    this.texts.delete(key);
    this.texts.set(key, linksForPreview(markdown, workspace.workspaceFolders?.[0]?.uri));
    for (const old of this.texts.keys()) {
      if (this.texts.size <= PAGES_MAX) break;
      this.texts.delete(old);
    }
    this.changed.fire(uri);
  }
}

/** A title as a file's name, since it is what the tab shows. */
export function fileName(title: string): string {
  const name = title.replace(/[\\/:*?"<>|#%\u0000-\u001f]+/g, " ").replace(/\s+/g, " ").trim();
  return name.slice(0, 60).trim() || "Answer";
}

/**
 * The Markdown preview follows no `file:` links. It does follow paths, and takes those that begin with a slash as beginning
 * at the first folder of the workspace, from which `..` leads out.
 */
export function linksForPreview(markdown: string, folder: Uri | undefined): string {
  if (!folder) return markdown;
  return markdown.replace(/\]\((file:[^)\s#]+)(#[^)\s]*)?\)/g, (_, address: string, fragment = "") => {
    const relative = path.posix.relative(folder.path, Uri.parse(address).path);
    const quoted = encodeURI(relative).replace(/[()]/g, (sign) => (sign === "(" ? "%28" : "%29"));
    return `](/${quoted}${fragment})`;
  });
}
