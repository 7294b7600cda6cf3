"""JavaScript's failures as every runner and engine prints them."""

from __future__ import annotations

import pytest

from analyzers.evidence.report import read_report

Read = list[tuple[str, str, str, str, list[tuple[str, int, str]]]]


def read(text: str) -> Read:
    return [
        (
            each.test,
            each.path,
            error.type,
            error.message.split("\n")[0],
            [(f.path, f.line, f.function) for f in error.frames],
        )
        for each in read_report(text).failures
        for error in each.errors
    ]


LOOKUP = ("src/prices.ts", 5, "lookup")
UNDEFINED = "Cannot read properties of undefined (reading 'amount')"

CASES: dict[str, tuple[str, Read]] = {
    "Node, with an async frame, a file's URL and what is built in": (
        """
/app/src/prices.mjs:5
  return price.amount
               ^

TypeError: Cannot read properties of undefined (reading 'amount')
    at lookup (file:///app/src/prices.mjs:5:16)
    at Array.map (<anonymous>)
    at new Cart (file:///app/src/cart.mjs:9:3)
    at async Cart.total [as sum] (file:///app/src/cart.mjs:11:5)
    at async file:///app/main.mjs:3:1
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)

Node.js v20.20.2
""",
        [
            (
                "",
                "",
                "TypeError",
                UNDEFINED,
                [
                    ("node:internal/process/task_queues", 95, "process.processTicksAndRejections"),
                    ("/app/main.mjs", 3, ""),
                    ("/app/src/cart.mjs", 11, "Cart.total"),
                    ("/app/src/cart.mjs", 9, "Cart"),
                    ("/app/src/prices.mjs", 5, "lookup"),
                ],
            )
        ],
    ),
    "a cause": (
        """
Error: no price
    at total (/app/cart.js:3:9) {
  [cause]: RangeError: tea
      at find (/app/prices.js:9:1)
}
""",
        [
            ("", "", "RangeError", "tea", [("/app/prices.js", 9, "find")]),
            ("", "", "Error", "no price", [("/app/cart.js", 3, "total")]),
        ],
    ),
    "Chromium, of a bundler": (
        """
Uncaught (in promise) TypeError: x is not a function
    at render (http://localhost:5173/src/prices.ts?t=170:5:2)
    at eval (webpack-internal:///./src/cart.ts:7:1)
""",
        [("", "", "TypeError", "x is not a function", [("src/cart.ts", 7, "eval"), ("src/prices.ts", 5, "render")])],
    ),
    "Firefox": (
        """
Uncaught TypeError: price is undefined
lookup@http://localhost:8080/src/prices.ts:5:16
@http://localhost:8080/src/main.ts:1:1
""",
        [("", "", "TypeError", "price is undefined", [("src/main.ts", 1, ""), LOOKUP])],
    ),
    "Windows": (
        """
TypeError: no
    at lookup (C:\\app\\src\\prices.ts:5:16)
    at file:///C:/app/main.mjs:2:1
""",
        [("", "", "TypeError", "no", [("C:/app/main.mjs", 2, ""), ("C:\\app\\src\\prices.ts", 5, "lookup")])],
    ),
    "Jest": (
        """
 FAIL  src/prices.test.ts
  Prices
    ✕ finds tea (2 ms)

  ● Prices › finds tea

    TypeError: Cannot read properties of undefined (reading 'amount')

      4 |   const price = find(name)
    > 5 |   return price.amount
        |                ^
      6 | }

      at lookup (src/prices.ts:5:16)
      at Object.<anonymous> (src/prices.test.ts:4:10)

Test Suites: 1 failed, 1 total
""",
        [
            (
                "Prices finds tea",
                "src/prices.test.ts",
                "TypeError",
                UNDEFINED,
                [("src/prices.test.ts", 4, ""), LOOKUP],
            )
        ],
    ),
    "Vitest": (
        """
 FAIL  src/prices.test.ts > Prices > finds tea
TypeError: Cannot read properties of undefined (reading 'amount')
 ❯ lookup src/prices.ts:5:16
      3|   const price = find(name)
 ❯ src/prices.test.ts:4:10
""",
        [
            (
                "Prices finds tea",
                "src/prices.test.ts",
                "TypeError",
                UNDEFINED,
                [("src/prices.test.ts", 4, ""), LOOKUP],
            )
        ],
    ),
    "Mocha": (
        """
  0 passing (4ms)
  1 failing

  1) Prices
       finds tea:
     TypeError: Cannot read properties of undefined (reading 'amount')
      at lookup (src/prices.ts:5:16)
      at Context.<anonymous> (test/prices.js:4:10)
      at processImmediate (node:internal/timers:483:21)
""",
        [
            (
                "Prices finds tea",
                "",
                "TypeError",
                UNDEFINED,
                [("node:internal/timers", 483, "processImmediate"), ("test/prices.js", 4, ""), LOOKUP],
            )
        ],
    ),
    "node:test": (
        """
✖ finds tea (1.2ms)
  TypeError [Error]: Cannot read properties of undefined (reading 'amount')
      at lookup (file:///app/src/prices.mjs:5:16)
      at TestContext.<anonymous> (file:///app/test/prices.test.mjs:4:10)
""",
        [
            (
                "finds tea",
                "",
                "TypeError",
                UNDEFINED,
                [("/app/test/prices.test.mjs", 4, ""), ("/app/src/prices.mjs", 5, "lookup")],
            )
        ],
    ),
    "TAP": (
        """
not ok 1 - finds tea
  ---
  error: "Cannot read properties of undefined"
  name: 'TypeError'
  stack: |-
    lookup (file:///app/src/prices.mjs:5:16)
    file:///app/test/prices.test.mjs:4:10
  ...
""",
        [
            (
                "finds tea",
                "",
                "",
                "---",
                [("/app/test/prices.test.mjs", 4, ""), ("/app/src/prices.mjs", 5, "lookup")],
            )
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_failure_is_read(case: str) -> None:
    text, expected = CASES[case]
    assert read(text) == expected


@pytest.mark.parametrize("text", ["", "all good\n", "at home (10:30)\n", "● \n", "1) one\n2) two:\n"])
def test_other_text_is_no_failure(text: str) -> None:
    assert read(text) == []
