// The language client: what travels to the server and back. A bundle of its own, loaded when the first server starts and
// not before, so that opening a window does not wait for it. Decides nothing about how a server is found.

import * as vscode from "vscode";
import {
  CodeLensRequest,
  LanguageClient,
  ProgressType,
  ResponseError,
  RevealOutputChannelOn,
  State,
  type ClientCapabilities,
  type DynamicFeature,
  type FeatureState,
  type LanguageClientOptions,
  type StaticFeature,
} from "vscode-languageclient/node";
import { ASK, STATUS_CHANGED, Unsupported, type Asked, type Asker, type Status } from "./protocol";

const METHOD_NOT_FOUND = -32601;
const PARTIAL = new ProgressType<{ markdown: string }>();
/** The only command that a link in a hover may run. */
const MENU_COMMAND = "forethought.questions";

export interface Start {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  languages: readonly string[];
  log: vscode.LogOutputChannel;
  onStatus: (status: Status) => void;
  /** The server runs (again), or it ended by itself. */
  onRunning: (running: boolean) => void;
}

export interface Connection extends Asker {
  stop(): Promise<void>;
  /** The server's own commands, also those that this extension has no surface for. */
  readonly commands: readonly string[];
}

export async function connect(start: Start): Promise<Connection> {
  const server = { command: start.command, args: start.args, options: { cwd: start.cwd, env: start.env } };
  const client = new Client("forethought", "Forethought", server, options(start));
  client.onNotification(STATUS_CHANGED, start.onStatus);
  // Lenses are turned on and off by a setting of the server's: the editor asks again when it changes.
  const settings = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration("forethought.questions")) refreshLenses(client);
  });
  client.onDidChangeState(({ newState }) => {
    if (newState !== State.Starting) start.onRunning(newState === State.Running);
  });
  await client.start();
  return new Connected(client, settings);
}

function options({ languages, log }: Start): LanguageClientOptions {
  return {
    documentSelector: languages.map((language) => ({ language, scheme: "file" })),
    synchronize: { configurationSection: "forethought" },
    outputChannel: log,
    // Failures are told by the status item and by whoever asked; the log never takes the focus.
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    middleware: {
      provideHover: async (document, position, token, next) => withMenu(await next(document, position, token)),
    },
  };
}

function refreshLenses(client: LanguageClient): void {
  const feature = client.getFeature(CodeLensRequest.method);
  for (const document of vscode.workspace.textDocuments) {
    feature.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
  }
}

function withMenu(hover: vscode.Hover | null | undefined): vscode.Hover | null | undefined {
  const last = hover?.contents.at(-1);
  if (last instanceof vscode.MarkdownString) {
    last.appendMarkdown(` · [menu](command:${MENU_COMMAND} "All prepared questions about this")`);
    last.isTrusted = { enabledCommands: [MENU_COMMAND] };
  }
  return hover;
}

/** The extension registers the server's commands itself, because what they return is shown in its own way. */
class Client extends LanguageClient {
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const runsCommands = "registrationType" in feature && feature.registrationType.method === "workspace/executeCommand";
    super.registerFeature(runsCommands ? new Announces() : feature);
  }
}

class Announces implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.workspace = { ...capabilities.workspace, executeCommand: { dynamicRegistration: false } };
    const experimental = capabilities.experimental as Record<string, unknown> | undefined;
    capabilities.experimental = { ...experimental, forethought: { statusChanged: true } };
  }
  initialize(): void {}
  getState(): FeatureState {
    return { kind: "static" };
  }
  clear(): void {}
}

class Connected implements Connection {
  private asked = 0;

  constructor(
    private readonly client: LanguageClient,
    private readonly settings: vscode.Disposable,
  ) {}

  get commands(): readonly string[] {
    return this.client.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  }

  async request<R>(method: string, params: object, token?: vscode.CancellationToken): Promise<R> {
    try {
      return await (token ? this.client.sendRequest<R>(method, params, token) : this.client.sendRequest<R>(method, params));
    } catch (error) {
      if (error instanceof ResponseError && error.code === METHOD_NOT_FOUND) throw new Unsupported(method);
      throw error;
    }
  }

  async execute<R>(command: string, args: unknown[] = []): Promise<R> {
    if (!this.commands.includes(command)) throw new Unsupported(command);
    return this.request<R>("workspace/executeCommand", { command, arguments: args });
  }

  async ask(params: object, partial: (markdown: string) => void, token?: vscode.CancellationToken): Promise<Asked> {
    const partialResultToken = `forethought-ask-${++this.asked}`;
    const listening = this.client.onProgress(PARTIAL, partialResultToken, (piece) => partial(piece.markdown));
    try {
      return await this.request<Asked>(ASK, { ...params, partialResultToken }, token);
    } finally {
      listening.dispose();
    }
  }

  async stop(): Promise<void> {
    this.settings.dispose();
    await this.client.dispose();
  }
}
