"""What names mean by JavaScript's rules: built-in objects, errors, and which files and functions are tests.

Tests have no names of their own, so a call such as `it("adds", …)` is given one: `it adds`, inside `describe Sum`.
"""

from __future__ import annotations

import re

EVERYTHING = "*"
"""What a `catch` clause stops: whatever is thrown."""

NOTHING = ("undefined", "null", "void 0")
"""What may be returned instead of a value."""

SUITES = frozenset({"describe", "suite", "context", "fdescribe", "xdescribe"})
"""Functions that group tests."""
TESTS = frozenset({"it", "test", "specify", "fit", "xit", "xtest"})
"""Functions that take a test's title and its body."""

BUILTINS = (
    frozenset(
        {
            "AbortController",
            "AbortSignal",
            "AggregateError",
            "Array",
            "ArrayBuffer",
            "Atomics",
            "BigInt",
            "Blob",
            "Boolean",
            "Buffer",
            "DataView",
            "Date",
            "Error",
            "EvalError",
            "Event",
            "EventTarget",
            "FinalizationRegistry",
            "FormData",
            "Function",
            "Headers",
            "Infinity",
            "Intl",
            "JSON",
            "Map",
            "Math",
            "NaN",
            "Number",
            "Object",
            "Promise",
            "Proxy",
            "RangeError",
            "ReferenceError",
            "Reflect",
            "RegExp",
            "Request",
            "Response",
            "Set",
            "SharedArrayBuffer",
            "String",
            "Symbol",
            "SyntaxError",
            "TextDecoder",
            "TextEncoder",
            "TypeError",
            "URIError",
            "URL",
            "URLSearchParams",
            "Uint8Array",
            "Uint16Array",
            "Uint32Array",
            "Int8Array",
            "Int16Array",
            "Int32Array",
            "Float32Array",
            "Float64Array",
            "WeakMap",
            "WeakRef",
            "WeakSet",
            "WebAssembly",
            "clearImmediate",
            "clearInterval",
            "clearTimeout",
            "console",
            "decodeURI",
            "decodeURIComponent",
            "document",
            "encodeURI",
            "encodeURIComponent",
            "escape",
            "eval",
            "fetch",
            "global",
            "globalThis",
            "isFinite",
            "isNaN",
            "localStorage",
            "navigator",
            "parseFloat",
            "parseInt",
            "performance",
            "process",
            "queueMicrotask",
            "require",
            "sessionStorage",
            "setImmediate",
            "setInterval",
            "setTimeout",
            "structuredClone",
            "undefined",
            "unescape",
            "window",
            "afterAll",
            "afterEach",
            "beforeAll",
            "beforeEach",
            "expect",
            "jest",
            "vi",
        }
    )
    | SUITES
    | TESTS
)
"""Names that mean something without being defined or imported, in Node, in browsers and under test runners."""

DEFINITION = re.compile(
    rb"""\b(?:function\s*\*?|class|interface)\s+([\w$]+)
    |^[ \t]*(?:(?:public|private|protected|static|async|override|get|set)\s+)*\*?\#?
        ([\w$]+)\s*(?:<[^>\n]*>)?\([^\n]*\{\s*$
    |([\w$]+)\s*[:=]\s*(?:async\s*)?(?:function\b|\([^()\n]*\)\s*(?::[^=\n]*)?=>|[\w$]+\s*=>)""",
    re.VERBOSE | re.MULTILINE,
)
"""What finds the names of functions and classes in a text that is not parsed; each group may hold one."""

_ERRORS = frozenset(
    {
        "AggregateError",
        "EvalError",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        "TypeError",
        "URIError",
        "DOMException",
    }
)
_TEST_FOLDERS = frozenset({"__tests__", "__test__", "test", "tests", "spec", "specs", "e2e", "cypress", "__mocks__"})
_TEST_MARKS = frozenset({"test", "tests", "spec", "specs", "e2e", "cy"})


def ancestors(name: str) -> frozenset[str] | None:
    """A built-in error and its base classes, by name; None for any other name."""
    if name in _ERRORS:
        return frozenset({name, "Error"})
    return frozenset({name}) if name == "Error" else None


def is_test_path(path: str) -> bool:
    """Whether Jest, Vitest, Mocha, node:test or a repository's habit would look for tests in this file."""
    *folders, name = path.split("/")
    parts = name.split(".")
    if any(part in _TEST_MARKS for part in parts[1:-1]):
        return True
    if (
        parts[0] in ("test", "tests")
        or parts[0].startswith(("test-", "test_"))
        or parts[0].endswith(("-test", "_test"))
    ):
        return True
    return any(folder in _TEST_FOLDERS for folder in folders)


def is_test_name(qualname: str) -> bool:
    """Whether a symbol is a test that a runner would run, by its qualified name."""
    word, space, _ = qualname.rpartition(".")[2].partition(" ")
    return bool(space) and word in TESTS


def title(qualname: str) -> str:
    """What runners print for a test: its groups' titles and its own."""
    return " ".join(each.partition(" ")[2] or each for each in qualname.split(".")).replace("·", ".")


def test_name(function: str, title: str) -> str:
    """The name of a test or a group of tests. Dots in titles would read as the steps of a qualified name."""
    return f"{function} {title}".replace(".", "·")
