"""Declaration files of npm packages: what calls of an installed package return, throw and make."""

from __future__ import annotations

from analyzers.inference.analysis import Analysis
from analyzers.records import Record
from tests.fixture import fixture
from tests.inference.world import read_library

PACKAGES = """
//- /node_modules/makes-errors/package.json
{ "name": "makes-errors", "main": "index.js", "types": "types/index.d.ts" }
//- /node_modules/makes-errors/types/index.d.ts
declare function make(code: string): make.PackageErrorConstructor;
declare namespace make {
  export interface PackageError extends Error { code: string }
  export interface PackageErrorConstructor {
    new (...args: any[]): PackageError;
    (...args: any[]): PackageError;
  }
}
export = make;
//- /node_modules/@scope/tree/package.json
{ "name": "@scope/tree", "exports": { ".": { "types": "./lib/index.d.ts", "default": "./lib/index.js" } } }
//- /node_modules/@scope/tree/lib/index.d.ts
export * from './nodes';
export declare class Tree { find(name: string): Leaf | undefined; root(): Leaf; each(f: (leaf: Leaf) => void): void }
import { Leaf } from './nodes';
export declare function parse(text: string): Tree;
//- /node_modules/@scope/tree/lib/nodes.d.ts
export interface Leaf { name: string; parent?: Leaf; text(): string }
//- /node_modules/@types/plain/package.json
{ "name": "@types/plain", "types": "index.d.ts" }
//- /node_modules/@types/plain/index.d.ts
declare const plain: { size(x: any): number };
export default plain;
export function first(x: any): string | null;
//- /node_modules/plain/package.json
{ "name": "plain", "main": "index.js" }
//- /node_modules/broken/package.json
{ "types": [}
//- /main.ts
import { parse, Tree } from '@scope/tree';
import make from 'makes-errors';
import { first } from 'plain';
import { nothing } from 'broken';
const Gone = make('GONE');
export function fail() { throw new Gone('x'); }
export function found(t: string) { return parse(t).find('x'); }
export function root(t: string) { return new Tree().root(); }
export function text(t: string) { return parse(t).root().text(); }
export function maybe(t: string) { return first(t); }
export function unknown(t: string) { return nothing(t); }
//- /common.js
const make = require('makes-errors');
const codes = { GONE: make('GONE') };
exports.fail = function fail() { throw new codes.GONE(); };
"""


def records() -> dict[str, Record]:
    files = fixture(PACKAGES).files

    def read(module: str) -> tuple[str, bytes] | None:
        if module.startswith("node_modules/"):
            return (module, files[module]) if module in files else None
        return read_library(module)

    analysis = Analysis(read)
    own = [path for path in files if not path.startswith("node_modules/")]
    analysis.begin(own, {})
    for path in own:
        analysis.update(path, files[path])
    assert analysis.run(lambda: False)
    return {f"{path}:{record.name}": record for path in analysis.settled() for record in analysis.records(path)}


def test_installed_packages_are_known_by_their_declarations() -> None:
    found = records()
    assert [each.type.rpartition(".")[2] for each in found["main.ts:fail"].raises] == ["PackageError"]
    assert [each.type.rpartition(".")[2] for each in found["common.js:fail"].raises] == ["PackageError"]
    verdicts = {name: found[f"main.ts:{name}"].returns_none for name in ("found", "root", "text", "maybe", "unknown")}
    assert verdicts == {
        "found": "sometimes",
        "root": "never",
        "text": "never",
        "maybe": "sometimes",
        "unknown": "unknown",
    }
    assert [way.text for way in found["main.ts:text"].returns] == ["`string`"]
