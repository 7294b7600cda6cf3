// Where the server comes from, as a person meets it: the first start without any, the interpreter that was chosen, a
// workspace that is not trusted.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeShop } from "./shop";
import { PYTHON, until, Workbench } from "./workbench";

/** Sixty packages are installed, on a machine where everything may take ten times as long. */
const SET_UP_MS_MAX = 600_000;
const STARTS_MS_MAX = 150_000;
const SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin";

let folder: string;
let home: string;
let code: Workbench | undefined;

beforeEach(() => {
  folder = makeShop(mkdtempSync(path.join(tmpdir(), "shop-")));
  home = mkdtempSync(path.join(tmpdir(), "forethought-vscode-"));
});

afterEach(async ({ task }) => {
  if (task.result?.state === "fail") await code?.screenshot(`failed ${task.name}`);
  await code?.stop();
  code = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** What the server was started with, once it runs. */
async function startedHow(workbench: Workbench, msMax = STARTS_MS_MAX): Promise<string> {
  let how = "";
  const ask = `const { server } = vscode.extensions.getExtension("forethought.forethought").exports;
    return [server.running, server.how];`;
  await until(
    async () => {
      const [running, said] = await workbench.probe<[string, string]>(ask).catch((error: unknown) => ["", String(error)] as [string, string]);
      how = said;
      return running === "running";
    },
    msMax,
    () => `${how} ${workbench.said}`,
    200,
  );
  return how;
}

test("without any server, one is set up in an environment of the extension's own", { timeout: SET_UP_MS_MAX + 180_000 }, async () => {
  const settings = { "forethought.server": "own", "forethought.interpreter": PYTHON };
  code = await Workbench.start({ folder, home, settings });
  await code.open("shop/db.py", 4, 5);
  const question = code.notifications.filter({ hasText: "into an environment of its own" });
  await question.waitFor();
  await code.screenshot("set-up");
  await question.locator(".monaco-button", { hasText: "Set Up" }).click();
  await code.notifications.filter({ hasText: "creating an environment" }).or(code.notifications.filter({ hasText: "installing" })).first().waitFor();
  expect(await startedHow(code, SET_UP_MS_MAX)).toContain("the extension's own environment");
  await code.notifications.filter({ hasText: "Forethought is set up" }).waitFor();
  await code.hoverOver("def find_user", "find_user");
});

test("the interpreter that was chosen is used, and a change of it is followed", async () => {
  const never = path.join(home, "never");
  const environment = { FORETHOUGHT_PROBE_CHOSEN: PYTHON, FORETHOUGHT_PROBE_NEVER: never, PATH: SYSTEM_PATH };
  code = await Workbench.start({ folder, home, settings: {}, environment, extensions: ["python-extension"] });
  await code.open("shop/db.py", 4, 5);
  expect(await startedHow(code)).toMatch(/\(from the chosen interpreter, which has forethought \d/);
  const other = path.join(home, "other");
  mkdirSync(other);
  writeFileSync(path.join(other, "python"), `#!/bin/sh\nexec ${PYTHON} "$@"\n`, { mode: 0o755 });
  await code.probe(`vscode.extensions.getExtension("ms-python.python").exports.choose("${other}/python")`);
  await until(async () => (await startedHow(code!)).startsWith(other), STARTS_MS_MAX);
  // The next window does not wait for the Python extension, which here never gets ready.
  writeFileSync(never, "");
  await code.reload();
  await code.open("shop/db.py", 4, 5);
  expect(await startedHow(code)).toMatch(/\(from the chosen interpreter, which has forethought \d/);
});

test("a workspace that is not trusted does not get its interpreter run", async () => {
  const ran = path.join(home, "it-ran");
  const hostile = path.join(folder, ".venv", "bin", "python");
  mkdirSync(path.dirname(hostile), { recursive: true });
  writeFileSync(hostile, `#!/bin/sh\ntouch ${ran}\nexec ${PYTHON} "$@"\n`, { mode: 0o755 });
  const environment = { FORETHOUGHT_PROBE_CHOSEN: hostile };
  const settings = { "forethought.interpreter": PYTHON };
  code = await Workbench.start({ folder, home, settings, environment, extensions: ["python-extension"], asksForTrust: true });
  await code.page.locator(".monaco-dialog-box .monaco-button", { hasText: "No, I don't trust" }).click();
  await code.open("shop/db.py");
  // The interpreter has the server, and would have been used: instead another way is offered.
  await code.notifications.filter({ hasText: "into an environment of its own" }).waitFor();
  await code.screenshot("restricted");
  expect(existsSync(ran)).toBe(false);
});

test("a command that is not there is said, with a way to the settings", async () => {
  code = await Workbench.start({ folder, home, settings: { "forethought.path": "/no/such/forethought" } });
  await code.open("shop/db.py");
  const failure = code.notifications.filter({ hasText: "there is no such program" });
  await failure.waitFor();
  await code.screenshot("not-there");
  await failure.locator(".monaco-button", { hasText: "Settings" }).click();
  await code.page.locator(".settings-editor").waitFor();
});

test("a server that ends at once says why, once", async () => {
  const broken = path.join(home, "forethought");
  writeFileSync(broken, "#!/bin/sh\necho 'ModuleNotFoundError: No module named msgspec' >&2\nexit 1\n", { mode: 0o755 });
  code = await Workbench.start({ folder, home, settings: { "forethought.path": broken } });
  await code.open("shop/db.py");
  await code.notifications.filter({ hasText: "No module named msgspec" }).waitFor();
  expect(await code.notifications.count()).toBe(1);
  await code.screenshot("broken");
});
