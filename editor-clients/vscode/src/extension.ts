// Starts the Forethought server and keeps at most one of it running. Everything else is the server's.

import { commands, window, workspace, type ExtensionContext, type LogOutputChannel } from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;
// Restarts are taken one after another: two at once would leave a server that nobody stops.
let turn: Promise<void> = Promise.resolve();

export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel("Forethought", { log: true });
  context.subscriptions.push(
    log,
    commands.registerCommand("forethought.restart", () => restart(log)),
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("forethought.path")) void restart(log);
    }),
  );
  void restart(log);
}

export function deactivate(): Promise<void> {
  return inTurn(stop);
}

function restart(log: LogOutputChannel): Promise<void> {
  return inTurn(async () => {
    await stop();
    await start(log);
  });
}

async function start(log: LogOutputChannel): Promise<void> {
  const command = workspace.getConfiguration("forethought").get<string>("path", "forethought");
  const server: ServerOptions = { command, args: ["serve"] };
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "python", scheme: "file" }],
    synchronize: { configurationSection: "forethought" },
    outputChannel: log,
  };
  client = new LanguageClient("forethought", "Forethought", server, options);
  try {
    await client.start();
  } catch (error) {
    log.error(String(error));
    void window.showErrorMessage(`Forethought: cannot run "${command} serve". Set forethought.path to the command.`);
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.isRunning()) await running.stop();
}

function inTurn(work: () => Promise<void>): Promise<void> {
  turn = turn.then(work, work);
  return turn;
}
