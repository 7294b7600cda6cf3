"""Which file an import means: as data, one workspace and many imports."""

from __future__ import annotations

import pytest

from analyzers.languages.typescript.modules import Modules, follows, parse_json

PATHS = [
    "src/index.ts",
    "src/util.ts",
    "src/util.d.ts",
    "src/util/index.ts",
    "src/view.tsx",
    "src/data.mts",
    "src/old.js",
    "src/both.js",
    "src/both.ts",
    "src/deep/one.ts",
    "src/styles.css.ts",
    "lib/types.d.ts",
    "packages/core/src/index.ts",
    "packages/core/src/math/add.ts",
    "packages/core/src/internal/secret.ts",
    "packages/core/test/x.ts",
    "packages/plain/lib/main.js",
    "packages/plain/extra.js",
    "packages/scoped/source/index.mts",
    "apps/web/src/app.ts",
    "apps/web/src/components/button.tsx",
    "apps/web/pages/home.tsx",
]

TEXTS = {
    "tsconfig.base.json": '{ "compilerOptions": { "baseUrl": ".", "paths": { "#lib/*": ["lib/*"] } } }',
    "tsconfig.json": '{ "extends": "./tsconfig.base", /* as in */ "compilerOptions": {}, }',
    "apps/web/tsconfig.json": """{
      "extends": "../../config/strict.json",
      "compilerOptions": { "paths": { "@/*": ["./src/*", "./pages/*"], "@button": ["./src/components/button"] } }
    }""",
    "config/strict.json": '{ "compilerOptions": { "baseUrl": "../src" } }',
    "packages/core/package.json": """{
      "name": "@shop/core",
      "imports": { "#secret": "./src/internal/secret.ts" },
      "exports": {
        ".": { "types": "./dist/index.d.ts", "import": "./dist/index.mjs", "require": "./dist/index.cjs" },
        "./math/*": "./dist/math/*.js"
      }
    }""",
    "packages/plain/package.json": '{ "name": "plain", "main": "lib/main" }',
    "packages/scoped/package.json": '{ "name": "@shop/scoped", "source": "source/index.mts", "main": "out/index.js" }',
    "apps/web/package.json": '{ "name": "web" }',
}

CASES = [
    ("src/index.ts", "./util", "src/util.ts"),
    ("src/index.ts", "./util.js", "src/util.ts"),
    ("src/index.ts", "./util/index", "src/util/index.ts"),
    ("src/deep/one.ts", "..", "src/index.ts"),
    ("src/deep/one.ts", "../", "src/index.ts"),
    ("src/deep/one.ts", "../view", "src/view.tsx"),
    ("src/index.ts", "./data.mjs", "src/data.mts"),
    ("src/index.ts", "./old", "src/old.js"),
    ("src/index.ts", "./both", "src/both.ts"),
    ("src/index.ts", "./both.js", "src/both.js"),
    ("src/index.ts", "./styles.css", "src/styles.css.ts"),
    ("src/index.ts", "../lib/types", "lib/types.d.ts"),
    ("src/index.ts", "#lib/types", "lib/types.d.ts"),
    ("src/index.ts", "src/view", "src/view.tsx"),
    ("src/index.ts", "./absent", None),
    ("src/index.ts", "../../outside", None),
    ("src/index.ts", "react", None),
    ("src/index.ts", "node:fs", None),
    ("src/index.ts", "./view?raw", "src/view.tsx"),
    ("src/index.ts", "", "src/index.ts"),
    ("src/index.ts", "@shop/core", "packages/core/src/index.ts"),
    ("src/index.ts", "@shop/core/math/add", "packages/core/src/math/add.ts"),
    ("src/index.ts", "@shop/core/internal/secret", "packages/core/src/internal/secret.ts"),
    ("packages/core/src/index.ts", "#secret", "packages/core/src/internal/secret.ts"),
    ("src/index.ts", "plain", "packages/plain/lib/main.js"),
    ("src/index.ts", "plain/extra", "packages/plain/extra.js"),
    ("packages/plain/test/x.js", "..", "packages/plain/lib/main.js"),
    ("packages/plain/test/x.js", "../", "packages/plain/lib/main.js"),
    ("packages/plain/test/deep/x.js", "../..", "packages/plain/lib/main.js"),
    ("src/index.ts", "../packages/core", "packages/core/src/index.ts"),
    ("src/index.ts", "@shop/scoped", "packages/scoped/source/index.mts"),
    ("apps/web/src/app.ts", "@/components/button", "apps/web/src/components/button.tsx"),
    ("apps/web/src/app.ts", "@/home", "apps/web/pages/home.tsx"),
    ("apps/web/src/app.ts", "@button", "apps/web/src/components/button.tsx"),
    ("apps/web/src/app.ts", "view", "src/view.tsx"),
    ("apps/web/src/app.ts", "~/components/button", "apps/web/src/components/button.tsx"),
]


@pytest.mark.parametrize(("importer", "module", "expected"), CASES)
def test_an_import_means_this_file(importer: str, module: str, expected: str | None) -> None:
    assert Modules(PATHS, TEXTS).resolve(module, importer) == expected


def test_configurations_lead_to_others() -> None:
    text = '{ "extends": ["./a", "pkg/b.json"], "references": [{ "path": "../core" }] }'
    assert follows("apps/web/tsconfig.json", text) == ("apps/web/a.json", "apps/core/tsconfig.json")
    assert follows("package.json", text) == ()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": ' * 5000, "null", '{"compilerOptions": 3, "paths": []}'])
def test_broken_configuration_says_nothing(text: str) -> None:
    found = Modules(["a.ts", "b.ts"], {"tsconfig.json": text, "package.json": text})
    assert found.resolve("./b", "a.ts") == "b.ts"
    assert isinstance(parse_json(text), dict)


def test_configurations_that_extend_themselves_end() -> None:
    texts = {"tsconfig.json": '{"extends": "./tsconfig.json", "compilerOptions": {"baseUrl": "."}}'}
    assert Modules(["a.ts"], texts).resolve("a", "a.ts") == "a.ts"
