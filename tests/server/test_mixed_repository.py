"""Python, TypeScript and JavaScript in one repository: one index, one hover, one outline."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.server.client import Editor
from tests.server.support import hover_until, isolated, repository, spot

SHOP = """
//- /server/prices.py
def lookup(name):
    return {"tea": 3}[name]
//- /package.json
{ "name": "shop", "workspaces": ["packages/*"] }
//- /packages/core/package.json
{ "name": "@shop/core", "main": "dist/index.js", "exports": { ".": "./dist/index.js" } }
//- /packages/core/src/index.ts
export * from "./prices"
//- /packages/core/src/prices.ts
export class Missing extends Error {}

export function lookup(name: string): number | undefined {
  if (name === "") throw new Missing("no name")
  return new Map([["tea", 3]]).get(name)
}
//- /packages/web/tsconfig.json
{
  // Comments are allowed here.
  "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"] } },
}
//- /packages/web/src/total.js
const { lookup } = require("@shop/core")
exports.total = (names) => names.map((name) => lookup(name)).reduce((a, b) => a + b, 0)
//- /packages/web/src/page.tsx
import { total } from "@/total"
export const Page = ({ names }: { names: string[] }) => <p>{total(names)}</p>
//- /packages/web/src/page.test.tsx
import { lookup } from "@shop/core"
describe("prices", () => {
  it("knows tea", () => { expect(lookup("tea")).toBe(3) })
})
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = repository(tmp_path, SHOP)
    (root / "node_modules/left/index.js").parent.mkdir(parents=True)
    (root / "node_modules/left/index.js").write_text("exports.lookup = () => lookup()\n", encoding="utf-8")
    return root


def test_one_index_answers_for_all_languages(root: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=isolated(tmp_path)) as editor:
            prices, total = root / "packages/core/src/prices.ts", root / "packages/web/src/total.js"
            editor.open(prices)
            text = await hover_until(editor, prices, spot(prices, "lookup("), lambda text: "total" in text)
            assert "Who calls it?" in text
            assert "prices.py" not in text

            outline = await editor.request("textDocument/documentSymbol", {"textDocument": {"uri": prices.as_uri()}})
            assert [each["name"] for each in outline] == ["Missing", "lookup"]

            (item,) = await editor.at("textDocument/prepareCallHierarchy", prices, *spot(prices, "lookup("))
            incoming = await editor.request("callHierarchy/incomingCalls", {"item": item})
            names = {each["from"]["name"] for each in incoming}
            assert "total" in names
            assert "node_modules" not in str(incoming)

            editor.open(total)
            line, character = spot(total, "lookup(name)")
            (used,) = await editor.at("textDocument/prepareCallHierarchy", total, line, character)
            assert used["uri"] == prices.as_uri()

    asyncio.run(scenario())


def test_one_menu_for_all_languages_each_in_its_own_words(root: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with Editor(root, environment=isolated(tmp_path)) as editor:
            prices, python = root / "packages/core/src/prices.ts", root / "server/prices.py"
            editor.open(prices)
            editor.open(python)
            await hover_until(editor, prices, spot(prices, "lookup("), lambda text: "total" in text)

            async def menu(path: Path) -> dict[str, str]:
                found = await editor.at("forethought/questions", path, *spot(path, "lookup("))
                return {each["kind"]: each["question"] for group in found["groups"] for each in group["questions"]}

            typescript, own = await menu(prices), await menu(python)
            assert {"callers", "raises", "why_none", "wrong"} <= typescript.keys()
            assert typescript["raises"] == "What can it throw, and from where?"
            assert own["raises"] == "What can it raise, and from where?"

    asyncio.run(scenario())
