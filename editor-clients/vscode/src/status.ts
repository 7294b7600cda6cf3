// The status item: what the server is doing, in one word, and a menu of what can be done about it.

import {
  commands,
  Disposable,
  MarkdownString,
  StatusBarAlignment,
  ThemeColor,
  window,
  type QuickPickItem,
  type StatusBarItem,
} from "vscode";
import type { Activity, Status } from "./protocol";
import type { Running } from "./server";

/** What the item is about; the server, or a scripted one. */
export interface Watched {
  readonly running: Running;
  readonly how: string;
  readonly status: Status | undefined;
  readonly onDidChange: (listener: () => void) => Disposable;
}

const ICONS: Record<Activity, string> = {
  idle: "$(telescope)",
  analysing: "$(sync~spin)",
  thinking: "$(lightbulb-sparkle)",
  paused: "$(debug-pause)",
  waiting: "$(clock)",
};

export class StatusItem implements Disposable {
  private readonly item: StatusBarItem;
  private readonly listening: Disposable;

  constructor(private readonly server: Watched) {
    this.item = window.createStatusBarItem("forethought.status", StatusBarAlignment.Right, 90);
    this.item.name = "Forethought";
    this.item.command = "forethought.status";
    this.listening = server.onDidChange(() => this.show());
    this.show();
    this.item.show();
  }

  dispose(): void {
    this.listening.dispose();
    this.item.dispose();
  }

  private show(): void {
    const { text, tooltip, bad } = describe(this.server);
    this.item.text = text;
    this.item.tooltip = new MarkdownString(tooltip);
    this.item.backgroundColor = bad ? new ThemeColor("statusBarItem.warningBackground") : undefined;
    void commands.executeCommand("setContext", "forethought.paused", this.server.status?.state === "paused");
    void commands.executeCommand("setContext", "forethought.running", this.server.running === "running");
  }
}

/** What the item says. */
export function describe({ running, how, status }: Pick<Watched, "running" | "how" | "status">): {
  text: string;
  tooltip: string;
  bad: boolean;
} {
  if (running === "failed") {
    return { text: "$(warning) Forethought", tooltip: `**Forethought is not running**\n\n${escape(how)}`, bad: true };
  }
  if (running === "stopped") return { text: "$(circle-slash) Forethought", tooltip: "Forethought is stopped", bad: false };
  if (running === "starting") {
    return { text: "$(loading~spin) Forethought", tooltip: `Forethought is starting: ${escape(how)}`, bad: false };
  }
  const spent = status ? budgetText(status) : "";
  const lines = [
    `**Forethought ${escape(status?.version ?? "")}** ${status?.state ?? "running"}`,
    status?.detail ? escape(status.detail) : "",
    status?.pending ? `${status.pending} still to prepare` : "",
    spent,
    `Server: ${escape(how)}`,
  ];
  const state = status?.state ?? "idle";
  if (state === "idle" && status?.budget && isSpent(status.budget)) {
    lines.splice(1, 0, "Today's budget is spent: no model is asked before tomorrow. What is prepared goes on answering.");
    return { text: "$(credit-card) Forethought: budget spent", tooltip: lines.filter(Boolean).join("\n\n"), bad: false };
  }
  const text = `${ICONS[state] ?? ICONS.idle} Forethought${state === "idle" ? "" : `: ${state}`}`;
  return { text, tooltip: lines.filter(Boolean).join("\n\n"), bad: false };
}

/** What was spent of today's budget; empty where nothing is metered. */
export function budgetText({ budget }: Status): string {
  if (!budget) return "";
  const money = budget.dailyMoney ? `${budget.spentMoney.toFixed(2)} of ${budget.dailyMoney.toFixed(2)}, ` : "";
  return `Spent today: ${money}${count(budget.spentTokens)} of ${count(budget.dailyTokens)} tokens`;
}

function isSpent({ spentMoney, dailyMoney, spentTokens, dailyTokens }: NonNullable<Status["budget"]>): boolean {
  return spentTokens >= dailyTokens || (dailyMoney > 0 && spentMoney >= dailyMoney);
}

function count(tokens: number): string {
  return tokens.toLocaleString("en");
}

/** The menu behind the item. */
export async function showStatusMenu({ running, how, status }: Watched): Promise<void> {
  type Item = QuickPickItem & { command: string };
  const paused = status?.state === "paused";
  const items: Item[] = [];
  if (running === "running") {
    items.push(
      paused
        ? { label: "$(debug-start) Resume", detail: "Go on analysing and thinking", command: "forethought.resume" }
        : { label: "$(debug-pause) Pause", detail: "Stop analysing and thinking for now", command: "forethought.pause" },
      { label: "$(question) Questions Here…", detail: "What is prepared at the cursor", command: "forethought.questions" },
      { label: "$(comment-discussion) Ask…", detail: "A question in your own words", command: "forethought.ask" },
      { label: "$(graph) Report", detail: "What was anticipated, spent and saved", command: "forethought.report" },
    );
  }
  items.push(
    { label: "$(debug-restart) Restart the Server", detail: how, command: "forethought.restart" },
    { label: "$(output) Log", detail: "What the extension and the server say", command: "forethought.log" },
    { label: "$(gear) Settings", detail: "All settings of Forethought", command: "forethought.settings" },
  );
  const says = [status?.state ?? running, status?.detail, status ? budgetText(status) : ""].filter(Boolean).join(" · ");
  const chosen = await window.showQuickPick(items, { title: "Forethought", placeHolder: says });
  if (chosen) await commands.executeCommand(chosen.command);
}

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, "\\$&");
}
