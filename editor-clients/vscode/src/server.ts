// Keeps at most one server running: finds out how to start it, starts it, restarts it, and hands on requests. What the
// server says is its own business.

import * as path from "node:path";
import {
  commands,
  Disposable,
  EventEmitter,
  ProgressLocation,
  window,
  workspace,
  type CancellationToken,
  type Event,
  type ExtensionContext,
  type LogOutputChannel,
  type Position,
  type TextDocument,
} from "vscode";
import type { Connection, Start } from "./client";
import { loadClient, taken, wantedServer, type Early } from "./early";
import { ownPython } from "./environment";
import type { Found, Hovers } from "./hover";
import { onKeyChanged, storedKey } from "./key";
import { asksInterpreter, findLaunch, type Launch, type NoLaunch } from "./launch";
import { run, workingFolder, type Program, type Running as RunningProcess } from "./process";
import { STATUS, Unsupported, type Asked, type Asker, type Status } from "./protocol";
import { chosenInterpreter, find, hasPythonExtension, onInterpreterChanged, pythonVersion, versionIn } from "./python";
import { rememberedLaunch, rememberLaunch } from "./remembered";
import { leftOut, serverEnvironment, userSetting } from "./settings";

/** The editor's names of the languages that the server knows; package.json names them too. */
export const LANGUAGES = ["python", "typescript", "typescriptreact", "javascript", "javascriptreact"] as const;

/** Settings that decide which server runs, or what it is started with. */
const RESTARTS = ["path", "server", "interpreter", "model"].map((name) => `forethought.${name}`);

export type Running = "stopped" | "starting" | "running" | "failed";

export class Server implements Asker, Hovers, Disposable {
  private connection: Connection | undefined;
  // Restarts are taken one after another: two at once would leave a server that nobody stops.
  private turn: Promise<void> = Promise.resolve();
  private readonly changed = new EventEmitter<void>();
  private readonly subscriptions: Disposable[] = [this.changed];

  running: Running = "stopped";
  /** How the server was started, or why not, in words for people. */
  how = "not started yet";
  launch: Launch | undefined;
  status: Status | undefined;
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    /** A process that runs already, for the first start. */
    private early?: Promise<Early | undefined>,
  ) {
    this.subscriptions.push(
      workspace.onDidChangeConfiguration((event) => {
        if (RESTARTS.some((name) => event.affectsConfiguration(name))) void this.restart();
      }),
      workspace.onDidGrantWorkspaceTrust(() => void this.restart()),
      onKeyChanged(context, () => void this.restart()) as Disposable,
    );
    void this.followInterpreter();
  }

  /** The first start of a window: as the last one was, where that is known; what is so now is looked up once it runs. */
  start(): Promise<void> {
    this.become("starting", "looking for the server");
    return this.inTurn(async () => {
      // The editor's activation of this extension is over then; what follows takes the time of nobody who waits for it.
      await new Promise((resolve) => setImmediate(resolve));
      const launch = this.remembered();
      const problem = launch ? await this.began(launch) : "";
      if (problem) this.log.warn(`as at the last start, ${problem}; looking anew`);
      if (!launch || problem) await this.begin();
      else void this.confirm();
    });
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  /** The server's own commands, also those that the extension has no surface for. */
  get commands(): readonly string[] {
    return this.connection?.commands ?? [];
  }

  async request<R>(method: string, params: object, token?: CancellationToken): Promise<R> {
    return (await this.connected()).request<R>(method, params, token);
  }

  async execute<R>(command: string, args: unknown[] = []): Promise<R> {
    return (await this.connected()).execute<R>(command, args);
  }

  async ask(params: object, partial: (markdown: string) => void, token?: CancellationToken): Promise<Asked> {
    return (await this.connected()).ask(params, partial, token);
  }

  async hover(document: TextDocument, position: Position, token: CancellationToken, waitMs: number): Promise<Found> {
    if (this.running === "starting") await Promise.race([this.turn, new Promise((resolve) => setTimeout(resolve, waitMs))]);
    return token.isCancellationRequested ? undefined : this.connection?.hover(document, position, token);
  }

  dispose(): void {
    Disposable.from(...this.subscriptions).dispose();
  }

  private async connected(): Promise<Connection> {
    await this.turn;
    if (!this.connection) throw new Error(`Forethought is not running: ${this.how}`);
    return this.connection;
  }

  private async begin(): Promise<void> {
    this.become("starting", "looking for the server");
    const launch = await this.find();
    if ("problem" in launch) return this.failed(launch);
    const problem = await this.began(launch);
    if (problem) return this.failed({ problem, tried: [] });
    await this.remember(launch);
  }

  /** Starts this; empty once it runs, else why it does not. */
  private async began(launch: Launch): Promise<string> {
    this.launch = launch;
    this.log.info(`starting ${[launch.command, ...launch.args].join(" ")}`);
    this.become("starting", launch.how);
    try {
      const program = await this.programOf(launch);
      // The process starts while the language client is loaded.
      const first = taken(await this.early, program) ?? run(program);
      this.early = undefined;
      this.connection = await this.connect(program, first).catch((error: unknown) => {
        first.kill();
        throw error;
      });
    } catch (error) {
      return `${launch.how} did not start: ${messageOf(error)}`;
    }
    this.log.info(`the server runs: ${launch.how}`);
    this.become("running", launch.how);
    void this.firstStatus();
    return "";
  }

  /** Only where it takes long to know: what the Python extension says. */
  private remembered(): Launch | undefined {
    const wanted = wantedServer();
    if (!hasPythonExtension() || !asksInterpreter(wanted)) return undefined;
    return rememberedLaunch(this.context.workspaceState, wanted, this.version);
  }

  private remember(launch: Launch): Thenable<void> {
    return rememberLaunch(this.context.workspaceState, wantedServer(), this.version, launch);
  }

  /** Whether a server that was started from memory is the one that would be chosen now. */
  private async confirm(): Promise<void> {
    const now = await this.find();
    if ("problem" in now) return;
    const named = ({ command, args }: Launch) => [command, ...args].join("\n");
    if (this.launch && named(now) === named(this.launch)) return;
    this.log.info(`another server than at the last start: ${now.how}`);
    await this.restart();
  }

  private get version(): string {
    return String((this.context.extension.packageJSON as { version: unknown }).version);
  }

  private async end(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    this.status = undefined;
    this.become("stopped", "stopped");
    // A server that does not end in good order was killed by the client; that is said in the log and stops nothing.
    await connection?.stop().catch((error: unknown) => this.log.warn(messageOf(error)));
  }

  private async find(): Promise<Launch | NoLaunch> {
    const wanted = wantedServer();
    const launch = await findLaunch(wanted, {
      find,
      interpreter: chosenInterpreter,
      versionIn,
      ownPython: () => this.ownPython(wanted.trusted),
    });
    for (const line of "tried" in launch ? launch.tried : []) this.log.warn(line);
    return launch;
  }

  private async ownPython(trusted: boolean): Promise<{ python: string } | { problem: string }> {
    const named = userSetting("interpreter");
    const chosen = trusted && !named ? await chosenInterpreter() : undefined;
    const names = named ? [named] : ["python3", "python3.13", "python3.12", "python3.11", "python"];
    const pythons = [chosen, ...names.map(find)].filter((python): python is string => python !== undefined);
    const where = { location: ProgressLocation.Notification, title: "Forethought", cancellable: true };
    // The progress bar comes with the first step, so an environment that is there already shows nothing.
    let show: ((text: string) => void) | undefined;
    const cancel = new AbortController();
    const made = ownPython({
      folder: path.join(this.context.globalStorageUri.fsPath, "environments"),
      wheels: this.context.asAbsolutePath("bundled"),
      pythons,
      version: pythonVersion,
      mayDownload: async () => {
        this.become("starting", "waiting to be told whether to set up the server");
        const may = await mayDownload();
        this.become("starting", "setting up the server");
        return may;
      },
      log: (line) => this.log.info(line),
      signal: cancel.signal,
      step: (text) => {
        this.log.info(text);
        if (show) return show(text);
        void window.withProgress(where, (progress, token) => {
          token.onCancellationRequested(() => cancel.abort());
          show = (message) => progress.report({ message });
          show(text);
          return made.catch(() => undefined);
        });
      },
    });
    try {
      const own = await made;
      if (show && "python" in own) void window.showInformationMessage(`Forethought is set up, in ${own.python}.`);
      return own;
    } catch (error) {
      return { problem: cancel.signal.aborted ? "setting up the server was cancelled" : messageOf(error) };
    }
  }

  private async programOf(launch: Launch): Promise<Program> {
    return { command: launch.command, args: launch.args, cwd: workingFolder(launch), env: await this.environment() };
  }

  private async connect(program: Program, first: RunningProcess): Promise<Connection> {
    const start: Start = {
      program,
      first,
      languages: LANGUAGES,
      log: this.log,
      onStatus: (status) => {
        this.status = status;
        this.changed.fire();
      },
      onGone: (lastWords) => {
        this.connection = undefined;
        this.failed({ problem: `the server ended several times and was not started again. ${lastWords}`.trim(), tried: [] });
      },
    };
    const { connect } = await loadClient();
    return connect(start);
  }

  /** What the server's process is given: the editor's own environment, and the user's choice of a model. */
  async environment(): Promise<NodeJS.ProcessEnv> {
    const names = leftOut(process.env);
    if (names.length) this.log.warn(`not passed on, since a project may have set them: ${names.join(", ")}`);
    const key = await storedKey(this.context);
    return serverEnvironment(process.env, { baseUrl: userSetting("model.baseUrl"), name: userSetting("model.name"), key });
  }

  private async firstStatus(): Promise<void> {
    try {
      this.status = await this.connection?.request<Status>(STATUS, {});
      this.changed.fire();
    } catch (error) {
      if (error instanceof Unsupported) this.log.info(error.message);
      else this.log.warn(`the server did not say its status: ${messageOf(error)}`);
    }
  }

  private failed({ problem }: NoLaunch): void {
    this.log.error(problem);
    this.become("failed", problem);
    void window.showErrorMessage(`Forethought: ${problem}`, "Restart", "Settings", "Log").then((chosen) => {
      if (chosen === "Restart") void this.restart();
      if (chosen === "Settings") void commands.executeCommand("workbench.action.openSettings", "forethought.");
      if (chosen === "Log") this.log.show();
    });
  }

  private become(running: Running, how: string): void {
    this.running = running;
    this.how = how;
    this.changed.fire();
  }

  private async followInterpreter(): Promise<void> {
    const listening = await onInterpreterChanged(() => void this.interpreterChanged());
    if (listening) this.subscriptions.push(listening);
  }

  /** Another interpreter matters where one is used, or where the new one has the server. */
  private async interpreterChanged(): Promise<void> {
    const from = userSetting("server") || "auto";
    if (userSetting("path") || !["auto", "interpreter"].includes(from) || !workspace.isTrusted) return;
    const python = await chosenInterpreter();
    if (python === this.launch?.command) return;
    const had = this.how.includes("the chosen interpreter");
    if (had || (python && (await versionIn(python)))) await this.restart();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function mayDownload(): Promise<boolean> {
  const detail =
    "Forethought's server will be installed from the copy in the extension, into an environment of its own. " +
    "The Python packages that it needs are downloaded from your package index.";
  const chosen = await window.showInformationMessage(detail, "Set Up", "Not Now");
  return chosen === "Set Up";
}
