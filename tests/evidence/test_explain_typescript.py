"""From the output of JavaScript's runners to ranked suspects, in a mixed repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.explain import Explanation, explain
from tests.fixture import fixture

SHOP = """
//- /src/cart.ts
import { lookup } from "./prices"

export class Cart {
  private items: string[] = []
  add(name: string) { this.items.push(name) }
  total(): number {
    let sum = 0
    for (const name of this.items) {
      sum += lookup(name)
    }
    return sum
  }
}
export const describeCart = (cart: Cart) => `cart of ${cart.total()}`
//- /src/prices.ts
const PRICES = new Map([["tea", { amount: 3 }]])

export function lookup(name: string) {
  const price = find(name)
  return price.amount
}

function find(name: string) {
  // The shop has no coffee.
  if (PRICES.has(name)) return PRICES.get(name)
}

export function unused(name: string) { return name }
//- /tests/cart.test.ts
import { Cart, describeCart } from "../src/cart"
describe("Cart", () => {
  it("adds v1.5 of tea", () => {
    const cart = new Cart()
    cart.add("tea")
    expect(cart.total()).toBe(3)
  })
  it.each(["coffee"])("describes %s", (name) => {
    expect(describeCart(new Cart())).toBe("basket of 0")
  })
})
//- /tools/report.py
def lookup(name):
    return name
"""

STACK = """
TypeError: Cannot read properties of undefined (reading 'amount')
    at lookup (file:///builds/7/src/prices.ts:5:16)
    at Cart.total (/builds/7/src/cart.ts:9:14)
    at Object.<anonymous> (/builds/7/tests/cart.test.ts:6:17)
"""

MOCHA = """
  1) Cart
       describes coffee:
     AssertionError: expected 'cart of 0' to equal 'basket of 0'
      at Context.<anonymous> (tests/cart.test.ts:9:39)
"""

JEST_JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="1">
  <testsuite name="Cart" errors="0" failures="1">
    <testcase classname="Cart adds v1.5 of tea" name="Cart adds v1.5 of tea" time="0.01">
      <failure>TypeError: Cannot read properties of undefined (reading &apos;amount&apos;)
    at lookup (/builds/7/src/prices.ts:5:16)
    at Object.&lt;anonymous&gt; (/builds/7/tests/cart.test.ts:6:17)</failure>
    </testcase>
  </testsuite>
</testsuites>"""

VITEST_JUNIT = """<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests">
  <testsuite name="tests/cart.test.ts" tests="2" failures="1">
    <testcase classname="tests/cart.test.ts" name="Cart &gt; adds v1.5 of tea" time="0.01"/>
    <testcase classname="tests/cart.test.ts" name="Cart &gt; describes coffee" time="0.01">
      <failure message="expected" type="AssertionError">AssertionError: expected &apos;cart of 0&apos;
 ❯ tests/cart.test.ts:9:39</failure>
    </testcase>
  </testsuite>
</testsuites>"""

MOCHA_JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Mocha Tests">
  <testsuite name="Cart" file="/builds/7/tests/cart.test.ts" failures="1">
    <testcase name="Cart describes coffee" classname="describes coffee">
      <failure message="expected" type="AssertionError"><![CDATA[AssertionError: expected 'cart of 0'
    at Context.<anonymous> (tests/cart.test.ts:9:39)]]></failure>
    </testcase>
  </testsuite>
</testsuites>"""

NODE_JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testsuite name="Cart" tests="1" failures="1">
    <testcase name="describes coffee" classname="test" failure="expected">
      <failure type="testCodeFailure" message="expected">
[Error [ERR_TEST_FAILURE]: expected] { cause: AssertionError [ERR_ASSERTION]: expected
      at TestContext.&lt;anonymous&gt; (file:///builds/7/tests/cart.test.ts:9:39)
}</failure>
    </testcase>
  </testsuite>
</testsuites>"""


def explained(tmp_path: Path, text: str) -> Explanation:
    fixture(SHOP).write(tmp_path)
    return explain(tmp_path, text)


@pytest.mark.parametrize("text", [STACK, JEST_JUNIT], ids=["stack", "jest-junit"])
def test_where_undefined_came_from_is_the_first_suspect(tmp_path: Path, text: str) -> None:
    found = explained(tmp_path, text)
    assert {(each.path, each.name) for each in found.suspects[:3]} > {
        ("src/prices.ts", "find"),
        ("src/prices.ts", "lookup"),
    }
    reasons = [reason.text for each in found.suspects[:3] for reason in each.reasons]
    assert "`price` is undefined there: this returned it, as it can" in reasons


@pytest.mark.parametrize(
    "text", [MOCHA, VITEST_JUNIT, MOCHA_JUNIT, NODE_JUNIT], ids=["mocha", "vitest", "mocha xml", "node xml"]
)
def test_a_failing_test_is_found_by_its_title(tmp_path: Path, text: str) -> None:
    found = explained(tmp_path, text)
    names = [(each.path, each.name) for each in found.suspects]
    assert names[0] == ("src/cart.ts", "describeCart")
    assert ("tools/report.py", "lookup") not in names
    assert not any("source of" in each for each in found.not_known)
