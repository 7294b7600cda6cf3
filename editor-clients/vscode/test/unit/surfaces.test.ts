import type * as vscode from "vscode";
import { beforeEach, describe, expect, test } from "vitest";
import { respond, type Result } from "../../src/chat";
import { explainTest, terminalSelection } from "../../src/explain";
import { registerMcp, type Offers } from "../../src/mcp";
import { askOwn, showAnswer, showQuestions } from "../../src/menu";
import { fileName, linksForPreview, type Pages } from "../../src/page";
import { footer, plain } from "../../src/render";
import { describe as describeStatus } from "../../src/status";
import { placeOf, registerTools } from "../../src/tools";
import { itemOf } from "../../src/view";
import { answer, asked, EXPLAINED, menu, Scripted } from "./scripted";
import * as fake from "./vscode";

const { screen } = fake;
const NEVER = { isCancellationRequested: false } as vscode.CancellationToken;
const FILE = "file:///code/shop/orders.py";

let pages: [string, string][];
const show = {
  show: async (title: string, markdown: string) => {
    const page: [string, string] = [title, markdown];
    pages.push(page);
    return (text: string) => void (page[1] = text);
  },
} as unknown as Pages;

beforeEach(() => {
  screen.clear();
  pages = [];
  const cursor = new fake.Position(4, 6);
  const document = { uri: fake.Uri.file("/code/shop/orders.py"), languageId: "python", getText: () => "" };
  fake.window.activeTextEditor = { document, selection: new fake.Selection(cursor, cursor) };
});

describe("the menu of questions", () => {
  test("has what is known by family, then what is not; a chosen one becomes a page", async () => {
    const unknown = answer({ kind: "dead", question: "Is it dead?", headline: "not known", known: false });
    const server = new Scripted({ "forethought/questions": menu(unknown, answer()), "forethought.showAnswer": answer() });
    await showQuestions(server, show);
    const picker = screen.picker as { title: string; items: { label: string }[]; choose: (item: unknown) => void };
    expect(picker.title).toBe("Questions about greet");
    const own = "$(comment-discussion) Ask in your own words…";
    expect(picker.items.map(({ label }) => label)).toEqual(["Control", "Who calls it?", "Not known", "Is it dead?", own]);
    picker.choose(picker.items[1]);
    await expect.poll(() => pages).toEqual([["Who calls it? greet", "# greet\n\n**Who calls it?** one caller · certain\n"]]);
    expect(server.asked[1]).toEqual(["forethought.showAnswer", [{ uri: FILE, position: { line: 4, character: 4 }, kind: "callers" }]]);
  });

  test("says so when an answer is gone", async () => {
    const chosen = { uri: FILE, position: { line: 0, character: 0 }, kind: "callers" };
    await showAnswer(new Scripted({ "forethought.showAnswer": null }), show, chosen);
    expect(pages).toEqual([]);
    expect(screen.messages[0]).toContain("not there any more");
  });
});

describe("a question in words", () => {
  test("streams into one page and ends with what it cost", async () => {
    const server = new Scripted({ "forethought/ask": asked() }, ["One caller, ", "in …"]);
    await askOwn(server, show, "who calls greet?");
    expect(pages).toHaveLength(1);
    expect(pages[0]?.[1]).toContain("# who calls greet?");
    expect(pages[0]?.[1]).toContain("*prepared · fresh · 0 model tokens · 14 ms*");
    expect(server.asked[0]?.[1]).toMatchObject({ question: "who calls greet?", position: { line: 4, character: 6 } });
  });

  test("that may mean several things is asked back", async () => {
    const place = { textDocument: { uri: "file:///a.py" }, position: { line: 1, character: 0 } };
    const choices = [{ label: "greet in orders.py", question: "who calls greet?", ...place }];
    const server = new Scripted({ "forethought/ask": [asked({ road: "askBack", choices }), asked()] });
    screen.answers.push(() => true);
    await askOwn(server, show, "who calls it?");
    expect(server.asked[1]?.[1]).toEqual({ question: "who calls greet?", ...place, conversation: "c1" });
    expect(pages).toHaveLength(2);
  });
});

describe("chat", () => {
  interface Said {
    text: string;
    places: unknown[];
    result: Result;
  }

  async function chat(server: Scripted, prompt: string, command?: string, history: unknown[] = []): Promise<Said> {
    let text = "";
    const places: unknown[] = [];
    const stream = {
      markdown: (piece: string) => void (text += piece),
      reference: (place: unknown) => void places.push(place),
    } as unknown as vscode.ChatResponseStream;
    const request = { prompt, command, references: [] };
    const result = await respond(server, request, { history } as unknown as vscode.ChatContext, stream, NEVER);
    return { text, places, result };
  }

  test("streams what arrives, adds the rest once, and cites", async () => {
    const server = new Scripted({ "forethought/ask": asked({ markdown: "One caller, greet_all." }) }, ["One ", "caller, "]);
    const { text, places, result } = await chat(server, "who calls greet?");
    expect(text).toBe("One caller, greet_all.\n\n*prepared · fresh · 0 model tokens · 14 ms*");
    expect(places).toHaveLength(1);
    expect(result.metadata.conversation).toBe("c1");
  });

  test("goes on with a conversation", async () => {
    const server = new Scripted({ "forethought/ask": asked() });
    const history = [{ prompt: "…" }, { result: { metadata: { conversation: "c7" } } }];
    await chat(server, "and who catches it?", undefined, history);
    expect(server.asked[0]?.[1]).toMatchObject({ conversation: "c7" });
  });

  test.each([
    ["why", "", "Why can this be None?"],
    ["why", "find_user", "Why can find_user be None?"],
    ["callers", "greet", "Who calls greet?"],
    ["changes", "greet", "What changed in greet?"],
  ])("/%s %s asks %j", async (command, prompt, expected) => {
    const server = new Scripted({ "forethought/ask": asked() });
    await chat(server, prompt, command);
    expect(server.asked[0]?.[1]).toMatchObject({ question: expected });
  });

  test("/explain takes the pasted text, and says what it needs without any", async () => {
    const server = new Scripted({ "forethought/explain": EXPLAINED });
    expect((await chat(server, "Traceback …", "explain")).text).toBe(EXPLAINED.markdown);
    expect((await chat(server, " ", "explain")).text).toContain("Paste the traceback");
    expect(server.asked).toHaveLength(1);
  });

  test("/questions offers the likeliest as follow-ups", async () => {
    const { text, result } = await chat(new Scripted({ "forethought/questions": menu(answer()) }), "", "questions");
    expect(text).toContain("- Who calls it? one caller");
    expect(result.metadata.choices[0]?.question).toBe("Who calls it? greet");
  });

  test("/status", async () => {
    const status = { state: "paused", detail: "by you", pending: 3, budget: null, version: "1" };
    const { text } = await chat(new Scripted({ "forethought/status": status }), "", "status");
    expect(text).toBe("**paused** · by you · 3 still to prepare");
  });
});

describe("tools for agents", () => {
  test.each([
    [{ file: "shop/db.py", line: 5 }, { textDocument: { uri: "file:///code/shop/db.py" }, position: { line: 4, character: 0 } }],
    [{ file: "/else/x.py" }, { textDocument: { uri: "file:///else/x.py" } }],
    [{}, {}],
  ])("find %j", (place, expected) => expect(placeOf(place)).toEqual(expected));

  test("are not registered where the editor has none", () => {
    expect(registerTools(new Scripted({}))).toEqual([]);
  });
});

describe("MCP", () => {
  class Definition {
    readonly given: unknown[];
    constructor(...given: unknown[]) {
      this.given = given;
    }
  }
  const offers = {
    launch: { command: "/own/python", args: ["-I", "-m", "lsp_server.cli", "serve"], how: "" },
    status: { version: "0.1.0" },
    environment: async () => ({ PATH: "/bin", FORETHOUGHT_MODEL_KEY: "k" }),
    onDidChange: () => new fake.Disposable(),
  } as unknown as Offers;
  type Api = NonNullable<Parameters<typeof registerMcp>[1]>;
  const api = (register?: unknown): Api =>
    ({ lm: { registerMcpServerDefinitionProvider: register }, McpStdioServerDefinition: Definition }) as unknown as Api;

  test("is offered once for each folder", async () => {
    let offered: Promise<unknown[]> | undefined;
    const register = (_: string, provider: { provideMcpServerDefinitions: () => Promise<unknown[]> }): fake.Disposable => {
      offered = provider.provideMcpServerDefinitions();
      return new fake.Disposable();
    };
    expect(registerMcp(offers, api(register))).toBeDefined();
    const args = ["-I", "-m", "lsp_server.cli", "mcp", "/code"];
    const given = ["Forethought (work)", "/own/python", args, { FORETHOUGHT_MODEL_KEY: "k" }, "0.1.0"];
    expect(await offered).toEqual([{ given }]);
  });

  test("costs nothing where the editor is older, or refuses", () => {
    expect(registerMcp(offers, api())).toBeUndefined();
    const refuse = (): never => {
      throw new Error("must be registered in package.json");
    };
    expect(registerMcp(offers, api(refuse))).toBeUndefined();
  });
});

describe("explaining", () => {
  test("sends a failing test's message with its place", async () => {
    const server = new Scripted({ "forethought/explain": EXPLAINED });
    const uri = fake.Uri.file("/code/tests/test_orders.py");
    const message = { message: "TypeError: no", location: new fake.Location(uri, new fake.Position(4, 0)) };
    const test = { id: "tests/test_orders.py::test_greet", label: "test_greet", uri };
    await explainTest(server, show, { test, message });
    const frame = '  File "/code/tests/test_orders.py", line 5, in test';
    expect(server.asked[0]?.[1]).toEqual({
      text: `Traceback (most recent call last):\n${frame}\nTypeError: no\nFAILED tests/test_orders.py::test_greet`,
      textDocument: { uri: "file:///code/tests/test_orders.py" },
    });
  });

  test("puts the clipboard back after reading the terminal's selection", async () => {
    screen.clipboard = "mine";
    fake.window.activeTerminal = {};
    fake.commands.handlers.set("workbench.action.terminal.copySelection", () => (screen.clipboard = "Traceback"));
    expect(await terminalSelection()).toBe("Traceback");
    expect(screen.clipboard).toBe("mine");
  });
});

describe("the status item", () => {
  const idle = { state: "idle", detail: "nothing to do", pending: 0, budget: null, version: "0.1.0" } as const;
  const budget = { spentMoney: 0.25, dailyMoney: 1, spentTokens: 12000, dailyTokens: 500000 };
  test.each([
    [{ running: "failed", how: "no Python", status: undefined }, "$(warning) Forethought", "no Python"],
    [{ running: "running", how: "here", status: idle }, "$(telescope) Forethought", "nothing to do"],
    [{ running: "running", how: "here", status: { ...idle, state: "paused" } }, "$(debug-pause) Forethought: paused", "paused"],
    [{ running: "running", how: "here", status: { ...idle, budget } }, "$(telescope) Forethought", "0.25 of 1.00, 12,000 of 500,000 tokens"],
    [
      { running: "running", how: "here", status: { ...idle, budget: { ...budget, spentMoney: 1 } } },
      "$(credit-card) Forethought: budget spent",
      "no model is asked before tomorrow",
    ],
    [
      { running: "running", how: "here", status: { ...idle, budget: { ...budget, dailyMoney: 0, spentTokens: 500000 } } },
      "$(credit-card) Forethought: budget spent",
      "500,000 of 500,000 tokens",
    ],
  ] as const)("%j", (watched, text, tooltip) => {
    const described = describeStatus(watched);
    expect(described.text).toBe(text);
    expect(described.tooltip).toContain(tooltip);
  });
});

describe("texts", () => {
  test.each([
    ["**Who** calls [`x`](file:///a#L1)?", "Who calls x?"],
    ["a\\_b \\* c", "a_b * c"],
  ])("%j is plainly %j", (markdown, expected) => expect(plain(markdown)).toBe(expected));

  test("the last line says by which road an answer came", () => {
    expect(footer(asked({ road: "notKnown" }))).toBe("*not known · 0 model tokens · 14 ms*");
    const cost = { inputTokens: 900, outputTokens: 100, cachedTokens: 0, seconds: 2.5 };
    expect(footer(asked({ cost }))).toBe("*prepared · fresh · 1,000 model tokens · 2.5 s*");
  });

  test.each([
    ["[db.py:7](file:///code/shop/db.py#L7)", "[db.py:7](/shop/db.py#L7)"],
    ["[x](file:///else/a%20b.py#L1)", "[x](/../else/a%20b.py#L1)"],
    ["[web](https://example.org)", "[web](https://example.org)"],
  ])("in the preview %s is %s", (markdown, expected) => {
    expect(linksForPreview(markdown, fake.Uri.file("/code") as unknown as vscode.Uri)).toBe(expected);
  });

  test("a title is a file's name", () => expect(fileName('Who calls "a/b"?\n')).toBe("Who calls a b"));

  test("a row of the view leads to its place", () => {
    const item = itemOf({ type: "claim", claim: answer().claims[0]! });
    expect(item.label).toBe("greet_all");
    expect(item.description).toBe("shop/orders.py:10 · certain");
    expect(item.command?.command).toBe("vscode.open");
  });
});
