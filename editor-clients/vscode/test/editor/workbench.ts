// VS Code in a browser, as a person uses it: starts code-server with the packaged extension, opens a page, and does what
// hands and eyes would do. Knows nothing of Forethought's answers.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type BrowserContext, type Locator, type Page } from "playwright-core";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const CLIENT = path.resolve(HERE, "../..");
const REPOSITORY = path.resolve(CLIENT, "../..");
const EDITOR = process.env.FORETHOUGHT_TEST_EDITOR ?? path.join(REPOSITORY, ".editors", "vscode");
const SCREENSHOTS = process.env.FORETHOUGHT_TEST_SCREENSHOTS ?? path.join(REPOSITORY, ".editors", "screenshots");
const STARTED_MS_MAX = 180_000;
/** How long a person looks for a reaction before doing the same again. */
const SEEN_MS_MAX = 4000;
const TRIES_MAX = 30;
const HOVERS_MS_MAX = 180_000;
const PAGE_MS_MAX = 180_000;
const BROWSER = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The Python that has the server of this checkout. */
export const PYTHON = process.env.FORETHOUGHT_TEST_PYTHON ?? path.join(REPOSITORY, ".venv", "bin", "python");
export const VSIX = process.env.FORETHOUGHT_TEST_VSIX ?? path.join(CLIENT, "forethought.vsix");

export interface Options {
  folder: string;
  settings: Record<string, unknown>;
  environment?: Record<string, string>;
  /** Opened with the folder. */
  file?: string;
  /** Kept between two workbenches, so that the second is a warm one. */
  home?: string;
  /** Asks whether the folder is trusted, as VS Code does by default. */
  asksForTrust?: boolean;
  /** Extensions of the tests that are installed beside the one that is tested. */
  extensions?: string[];
  /** Leaves out the one that is tested. */
  without?: boolean;
}

export class Workbench {
  private constructor(
    readonly page: Page,
    readonly home: string,
    /** When the folder began to be opened, as the clock counts. */
    readonly begunMs: number,
    private readonly browser: BrowserContext,
    private readonly process: ChildProcess,
    private readonly probePort: number,
    private readonly output: () => string,
  ) {}

  static async start(options: Options): Promise<Workbench> {
    const home = options.home ?? mkdtempSync(path.join(tmpdir(), "forethought-vscode-"));
    const extensions = path.join(home, "extensions");
    const user = path.join(home, "user");
    writeSettings(user, options.settings);
    if (!existsSync(extensions)) install(extensions, user, ["probe", ...(options.extensions ?? [])], !options.without);
    const [port, probePort] = [await freePort(), await freePort()];
    const args = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--user-data-dir", user];
    args.push("--extensions-dir", extensions, "--disable-telemetry", "--disable-update-check");
    if (!options.asksForTrust) args.push("--disable-workspace-trust");
    const environment = {
      ...process.env,
      FORETHOUGHT_CACHE_DIR: path.join(home, "cache"),
      FORETHOUGHT_STATE_DIR: path.join(home, "state"),
      FORETHOUGHT_CONFIG: path.join(home, "config.toml"),
      FORETHOUGHT_PROBE_PORT: String(probePort),
      FORETHOUGHT_PROBE_PYTHON: PYTHON,
      ...options.environment,
    };
    const child = spawn(process.execPath, [entry(), ...args, options.folder], { env: environment, stdio: "pipe" });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => (output += piece.toString()));
    await until(() => output.includes("HTTP server listening"), STARTED_MS_MAX, () => output);
    const executablePath = readFileSync(path.join(EDITOR, "chromium"), "utf8").trim();
    // The browser keeps the editor's code, as a desktop has it on its disk.
    const browser = await chromium.launchPersistentContext(path.join(home, "browser"), {
      executablePath,
      args: BROWSER,
      viewport: { width: 1280, height: 800 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    browser.setDefaultTimeout(STARTED_MS_MAX);
    const page = browser.pages()[0] ?? (await browser.newPage());
    const begun = Date.now();
    await page.goto(addressOf(port, options));
    await page.locator(".monaco-workbench").waitFor({ timeout: STARTED_MS_MAX });
    return new Workbench(page, home, begun, browser, child, probePort, () => output);
  }

  /** Opens the same window again, with a new extension host. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator(".monaco-workbench").waitFor({ timeout: STARTED_MS_MAX });
  }

  /** Runs code in the extension host, with `vscode` in scope. */
  async probe<T>(code: string): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.probePort}/`, { method: "POST", body: code });
    const { value, error } = (await answer.json()) as { value: T; error?: string };
    if (error) throw new Error(error);
    return value;
  }

  /** Gives a command by its name, as F1 lists it. */
  async palette(command: string): Promise<void> {
    await this.choose("F1", `>${command}`, command);
  }

  /** Opens a file with the cursor at a place, and waits until keys go to its editor. */
  async open(file: string, line = 1, column = 1): Promise<void> {
    const name = path.basename(file);
    await achieve(
      () => this.choose("Control+p", `${file}:${line}:${column}`, name),
      async () =>
        (await this.page.locator(".tab.active", { hasText: name }).count()) > 0 &&
        (await this.page.locator(".monaco-editor.focused").count()) > 0 &&
        (await this.page.locator(".statusbar-item", { hasText: `Ln ${line}, Col ${column}` }).count()) > 0,
      `${file} at ${line}:${column}`,
    );
  }

  /** Presses a key for the editor that has the focus, again where nothing came of it. */
  async press(key: string, there: () => Promise<boolean>, ms = SEEN_MS_MAX): Promise<void> {
    await achieve(
      async () => {
        await this.page.locator(".monaco-editor.focused").first().waitFor();
        await this.page.keyboard.press(key);
      },
      there,
      `what ${key} does`,
      ms,
    );
  }

  /** Rests the mouse on a word until a hover is there. An analysis under way may have nothing to say at first. */
  async hoverOver(line: string, word: string, waitMs = 2000): Promise<void> {
    const row = this.page.locator(".editor-instance .view-line", { hasText: line }).first();
    const place = row.locator("span", { hasText: word }).last();
    const end = Date.now() + HOVERS_MS_MAX;
    // A busy editor takes longer than it was given: so it is given more each time.
    for (let wait = waitMs; ; wait = Math.min(wait * 1.2, 5000)) {
      await this.page.mouse.move(5, 5);
      await place.hover();
      if (await seen(this.hover, wait)) return;
      if (Date.now() > end) throw new Error(`no hover over ${word} within ${HOVERS_MS_MAX} ms`);
    }
  }

  /**
   * As a person does who waits for a hover: rests the mouse on a word, stays where the editor says that it is loading, and where
   * nothing comes looks away and back. The looks are equally long, so that nobody's hover is found later for having come late.
   */
  async lookAt(line: string, word: string, lookMs: number): Promise<void> {
    const row = this.page.locator(".editor-instance .view-line", { hasText: line }).first();
    const place = row.locator("span", { hasText: word }).last();
    const loading = this.page.locator(".monaco-hover:visible", { hasText: "Loading..." }).first();
    const end = Date.now() + HOVERS_MS_MAX;
    while (Date.now() < end) {
      await this.page.mouse.move(5, 5);
      // Anew each time: a lens that comes meanwhile moves the line, and the editor may be drawing it again just now.
      const box = await place.boundingBox();
      if (!box) continue;
      await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 2 });
      do {
        if (await seen(this.hover, lookMs)) return;
      } while (await loading.isVisible());
    }
    throw new Error(`no hover over ${word} within ${HOVERS_MS_MAX} ms`);
  }

  /** Types into the open input, and enters it. */
  async type(text: string): Promise<void> {
    const input = this.input;
    await input.waitFor();
    await achieve(
      () => input.fill(text),
      async () => (await input.inputValue()) === text,
      `"${text}" in the input`,
    );
    await achieve(
      async () => {
        await input.focus();
        await this.page.keyboard.press("Enter");
      },
      async () => !(await input.isVisible()) || (await input.inputValue()) !== text,
      `"${text}" entered`,
    );
  }

  /** Right-clicks, and chooses from the menu that opens. */
  async menu(on: Locator, item: string, position?: { x: number; y: number }): Promise<void> {
    const found = this.page.locator(".monaco-menu .action-item", { hasText: item }).first();
    await achieve(
      () => on.click({ button: "right", position }),
      () => found.isVisible(),
      `the menu with ${item}`,
    );
    // A menu takes no click in the moment in which it opens, lest the click that opened it choose something.
    await achieve(
      async () => {
        await found.hover({ timeout: SEEN_MS_MAX });
        await found.click({ timeout: SEEN_MS_MAX });
      },
      async () => !(await found.isVisible()),
      `${item} chosen`,
      700,
    );
  }

  /** Clicks the status item until its menu is there, and chooses from it. */
  async statusMenu(item: string, before = async () => {}): Promise<void> {
    const row = this.choices.filter({ hasText: item }).first();
    await achieve(
      () => this.status.click(),
      () => row.isVisible(),
      `${item} in the status item's menu`,
    );
    await before();
    await this.pick(row);
  }

  /** Chooses a row of an open quick pick. */
  async pick(row: Locator): Promise<void> {
    await row.waitFor();
    await achieve(
      () => row.click({ timeout: SEEN_MS_MAX }),
      async () => !(await row.isVisible()),
      "a chosen row",
    );
  }

  /** The answer's page, once it says this. */
  async pageWith(text: string): Promise<Locator> {
    const found = this.preview.filter({ hasText: text });
    await found.waitFor({ timeout: PAGE_MS_MAX });
    return found;
  }

  private get input(): Locator {
    return this.page.locator(".quick-input-widget:visible input").first();
  }

  /** Opens a quick pick with a key, types, and chooses the row that has a text. */
  private async choose(key: string, text: string, row: string): Promise<void> {
    const found = this.choices.filter({ hasText: row }).first();
    await achieve(
      async () => {
        // What is open already would take the key for itself.
        if (await this.input.isVisible()) await this.page.keyboard.press("Escape");
        await this.page.keyboard.press(key);
        if (!(await seen(this.input, SEEN_MS_MAX))) return;
        // A quick pick that is still opening writes its own text over what is typed.
        await this.input.fill(text, { timeout: SEEN_MS_MAX });
      },
      async () => (await this.input.isVisible()) && (await this.input.inputValue()) === text && (await found.isVisible()),
      `${row} in the list that ${key} opens`,
    );
    await achieve(
      () => found.click({ timeout: SEEN_MS_MAX }),
      async () => !(await this.input.isVisible()) || (await this.input.inputValue()) !== text,
      `${row} chosen`,
    );
  }

  /** Closes what the last test left open. */
  async tidy(): Promise<void> {
    await achieve(
      () => this.page.keyboard.press("Escape"),
      async () => !(await this.input.isVisible()) && !(await this.page.locator(".monaco-menu").first().isVisible()),
      "nothing open",
    );
    await this.probe(`
      await vscode.commands.executeCommand("notifications.clearAll");
      await vscode.debug.stopDebugging();
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      await vscode.commands.executeCommand("workbench.action.closePanel");
      await vscode.commands.executeCommand("workbench.view.explorer");`);
  }

  get hover(): Locator {
    return this.page.locator(".monaco-hover:visible .monaco-hover-content", { hasText: "menu" }).first();
  }

  get status(): Locator {
    return this.page.locator(".statusbar-item", { hasText: "Forethought" }).first();
  }

  get notifications(): Locator {
    return this.page.locator(".notifications-toasts .notification-list-item");
  }

  /** The rows of an open quick pick. */
  get choices(): Locator {
    return this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row");
  }

  /** The Markdown preview that shows an answer's page. */
  get preview() {
    return this.page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame").locator("body");
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
  }

  /** What code-server printed, for a test that failed. */
  get said(): string {
    return this.output();
  }

  async stop(keepHome = false): Promise<void> {
    await this.browser.close();
    this.process.kill("SIGTERM");
    await new Promise((resolve) => this.process.once("exit", resolve));
    if (!keepHome) await rm(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 });
  }
}

export async function until(
  there: () => boolean | Promise<boolean>,
  ms: number,
  said = () => "",
  everyMs = 50,
): Promise<void> {
  const end = Date.now() + ms;
  while (!(await there())) {
    if (Date.now() > end) throw new Error(`not there after ${ms} ms. ${said()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/**
 * Does what a person does who gets no reaction: looks for a while, and does it again. So `step` must be one that may be
 * done twice. A step that fails (what it clicks has moved away) counts as one without a reaction.
 */
export async function achieve(
  step: () => Promise<unknown>,
  there: () => Promise<boolean>,
  what: string,
  ms = SEEN_MS_MAX,
): Promise<void> {
  let failure = "";
  for (let tried = 0; tried < TRIES_MAX; tried += 1) {
    await step().catch((error: unknown) => (failure = String(error)));
    const come = await until(there, ms).then(
      () => true,
      (error: unknown) => {
        failure ||= String(error);
        return false;
      },
    );
    if (come) return;
  }
  throw new Error(`not there after ${TRIES_MAX} tries: ${what}. ${failure}`);
}

/** Whether this is seen within so many milliseconds. */
function seen(what: Locator, ms: number): Promise<boolean> {
  return what.waitFor({ timeout: ms }).then(
    () => true,
    () => false,
  );
}

function addressOf(port: number, { folder, file }: Options): string {
  const address = new URL(`http://127.0.0.1:${port}/`);
  address.searchParams.set("folder", folder);
  const opened = [["openFile", `vscode-remote://127.0.0.1:${port}${folder}/${file}`]];
  if (file) address.searchParams.set("payload", JSON.stringify(opened));
  return address.href;
}

function entry(): string {
  return path.join(EDITOR, "node_modules", "code-server", "out", "node", "entry.js");
}

function install(extensions: string, user: string, others: string[], own: boolean): void {
  mkdirSync(extensions, { recursive: true });
  if (own) installOwn(extensions, user);
  installOthers(extensions, others);
}

function installOwn(extensions: string, user: string): void {
  const args = [entry(), "--install-extension", VSIX, "--extensions-dir", extensions, "--user-data-dir", user];
  const installed = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (installed.status !== 0) throw new Error(`the extension does not install: ${installed.stdout}${installed.stderr}`);
}

function installOthers(extensions: string, others: string[]): void {
  // code-server knows an installed extension by this list; a folder that is not in it is not loaded.
  const list = path.join(extensions, "extensions.json");
  const known = existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as object[]) : [];
  for (const name of others) {
    const manifest = JSON.parse(readFileSync(path.join(HERE, name, "package.json"), "utf8")) as Record<string, string>;
    const id = `${manifest.publisher}.${manifest.name}`;
    const folder = path.join(extensions, `${id}-${manifest.version}`);
    cpSync(path.join(HERE, name), folder, { recursive: true });
    const location = { $mid: 1, path: folder, scheme: "file" };
    const entry = { identifier: { id }, version: manifest.version, location, relativeLocation: path.basename(folder) };
    known.push({ ...entry, metadata: {} });
  }
  writeFileSync(list, JSON.stringify(known));
}

function writeSettings(user: string, settings: Record<string, unknown>): void {
  const quiet = {
    "workbench.startupEditor": "none",
    "workbench.enableExperiments": false,
    "extensions.autoUpdate": false,
    "security.workspace.trust.startupPrompt": "always",
    "editor.minimap.enabled": false,
    "editor.hover.delay": 100,
    "git.openRepositoryInParentFolders": "never",
    "terminal.integrated.shellIntegration.enabled": false,
    // Lines of the terminal are then text in the page, which a test can wait for.
    "terminal.integrated.gpuAcceleration": "off",
  };
  // Machine settings: a remote editor reads those of the machine scope there.
  for (const folder of ["User", "Machine"]) {
    mkdirSync(path.join(user, folder), { recursive: true });
    writeFileSync(path.join(user, folder, "settings.json"), JSON.stringify({ ...quiet, ...settings }, null, 2));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
