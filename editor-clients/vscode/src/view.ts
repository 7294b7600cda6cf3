// The view "Prepared answers": what is prepared for the current file, as a tree of symbols, questions and claims.

import {
  Disposable,
  EventEmitter,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
  type TextDocument,
  type TreeDataProvider,
  type TreeView,
} from "vscode";
import { rangeOf } from "./places";
import { QUESTIONS, type Anchor, type Answer, type Asker, type Claim, type Questions } from "./protocol";
import { plain } from "./render";

const SETTLE_MS = 300;

export type Node =
  | { type: "anchor"; anchor: Anchor; answers: Answer[] }
  | { type: "answer"; answer: Answer }
  | { type: "claim"; claim: Claim };

export class PreparedView implements TreeDataProvider<Node>, Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly view: TreeView<Node>;
  private readonly subscriptions: Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private last: TextDocument | undefined;

  readonly onDidChangeTreeData = this.changed.event;

  constructor(
    private readonly server: Asker & { onDidChange: (listener: () => void) => Disposable },
    private readonly languages: readonly string[],
  ) {
    this.view = window.createTreeView("forethought.prepared", { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions = [
      this.view,
      this.changed,
      this.view.onDidChangeVisibility(() => this.refresh()),
      window.onDidChangeActiveTextEditor(() => this.refresh()),
      workspace.onDidSaveTextDocument(() => this.refresh()),
      server.onDidChange(() => this.refresh()),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    Disposable.from(...this.subscriptions).dispose();
  }

  /** Reads again soon; many events in a row are one. A view that nobody sees asks for nothing. */
  refresh(): void {
    clearTimeout(this.timer);
    if (this.view.visible) this.timer = setTimeout(() => this.changed.fire(), SETTLE_MS);
  }

  getTreeItem(node: Node): TreeItem {
    return itemOf(node);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.type === "answer") return this.claims(node.answer);
    if (node) return node.type === "anchor" ? node.answers.map((answer) => ({ type: "answer", answer })) : [];
    const document = this.current();
    if (!document || !this.languages.includes(document.languageId)) return this.say("Open a file to see its answers.");
    try {
      const uri = document.uri.toString();
      const { anchors } = await this.server.request<Questions>(QUESTIONS, { textDocument: { uri } });
      if (!anchors.length) return this.say("Nothing is prepared for this file yet.");
      this.view.message = undefined;
      return anchors.map(({ anchor, answers }) => ({ type: "anchor", anchor, answers }));
    } catch (error) {
      return this.say(error instanceof Error ? error.message : String(error));
    }
  }

  /** The current file, also while an answer's page beside it has the focus. */
  private current(): TextDocument | undefined {
    const last = this.last;
    const isSeen = window.visibleTextEditors.some(({ document }) => document === last);
    return (this.last = window.activeTextEditor?.document ?? (isSeen ? last : undefined));
  }

  /** A menu has headlines alone, so the claims are asked for when somebody opens an answer. */
  private async claims({ anchor, kind }: Answer): Promise<Node[]> {
    const chosen = { uri: anchor.uri, position: anchor.range.start, kind };
    const whole = await this.server.execute<Answer | null>("forethought.showAnswer", [chosen]);
    return (whole?.claims ?? []).map((claim) => ({ type: "claim", claim }));
  }

  private say(message: string): Node[] {
    this.view.message = message;
    return [];
  }
}

export function itemOf(node: Node): TreeItem {
  if (node.type === "anchor") {
    const { anchor, answers } = node;
    const item = new TreeItem(anchor.name || "the module", TreeItemCollapsibleState.Collapsed);
    item.iconPath = new ThemeIcon("symbol-method");
    item.description = answers.length === 1 ? "one answer" : `${answers.length} answers`;
    item.command = opening(anchor.uri, anchor.range);
    return item;
  }
  if (node.type === "answer") {
    const { answer } = node;
    const item = new TreeItem(plain(answer.question), TreeItemCollapsibleState.Collapsed);
    item.iconPath = new ThemeIcon("question");
    item.description = [plain(answer.headline), answer.freshness === "stale" ? "stale" : ""].filter(Boolean).join(" · ");
    item.tooltip = `${plain(answer.question)} ${plain(answer.headline)}`;
    item.contextValue = "answer";
    return item;
  }
  const { claim } = node;
  const [place] = claim.citations;
  const item = new TreeItem(plain(claim.text), TreeItemCollapsibleState.None);
  item.description = [place ? `${place.path}:${place.line}` : "", claim.confidence].filter(Boolean).join(" · ");
  item.tooltip = place ? `${plain(claim.text)}\n\n${place.quote}` : plain(claim.text);
  if (place) item.command = opening(place.uri, place.range);
  return item;
}

function opening(uri: string, range: Anchor["range"]): NonNullable<TreeItem["command"]> {
  return { command: "vscode.open", title: "Go There", arguments: [Uri.parse(uri), { selection: rangeOf(range) }] };
}
