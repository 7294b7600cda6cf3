// The editor's interface as far as the tests need it: values that behave, and windows that record what was shown.

export class Disposable {
  constructor(private readonly run: () => void = () => undefined) {}
  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
  dispose(): void {
    this.run();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  constructor(
    readonly start: Position,
    readonly end: Position,
  ) {}
}

export class Selection extends Range {
  get active(): Position {
    return this.end;
  }
  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}
  static file(path: string): Uri {
    return new Uri("file", path);
  }
  static parse(text: string): Uri {
    const [, scheme = "", path = ""] = /^([a-z-]+):(?:\/\/[^/]*)?(.*)$/.exec(text) ?? [];
    return new Uri(scheme, decodeURI(path));
  }
  static from({ scheme, path }: { scheme: string; path: string }): Uri {
    return new Uri(scheme, path);
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(base.scheme, [base.path, ...parts].join("/"));
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

export class Location {
  readonly range: Range;
  constructor(
    readonly uri: Uri,
    at: Range | Position,
  ) {
    this.range = at instanceof Range ? at : new Range(at, at);
  }
}

export class MarkdownString {
  isTrusted: unknown;
  constructor(public value = "") {}
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

export class Hover {
  constructor(readonly contents: unknown[]) {}
}

export class ThemeIcon {
  constructor(readonly id: string) {}
}

export class ThemeColor extends ThemeIcon {}

export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState: number,
  ) {}
}

export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export class LanguageModelToolResult {
  constructor(readonly content: LanguageModelTextPart[]) {}
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1 };
export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ProgressLocation = { Window: 10, Notification: 15 };
export const ViewColumn = { Beside: -2 };

/** What was shown, and what the person at the screen answers. */
export const screen = {
  messages: [] as string[],
  answers: [] as unknown[],
  clipboard: "",
  picker: undefined as unknown,
  clear(): void {
    Object.assign(screen, { messages: [], answers: [], clipboard: "", picker: undefined });
    window.activeTextEditor = undefined;
    window.activeTerminal = undefined;
    commands.handlers.clear();
  },
};

async function tell(text: string): Promise<unknown> {
  screen.messages.push(text);
  return screen.answers.shift();
}

class Picker {
  items: unknown[] = [];
  selectedItems: unknown[] = [];
  private accept: () => void = () => undefined;
  onDidAccept(listener: () => void): void {
    this.accept = listener;
  }
  onDidHide(): void {}
  onDidTriggerItemButton(): void {}
  show(): void {}
  hide(): void {}
  dispose(): void {}
  choose(item: unknown): void {
    this.selectedItems = [item];
    this.accept();
  }
}

const nothing = () => new Disposable();

export const window = {
  activeTextEditor: undefined as unknown,
  activeTerminal: undefined as unknown,
  visibleTextEditors: [] as unknown[],
  createTreeView: () => ({ message: undefined, onDidChangeVisibility: nothing, dispose: nothing }),
  onDidChangeActiveTextEditor: nothing,
  showInformationMessage: tell,
  showErrorMessage: tell,
  showQuickPick: async (items: unknown[]): Promise<unknown> => {
    const choose = screen.answers.shift();
    return typeof choose === "function" ? items.find(choose as (item: unknown) => boolean) : undefined;
  },
  showInputBox: async (): Promise<unknown> => screen.answers.shift(),
  withProgress: async (_: unknown, run: (progress: unknown, token: unknown) => unknown): Promise<unknown> =>
    run({ report: () => undefined }, { onCancellationRequested: () => new Disposable() }),
  createQuickPick: () => (screen.picker = new Picker()),
};

export const commands = {
  handlers: new Map<string, () => unknown>(),
  executeCommand: async (name: string): Promise<unknown> => commands.handlers.get(name)?.(),
};

export const env = {
  clipboard: {
    readText: async () => screen.clipboard,
    writeText: async (text: string) => void (screen.clipboard = text),
  },
};

/** What `inspect` says of each setting, by its whole name. */
export const inspected: Record<string, object> = {};

export const workspace = {
  onDidSaveTextDocument: nothing,
  workspaceFolders: [{ uri: Uri.file("/code"), name: "work" }],
  getConfiguration: (section: string) => ({ inspect: (name: string) => inspected[`${section}.${name}`] }),
};
interface HoverProvider {
  provideHover(document: object, position: object, token: object): Promise<unknown>;
}

export const languages = {
  /** Selectors and providers, as they were registered. */
  hovers: [] as [unknown, HoverProvider][],
  registerHoverProvider: (selector: unknown, provider: HoverProvider) => {
    languages.hovers.push([selector, provider]);
    return new Disposable();
  },
};
export const debug = {};
export const lm = {};
export const chat = {};
export const extensions = {};
