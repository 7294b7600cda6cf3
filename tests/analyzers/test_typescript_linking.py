"""TypeScript and JavaScript, linked by name: whatever way a name comes into a file, its callers are found."""

from __future__ import annotations

import pytest

from analyzers import graph
from analyzers.records import Record
from tests.fixture import fixture
from tests.workspace import Workspace


def record(text: str, name: str, path: str = "shop.ts") -> Record:
    found = graph.linked_record(path, name, Workspace(fixture(text).files))
    assert found is not None
    return found


def callers(text: str, name: str, path: str = "shop.ts") -> set[tuple[str, str, str]]:
    return {(edge.place.path, edge.place.symbol, edge.confidence) for edge in record(text, name, path).callers}


SHOP = """
//- /shop.ts
export function open() {}
export class Shop {
  constructor(private till: Till) {}
  sell(item: string) { this.till.add(item) }
}
export class Till { add(item: string) {} }
"""

IMPORTS = {
    "a named import": ("app.ts", 'import { open } from "./shop"\nfunction go() { open() }'),
    "a renamed import": ("app.ts", 'import { open as o } from "./shop"\nfunction go() { o() }'),
    "a namespace": ("app.ts", 'import * as shop from "./shop"\nfunction go() { shop.open() }'),
    "the ending of what is built from it": ("app.ts", 'import { open } from "./shop.js"\nfunction go() { open() }'),
    "a type beside it": ("app.tsx", 'import { type Till, open } from "./shop"\nconst go = () => { open() }'),
    "CommonJS": ("app.js", 'const shop = require("./shop")\nfunction go() { shop.open() }'),
    "CommonJS, taken apart": ("app.js", 'const { open: o } = require("./shop")\nfunction go() { o() }'),
    "CommonJS, one name of it": ("app.cjs", 'const open = require("./shop").open\nconst go = function () { open() }'),
    "an import in a function": ("app.js", 'async function go() { const { open } = await import("./shop"); open() }'),
    "TypeScript's own import": ("app.ts", 'import shop = require("./shop")\nfunction go() { shop.open() }'),
    "optional chaining": ("app.ts", 'import * as shop from "./shop"\nfunction go() { shop?.open?.() }'),
    "call and apply": ("app.js", 'const { open } = require("./shop")\nfunction go() { open.call(null) }'),
}


@pytest.mark.parametrize("case", IMPORTS)
def test_an_import_is_followed(case: str) -> None:
    path, source = IMPORTS[case]
    assert callers(f"{SHOP}//- /{path}\n{source}\n", "open") == {(path, "go", "certain")}


DEFAULTS = {
    "a function with a name": "export default function open() {}",
    "by name": "function open() {}\nexport default open",
    "by name, in a list": "function open() {}\nexport { open as default }",
    "an arrow": "const open = () => {}\nexport default open",
    "CommonJS": "function open() {}\nmodule.exports = open",
    "CommonJS, in one": "module.exports = function open() {}",
    "CommonJS, through a variable": "const open = (module.exports = function () {})".replace("(m", "m").replace(
        "})", "}"
    ),
}


@pytest.mark.parametrize("case", DEFAULTS)
@pytest.mark.parametrize("imported", ['import o from "./shop"', 'const o = require("./shop")'])
def test_a_default_export_is_found_under_any_name(case: str, imported: str) -> None:
    text = f"//- /shop.ts\n{DEFAULTS[case]}\n//- /app.ts\n{imported}\nfunction go() {{ o() }}\n"
    assert {each[:2] for each in callers(text, "open")} == {("app.ts", "go")}


def test_a_default_export_without_a_name() -> None:
    text = """
//- /lib/index.js
module.exports = () => 1
//- /app.js
const it = require('./lib')
function go() { it() }
"""
    assert callers(text, "default", "lib/index.js") == {("app.js", "go", "certain")}


def test_a_barrel_passes_names_on() -> None:
    text = f"""{SHOP}
//- /all.ts
export * from "./shop"
export {{ open as unlock }} from "./shop"
export * as shops from "./shop"
//- /a.ts
import {{ open }} from "./all"
function a() {{ open() }}
//- /b.ts
import {{ unlock }} from "./all"
function b() {{ unlock() }}
//- /c.ts
import {{ shops }} from "./all"
function c() {{ shops.open() }}
"""
    assert {each[1] for each in callers(text, "open")} == {"a", "b", "c"}


def test_a_member_of_what_commonjs_exports() -> None:
    text = """
//- /shop.js
function open() {}
module.exports = { open, unlock: open, close() { this.open() } }
//- /app.js
const shop = require("./shop")
function go() { shop.open(); shop.close() }
"""
    assert ("app.js", "go", "certain") in callers(text, "default.close", "shop.js")
    assert ("app.js", "go") in {each[:2] for each in callers(text, "open", "shop.js")}


def test_methods_by_the_type_of_their_object() -> None:
    text = f"""{SHOP}
//- /app.ts
import {{ Shop, Till }} from "./shop"
const made = new Till()
function a(shop: Shop) {{ shop.sell("x") }}
async function b(shop: Promise<Shop | undefined>) {{ (await shop)!.sell("x") }}
function c() {{ const till = new Till(); till.add("x") }}
function d() {{ made.add("x") }}
function e() {{ new Shop(made).sell("x") }}
"""
    assert {each[1] for each in callers(text, "Shop.sell")} == {"a", "b", "e"}
    assert {each[1] for each in callers(text, "Till.add")} == {"c", "d", "Shop.sell"}
    assert {each[1] for each in callers(text, "Shop.constructor")} == {"e"}


def test_prototypes_objects_and_functions_that_make_objects() -> None:
    text = """
//- /shop.js
function Shop() { this.close = function () { this.open() } }
Shop.prototype.open = function () {}
Shop.make = function () { return new Shop() }
const api = { run() { this.stop() }, stop: () => {}, inner: { deep() {} } }
function go() { const shop = new Shop(); shop.open(); shop.close(); api.run(); api.inner.deep(); Shop.make() }
"""
    assert {each[1] for each in callers(text, "Shop.open", "shop.js")} == {"Shop.close", "go"}
    for name, who in {
        "Shop.close": "go",
        "Shop.make": "go",
        "api.run": "go",
        "api.stop": "api.run",
        "api.inner.deep": "go",
    }.items():
        assert {each[1] for each in callers(text, name, "shop.js")} == {who}, name
    assert {each[1] for each in callers(text, "Shop", "shop.js")} == {"Shop.make", "go"}


def test_overriding_and_interfaces() -> None:
    text = """
//- /shop.ts
export interface Store { open(): void }
export class Base implements Store { open() {} }
export class Shop extends Base { open() { super.open() } }
function go(store: Store) { store.open() }
"""
    assert callers(text, "Base.open") == {("shop.ts", "Shop.open", "certain"), ("shop.ts", "go", "likely")}
    assert callers(text, "Store.open") == {("shop.ts", "go", "certain")}
    assert [each.name for each in record(text, "Base.open").overridden_by] == ["Shop.open"]


def test_components_are_called_where_they_are_rendered() -> None:
    text = """
//- /button.tsx
export const Button = ({ label }: Props) => <button>{label}</button>
//- /page.tsx
import { Button } from "./button"
import { lazy } from "react"
const Late = lazy(() => import("./late"))
export function Page() { return <div><Button label="a" /><Late /></div> }
//- /late.tsx
export default function Later() { return null }
"""
    assert callers(text, "Button", "button.tsx") == {("page.tsx", "Page", "certain")}
    assert callers(text, "Later", "late.tsx") == {("page.tsx", "Page", "certain")}


def test_tests_are_found_by_their_titles() -> None:
    text = f"""{SHOP}
//- /shop.test.ts
import {{ open }} from "./shop"
describe("Shop", () => {{
  it("opens v1.0", () => {{ open() }})
  test.each([1])("opens %s", async () => {{ await open() }})
}})
"""
    found = record(text, "open").tests
    assert [each.name for each in found] == ["describe Shop.it opens v1·0", "describe Shop.test opens %s"]


def test_what_is_thrown_and_what_is_caught() -> None:
    text = """
//- /shop.ts
class Closed extends Error {}
function open(key) {
  try { throw new TypeError("caught") } catch (error) { log(error) }
  try { throw new RangeError("again") } catch (error) { throw error }
  if (key) throw new Closed()
  return Promise.reject(new SyntaxError("no"))
}
"""
    assert {each.type for each in record(text, "open").raises} == {"RangeError", "Closed", "SyntaxError"}


def test_ways_to_give_nothing() -> None:
    text = """
//- /shop.ts
function find(key) { if (!key) return; if (key > 1) return undefined; for (const x of all) { if (x) return x } }
const make = () => ({ a: 1 })
function never() { while (true) { items.map((x) => { return }) } }
"""
    found = record(text, "find")
    assert found.returns_none == "sometimes"
    assert [way.text for way in found.none_ways][:2] == ["a bare `return`", "`return undefined`"]
    assert len(found.none_ways) == 3
    assert record(text, "make").returns_none == record(text, "never").returns_none == "unknown"
