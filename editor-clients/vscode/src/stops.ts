// The debugger's state as a question: when a program stops at an exception, what the debugger knows goes to
// `forethought/explain`. Speaks the debug adapter protocol through what every adapter offers, and says nothing where one
// offers less.

import type { DebugProtocol } from "@vscode/debugprotocol";
import {
  commands,
  debug,
  Disposable,
  Uri,
  window,
  workspace,
  type DebugAdapterTracker,
  type DebugSession,
  type LogOutputChannel,
} from "vscode";
import { showExplained } from "./explain";
import type { Pages } from "./page";
import { EXPLAIN, type Asker, type Explained, type Stop } from "./protocol";
import { plain, suspectText } from "./render";

const FRAMES_MAX = 50;
const LOCALS_MAX = 60;
const VALUE_CHARS_MAX = 300;
const SUSPECTS_SHOWN_MAX = 2;

type When = "offer" | "show" | "off";

/** The part of a debug session that is used here. */
export type Session = Pick<DebugSession, "customRequest">;

export class Stops implements Disposable {
  private readonly registered: Disposable;
  private last: { stop: Stop; explained?: Explained } | undefined;

  constructor(
    private readonly server: Asker,
    private readonly pages: Pages,
    private readonly log: LogOutputChannel,
  ) {
    this.registered = debug.registerDebugAdapterTrackerFactory("*", {
      createDebugAdapterTracker: (session) => this.track(session),
    });
  }

  dispose(): void {
    this.registered.dispose();
  }

  /** "Why did this happen": the answer for the last stop. */
  async why(): Promise<void> {
    if (!this.last) return void window.showInformationMessage("Forethought: the debugger has not stopped at an exception.");
    this.last.explained ??= await this.server.request<Explained>(EXPLAIN, { stop: this.last.stop });
    await showExplained(this.pages, this.last.explained);
  }

  private track(session: DebugSession): DebugAdapterTracker {
    return {
      onDidSendMessage: (message: DebugProtocol.ProtocolMessage) => {
        const event = message as DebugProtocol.Event;
        if (event.type !== "event") return;
        if (event.event === "stopped" && event.body?.reason === "exception") {
          void this.stopped(session, event as DebugProtocol.StoppedEvent);
        } else if (event.event === "continued" || event.event === "terminated") {
          this.forget();
        }
      },
    };
  }

  private async stopped(session: Session, event: DebugProtocol.StoppedEvent): Promise<void> {
    const when = workspace.getConfiguration("forethought").get<When>("debugger.explain", "offer");
    if (when === "off") return;
    const stop = await readStop(session, event.body.threadId ?? 0, event.body.text ?? event.body.description ?? "", isInWorkspace);
    if (!stop) return;
    this.last = { stop };
    void commands.executeCommand("setContext", "forethought.stopped", true);
    try {
      const explained = await this.server.request<Explained>(EXPLAIN, { stop });
      // The program may have gone on meanwhile: then nobody is waiting for this.
      if (this.last?.stop !== stop) return;
      this.last.explained = explained;
      if (when === "show") await showExplained(this.pages, explained);
      else await this.offer(stop, explained);
    } catch (error) {
      // Nobody asked, so nobody is interrupted.
      this.log.warn(`the stop at ${stop.exception.type} was not explained: ${String(error)}`);
    }
  }

  private async offer(stop: Stop, explained: Explained): Promise<void> {
    const text = offerText(stop, explained);
    if (!text) return;
    const chosen = await window.showInformationMessage(text, "Why Did This Happen?");
    if (chosen) await showExplained(this.pages, explained);
  }

  private forget(): void {
    this.last = undefined;
    void commands.executeCommand("setContext", "forethought.stopped", false);
  }
}

/** What the debugger knows about a stop; undefined where it does not even know the frames. `isOwn`: in the workspace. */
export async function readStop(
  session: Session,
  threadId: number,
  said: string,
  isOwn: (path: string) => boolean,
): Promise<Stop | undefined> {
  const info = await ask<DebugProtocol.ExceptionInfoResponse["body"]>(session, "exceptionInfo", { threadId });
  const stack = await ask<DebugProtocol.StackTraceResponse["body"]>(session, "stackTrace", {
    threadId,
    startFrame: 0,
    levels: FRAMES_MAX,
  });
  const frames = (stack?.stackFrames ?? []).slice(0, FRAMES_MAX).map((frame) => ({ ...frame, path: fileOf(frame.source?.path) }));
  const [top] = frames;
  if (!top) return undefined;
  const type = info?.details?.typeName ?? info?.exceptionId ?? said.split(":")[0] ?? "";
  const inside = frames.find((frame) => frame.path && isOwn(frame.path));
  const insideLocals = inside && inside !== top ? await locals(session, inside.id) : undefined;
  return {
    exception: { type: type || "exception", message: info?.details?.message ?? info?.description ?? said },
    frames: frames
      .filter((frame) => frame.path)
      .map((frame) => ({
        path: frame.path,
        line: frame.line,
        column: frame.column,
        name: frame.name,
        ...(frame === inside && insideLocals ? { locals: insideLocals } : {}),
      })),
    locals: await locals(session, top.id),
  };
}

/** In a window that is connected to another machine, the editor puts addresses where the adapter gave paths. */
function fileOf(path = ""): string {
  return /^[a-z][\w+.-]+:\/\//i.test(path) ? Uri.file(Uri.parse(path).path).fsPath : path;
}

function isInWorkspace(path: string): boolean {
  return workspace.getWorkspaceFolder(Uri.file(path)) !== undefined;
}

async function locals(session: Session, frameId: number): Promise<Stop["locals"]> {
  const scopes = await ask<DebugProtocol.ScopesResponse["body"]>(session, "scopes", { frameId });
  const cheap = (scopes?.scopes ?? []).filter((scope) => !scope.expensive);
  const scope = cheap.find((one) => one.presentationHint === "locals" || /^locals?$/i.test(one.name)) ?? cheap[0];
  if (!scope) return [];
  const found = await ask<DebugProtocol.VariablesResponse["body"]>(session, "variables", {
    variablesReference: scope.variablesReference,
  });
  // debugpy adds groups ("special variables") to the names, which no Python name looks like.
  return (found?.variables ?? [])
    .filter((variable) => !/\s/.test(variable.name))
    .slice(0, LOCALS_MAX)
    .map(({ name, type, value }) => ({ name, type: type ?? "", value: value.slice(0, VALUE_CHARS_MAX) }));
}

/** An adapter that does not know a request, or fails at it, has nothing to say. */
async function ask<R>(session: Session, command: string, args: object): Promise<R | undefined> {
  try {
    return (await session.customRequest(command, args)) as R;
  } catch {
    return undefined;
  }
}

/** What a notification has room for: the likeliest reason with its place, else who is suspected. Empty where nothing is known. */
export function offerText({ exception }: Stop, { answers, suspects }: Explained): string {
  const reason = answers[0]?.claims[0];
  if (reason) {
    const places = reason.citations.slice(0, 1).map(({ path, line }) => ` ${path}:${line}`);
    return `${exception.type}: ${plain(reason.text)}${places.join("")}`;
  }
  if (!suspects.length) return "";
  const who = suspects.slice(0, SUSPECTS_SHOWN_MAX).map(suspectText).join(", ");
  return `${exception.type}: ${exception.message}. Suspects: ${who}`;
}
