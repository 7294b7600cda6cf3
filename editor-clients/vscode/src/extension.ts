// Puts the extension together: one server, and the surfaces that show what it says. Everything else is the server's.

import { commands, Disposable, Uri, window, type ExtensionContext } from "vscode";
import { registerChat, respond } from "./chat";
import { startEarly } from "./early";
import { explainSelection, explainTerminal, explainTest } from "./explain";
import { registerHovers } from "./hover";
import { removeKey, setKey } from "./key";
import { registerMcp } from "./mcp";
import { askOwn, placeOf, rate, showAnswer, showQuestions, type Chosen } from "./menu";
import { Pages } from "./page";
import { Unsupported } from "./protocol";
import { LANGUAGES, messageOf, Server } from "./server";
import { showStatusMenu, StatusItem } from "./status";
import { Stops } from "./stops";
import { registerTools } from "./tools";
import { PreparedView, type Node } from "./view";

// Once this code is loaded, so that the editor does not wait for it.
const early = new Promise<void>((resolve) => setImmediate(resolve)).then(startEarly);

let server: Server | undefined;

/** For tests in the real editor, which has no chat view without another extension. */
export interface Exports {
  respond: typeof respond;
  server: Server;
}

export function activate(context: ExtensionContext): Exports {
  const log = window.createOutputChannel("Forethought", { log: true });
  const own = (server = new Server(context, log, early));
  const pages = new Pages();
  const stops = new Stops(own, pages, log);
  const view = new PreparedView(own, LANGUAGES);
  const told = telling(log);
  const handlers: Record<string, (...given: never[]) => unknown> = {
    ask: () => askOwn(own, pages),
    questions: () => showQuestions(own, pages),
    showAnswer: (chosen: Chosen) => showAnswer(own, pages, chosen),
    explainSelection: () => explainSelection(own, pages),
    explainTerminal: () => explainTerminal(own, pages),
    explainTest: (given: unknown) => explainTest(own, pages, given),
    explainStop: () => stops.why(),
    pause: () => own.execute("forethought.pause"),
    resume: () => own.execute("forethought.resume"),
    report: async () => pages.show("Report", (await own.execute<{ markdown: string }>("forethought.report")).markdown),
    retryCrashed: () => own.execute("forethought.retryCrashed"),
    status: () => showStatusMenu(own),
    restart: () => own.restart(),
    log: () => log.show(),
    settings: () => commands.executeCommand("workbench.action.openSettings", `@ext:${context.extension.id}`),
    setKey: () => setKey(context),
    removeKey: () => removeKey(context),
    refreshView: () => view.refresh(),
    openAnswer: (node: Node) => node.type === "answer" && showAnswer(own, pages, placeOf(node.answer)),
    useful: (node: Node) => node.type === "answer" && rate(own, node.answer, true),
    useless: (node: Node) => node.type === "answer" && rate(own, node.answer, false),
  };
  for (const [name, handler] of Object.entries(handlers)) {
    context.subscriptions.push(commands.registerCommand(`forethought.${name}`, told(handler)));
  }
  const optional = [registerChat(own, Uri.joinPath(context.extensionUri, "media", "icon.png")), registerMcp(own)];
  context.subscriptions.push(
    log,
    own,
    pages,
    stops,
    view,
    new StatusItem(own),
    registerHovers(own, LANGUAGES),
    ...registerTools(own),
    ...optional.filter((one): one is Disposable => one !== undefined),
  );
  void own.start();
  return { respond, server: own };
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** A command's failure is told to whoever gave the command, once. */
function telling(log: { error: (text: string) => void }): (run: (...given: never[]) => unknown) => (...given: never[]) => Promise<unknown> {
  return (run) => async (...given) => {
    try {
      return await run(...given);
    } catch (error) {
      log.error(messageOf(error));
      const text = error instanceof Unsupported ? error.message : `Forethought: ${messageOf(error)}`;
      void window.showErrorMessage(text);
      return undefined;
    }
  };
}
