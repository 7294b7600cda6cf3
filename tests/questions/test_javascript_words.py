"""Answers about JavaScript and TypeScript speak their language: no sentence says what only Python says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzers.questions import catalogue
from benchmarks.hover_review.deep import Deep
from tests.fixture import fixture

SHOP = """
//- /src/shop.ts
import { readFileSync } from 'node:fs';

export class EmptyCart extends Error {}

export interface Item { name: string; price?: number }

let last = null;

export class Cart {
  items: Item[] = [];
  owner: string | null = null;
  private index = new Map<string, Item>();

  add(item: Item) { this.items.push(item); this.index.set(item.name, item); last = item; }
  find(name: string) { return this.items.find((item) => item.name === name); }
  get(name: string) { return this.index.get(name); }
  first() { return this.items[0] ?? null; }
  whose() { return this.owner; }
  price(name: string) { return this.get(name)?.price; }
  either(x?: number) { if (x) return null; if (x === 0) return undefined; return 'some'; }
  total() { if (!this.items.length) { throw new EmptyCart(); } return this.items.reduce((sum, item) => sum + 1, 0); }
  names() { return this.items.map((item) => item.name); }
  isEmpty() { return this.items.length ? false : true; }
  latest() { return last; }
  assertFull(limit) { if (this.items.length < limit) { throw new RangeError('not full'); } return { limit }; }
}

export async function load(path: string) {
  const cart = new Cart();
  const text = readFileSync(path, 'utf8');
  for (const item of JSON.parse(text)) { cart.add(item); }
  if (!cart.items.length) throw new EmptyCart();
  return cart;
}

export function start(path: string) {
  load(path);
  setTimeout(() => { console.log(path); }, 10);
}

export function fetchAll(paths: string[]) { return Promise.all(paths.map((path) => load(path))); }

export function run(path: string, done) {
  fetchAll([path]).then((carts) => done(null, carts[0].total()), done);
}

export async function safe(path: string) {
  try { return (await load(path)).total(); } catch (error) { return undefined; }
}

export function maker(kind: boolean) { return kind ? Cart : () => new Cart(); }
export function* each(cart: Cart) { for (const item of cart.items) yield item.name; }
export function given(x) { return x; }
given(null);

//- /test/shop.test.ts
import { Cart, load, run, safe, start } from '../src/shop';
describe('Cart', () => {
  it('adds', () => { const cart = new Cart(); cart.add({ name: 'a' }); cart.total(); cart.find('a'); cart.either(1); });
  it('loads', async () => { await load('x'); await safe('x'); start('x'); run('x', (error, total) => total); });
});
"""

PYTHON = re.compile(
    r"\b(None|True|False|raises?|raised|dict|list|tuple|str|int|bool|float|exceptions?|coroutines?|self|def|pytest"
    r"|on import|AttributeError|KeyError|IndexError|ValueError|AssertionError|BaseException|__\w+__)\b"
)


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Deep:
    root: Path = tmp_path_factory.mktemp("shop")
    fixture(SHOP).write(root)
    return Deep(root)


def test_no_sentence_says_what_only_python_says(deep: Deep) -> None:
    kinds = set()
    for record in deep.records():
        for answer in catalogue.for_record(record, neighbours=deep):
            kinds.add(answer.kind)
            said = (answer.question, answer.conclusion, *(claim.text for claim in answer.claims), *answer.unknown)
            for text in said:
                assert PYTHON.search(text) is None, (record.name, answer.kind, text)
    assert len(kinds) > 20


@pytest.mark.parametrize(
    ("symbol", "kind", "expected"),
    [
        ("Cart.find", "why_none", "`this.items.find` can return undefined"),
        ("Cart.get", "why_none", "`this.index.get` can return undefined"),
        ("Cart.first", "why_none", "what it returns can be null"),
        ("Cart.whose", "why_none", "`this.owner` can be null"),
        ("Cart.price", "why_none", "can be undefined"),
        ("Cart.either", "why_none", "`return null`"),
        ("Cart.either", "returns", "`string`, `undefined` or `null`"),
        ("Cart.latest", "why_none", "`last` can be null"),
        ("given", "why_none", "the caller passed null for `x`"),
        ("Cart.names", "returns", "`Array`"),
        ("Cart.isEmpty", "returns", "`boolean`"),
        ("Cart.total", "returns", "`number`"),
        ("Cart.assertFull", "returns", "`Object`"),
        ("Cart.assertFull", "assumes", "throws `RangeError` when"),
        ("fetchAll", "returns", "`Promise`"),
        ("Cart.total", "raises", "`EmptyCart`: `throw new EmptyCart();`"),
        ("load", "raises", "rejects with `EmptyCart` when `!cart.items.length`"),
        ("fetchAll", "raises", "rejects with `EmptyCart` from `load`"),
        ("load", "catches", "`safe` catches `EmptyCart`"),
        ("start", "wrong", "`load` is not awaited, and nothing handles the promise that may be rejected"),
        ("each", "returns", "an iterator of"),
        ("Cart.owner", "why_none", "`null`"),
    ],
)
def test_words(deep: Deep, symbol: str, kind: str, expected: str) -> None:
    record = deep.record("src/shop.ts", symbol)
    assert record is not None
    answer = catalogue.one(kind, record, neighbours=deep)
    assert answer is not None
    said = [answer.conclusion, *(claim.text for claim in answer.claims)]
    assert any(expected in text for text in said), said
