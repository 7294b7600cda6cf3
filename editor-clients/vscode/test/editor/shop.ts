// The repository that the tests open: small, with one bug that a person would meet in the debugger.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";

export const DB = `ROWS = {"ada": {"email": "ada@example.org"}}


def find_user(name, rows):
    """The row of this user."""
    if name not in rows:
        return None
    return rows[name]


def load(path):
    if not path:
        raise FileNotFoundError("no path")
    return open(path).read()
`;

export const ORDERS = `from shop.db import ROWS, find_user


def greet(name):
    user = find_user(name, ROWS)
    return "Dear " + user["email"]


def greet_all(names):
    return [greet(name) for name in names]
`;

const FILES: Record<string, string> = {
  "shop/__init__.py": "",
  "shop/db.py": DB,
  "shop/orders.py": ORDERS,
  "tests/test_orders.py": `from shop.orders import greet


def test_greet_stranger():
    assert greet("bob") == "Dear stranger"
`,
  "main.py": `from shop.orders import greet_all

print(greet_all(["ada", "bob"]))
`,
  "stops/comprehension.py": `def price_of(name):
    if name == "pear":
        return None
    return {"cents": 100}


prices = [price_of(name) for name in ["fig", "pear"]]
print([price["cents"] for price in prices])
`,
  "stops/function.py": `def price_of(name):
    return {"cents": 100} if name == "fig" else None


print(max([price_of("fig"), price_of("pear")], key=lambda price: price["cents"]))
`,
  "stops/field.py": `class Cart:
    def __init__(self):
        self.owner = None

    def greet(self):
        return "Dear " + self.owner["name"]


Cart().greet()
`,
  ".vscode/launch.json": JSON.stringify({
    version: "0.2.0",
    configurations: [
      {
        name: "main",
        type: "debugpy",
        request: "launch",
        program: "${workspaceFolder}/main.py",
        console: "internalConsole",
        cwd: "${workspaceFolder}",
        env: { PYTHONPATH: "${workspaceFolder}" },
      },
    ],
  }),
  "pyproject.toml": `[project]
name = "shop"
version = "1.0"
`,
};

export const TRACEBACK = `Traceback (most recent call last):
  File "main.py", line 3, in <module>
    print(greet_all(["ada", "bob"]))
  File "shop/orders.py", line 10, in greet_all
    return [greet(name) for name in names]
  File "shop/orders.py", line 6, in greet
    return "Dear " + user["email"]
TypeError: 'NoneType' object is not subscriptable
`;

/** Writes the repository into a folder and commits it. */
export function makeShop(folder: string): string {
  for (const [name, text] of Object.entries(FILES)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  writeFileSync(path.join(folder, "failure.txt"), TRACEBACK);
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  execFileSync("git", ["init", "-q"], { cwd: folder });
  execFileSync("git", ["add", "-A"], { cwd: folder });
  execFileSync("git", [...who, "commit", "-q", "-m", "Greet customers by mail"], { cwd: folder });
  return folder;
}
