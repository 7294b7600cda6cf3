// The language client: what travels to the server and back. A bundle of its own, loaded when the first server starts and
// not before, so that opening a window does not wait for it. Decides nothing about how a server is found.

import type { ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import {
  CloseAction,
  CodeLensRequest,
  HoverRequest,
  LanguageClient,
  MarkupKind,
  ProgressType,
  ResponseError,
  RevealOutputChannelOn,
  type ClientCapabilities,
  type DynamicFeature,
  type ErrorHandler,
  type FeatureState,
  type LanguageClientOptions,
  type StaticFeature,
} from "vscode-languageclient/node";
import type { Found } from "./hover";
import { run, type Program, type Running } from "./process";
import { ASK, STATUS_CHANGED, Unsupported, type Asked, type Asker, type Status } from "./protocol";

const METHOD_NOT_FOUND = -32601;
const PARTIAL = new ProgressType<{ markdown: string }>();

export interface Start {
  program: Program;
  /** The program's process, started already; one that ends by itself is followed by others. */
  first: Running;
  languages: readonly string[];
  log: vscode.LogOutputChannel;
  onStatus: (status: Status) => void;
  /** The server ended by itself again and again, and is not started any more. */
  onGone: (lastWords: string) => void;
}

export interface Connection extends Asker {
  hover(document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken): Promise<Found>;
  stop(): Promise<void>;
  /** The server's own commands, also those that this extension has no surface for. */
  readonly commands: readonly string[];
}

export async function connect(start: Start): Promise<Connection> {
  let running = start.first;
  let begun = false;
  let started = false;
  const spawned = (): Promise<ChildProcess> => {
    if (begun) running = run(start.program);
    begun = true;
    return running.spawned;
  };
  const client: Client = new Client("forethought", "Forethought", spawned, {
    ...options(start),
    initializationFailedHandler: () => false,
    errorHandler: {
      error: (error, message, count) => standard.error(error, message, count),
      closed: async () => {
        // A server that never came up will not come up by being started again.
        if (!started) return { action: CloseAction.DoNotRestart, handled: true };
        const decided = await standard.closed();
        if (decided.action === CloseAction.DoNotRestart) start.onGone(running.lastWords());
        return decided;
      },
    },
  });
  const standard: ErrorHandler = client.createDefaultErrorHandler();
  client.onNotification(STATUS_CHANGED, start.onStatus);
  // Lenses are turned on and off by a setting of the server's: the editor asks again when it changes.
  const settings = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration("forethought.questions")) refreshLenses(client);
  });
  try {
    await client.start();
  } catch (error) {
    settings.dispose();
    await running.ended();
    throw new Error(running.lastWords() || (error instanceof Error ? error.message : String(error)));
  }
  started = true;
  return new Connected(client, settings);
}

function options({ languages, log }: Start): LanguageClientOptions {
  return {
    documentSelector: languages.map((language) => ({ language, scheme: "file" })),
    synchronize: { configurationSection: "forethought" },
    outputChannel: log,
    // Failures are told by the status item and by whoever asked; the log never takes the focus.
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
}

function refreshLenses(client: LanguageClient): void {
  const feature = client.getFeature(CodeLensRequest.method);
  for (const document of vscode.workspace.textDocuments) {
    feature.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
  }
}

/**
 * The extension registers the server's commands itself, because what they return is shown in its own way, and hovers,
 * because they are offered before there is a server.
 */
class Client extends LanguageClient {
  /** Into the log alone: what a person must know is told by the extension, once. */
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const method = "registrationType" in feature ? feature.registrationType.method : "";
    const announces = method in ANNOUNCED ? new Announces(ANNOUNCED[method]!) : feature;
    super.registerFeature(announces);
  }
}

/** What the client does by itself, and says of it. */
const ANNOUNCED: Record<string, (capabilities: ClientCapabilities) => void> = {
  "workspace/executeCommand": (capabilities) => {
    capabilities.workspace = { ...capabilities.workspace, executeCommand: { dynamicRegistration: false } };
    const experimental = capabilities.experimental as Record<string, unknown> | undefined;
    capabilities.experimental = { ...experimental, forethought: { statusChanged: true } };
  },
  "textDocument/hover": (capabilities) => {
    const hover = { dynamicRegistration: false, contentFormat: [MarkupKind.Markdown, MarkupKind.PlainText] };
    capabilities.textDocument = { ...capabilities.textDocument, hover };
  },
};

class Announces implements StaticFeature {
  constructor(readonly fillClientCapabilities: (capabilities: ClientCapabilities) => void) {}
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

  async hover(document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken): Promise<Found> {
    const { code2ProtocolConverter: out, protocol2CodeConverter: back } = this.client;
    const at = out.asTextDocumentPositionParams(document, position);
    try {
      return back.asHover(await this.client.sendRequest(HoverRequest.type, at, token));
    } catch (error) {
      // Cancelled, as a rule: the mouse has gone on.
      return this.client.handleFailedRequest(HoverRequest.type, token, error, null);
    }
  }

  async stop(): Promise<void> {
    this.settings.dispose();
    await this.client.dispose();
  }
}
