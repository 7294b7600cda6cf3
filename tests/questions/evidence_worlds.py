"""What history and runs say about the fixtures' worlds: values that the cases name in their headers."""

from __future__ import annotations

from analyzers.evidence.failing import FailingTest, SeenSuspect
from analyzers.evidence.failures import Error, Failure
from analyzers.evidence.history import Change, Commit, Companion, FileHistory, Since, SinceChange, SymbolHistory
from analyzers.evidence.observed import Observed, Seen
from analyzers.questions.answer import Answer, Claim
from analyzers.records import Place

_BUG = Commit(
    "9f8e7d6c5b4a39281706f5e4d3c2b1a098765432",
    "Ann",
    1714700000,
    "Fix default map lookup of falsy values (#2012)",
    "A default of 0 was taken for a missing one, because the lookup tested for truth.\n\nRegression in 8.0.",
    2012,
)
_FEATURE = Commit(
    "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d", "Bea", 1600000000, "Add the call parameter to lookup_default"
)
_BIRTH = Commit("00aa11bb22cc33dd44ee55ff66aa77bb88cc99dd", "Cem", 1500000000, "Initial import of the context")
_DIRTY = Commit("", "Dan", 1714800000, "")
_QUIET = Commit("77aa11bb22cc33dd44ee55ff66aa77bb88cc99dd", "Eve", 1650000000, "Reformat")

HISTORIES: dict[str, FileHistory] = {
    "core": FileHistory(
        "src/click/core.py",
        _BUG.name,
        (_BUG, _FEATURE, _BIRTH, _DIRTY, _QUIET),
        (
            SymbolHistory(
                "Context.lookup_default",
                (Change(0, 2, 1), Change(1, 6, 2), Change(2, 5, 0)),
                3,
                1,
                2,
                (
                    Companion("src/click/core.py", "Parameter.consume_value", 2, 3, 0),
                    Companion("tests/test_defaults.py", "test_lookup_default", 3, 3, 0),
                ),
            ),
            SymbolHistory("Context.close", (Change(3, 1, 1), Change(1, 3, 0)), 2),
            SymbolHistory("Context.invoke", (Change(4, 4, 4),), 1),
            SymbolHistory("Command.main", (Change(1, 1, 0, "click.py"),), 41, 12),
            SymbolHistory("Context", (Change(0, 2, 1), Change(2, 90, 0)), 2, 1, 2),
        ),
    ),
    "shallow": FileHistory(
        "src/click/core.py",
        _BUG.name,
        (_BUG,),
        (SymbolHistory("Context.lookup_default", (Change(0, 2, 1),), 1, 1),),
        False,
    ),
}

SINCES: dict[str, Since] = {
    "here": Since(
        _FEATURE.name, _BUG.name, (_BUG,), (SinceChange("src/click/core.py", "Context.lookup_default", 14, 2, 1),)
    ),
    "uncommitted": Since(
        _BUG.name,
        _BUG.name,
        (),
        (
            SinceChange("src/click/core.py", "Context.lookup_default", 14, 1, 1, True),
            SinceChange("src/click/core.py", "Parameter.process_value", 62, 3, 0, True),
            SinceChange("src/click/types.py", "ParamType.fail", 8, 1, 0, True),
        ),
    ),
    "elsewhere": Since(
        _FEATURE.name, _BUG.name, (_BUG,), (SinceChange("src/click/types.py", "convert_type", 29, 1, 0),)
    ),
}


def _at(path: str, line: int, symbol: str) -> Place:
    return Place(path, 0, 0, line, symbol)


_LOOKUP = SeenSuspect(
    "src/click/core.py",
    "Context.lookup_default",
    1.0,
    "likely",
    "`TypeError` was raised here: `return value()`",
    (_at("src/click/core.py", 17, "Context.lookup_default"),),
)
_ERROR = "TypeError: 'int' object is not callable"
_FAILS = FailingTest(
    "tests/test_defaults.py",
    "test_lookup_default",
    "test_lookup_default",
    _ERROR,
    Failure((Error("TypeError", "'int' object is not callable"),), "test_lookup_default", "tests/test_defaults.py"),
    (_LOOKUP,),
    answer=Answer(
        "why_test_fails",
        "tests/test_defaults.py",
        "test_lookup_default",
        "Why does this test fail?",
        "first suspect: `Context.lookup_default`",
        "likely",
        (Claim(f"`Context.lookup_default`: {_LOOKUP.reason}", "likely", _LOOKUP.places, "runtime"),),
    ),
)
_BARE = Failure((Error(""),), "test_main", "tests/test_defaults.py")
_FAILS_TOO = FailingTest("tests/test_defaults.py", "test_main", "test_main", "", _BARE)
_SECOND = SeenSuspect(
    "src/click/core.py",
    "Context.lookup_default",
    0.8,
    "possible",
    "the failing test reaches it through `Command.main`",
    (_at("src/click/core.py", 11, "Context.lookup_default"),),
)

_MISSED = Place("src/click/core.py", 0, 0, 17, "Context.lookup_default", "return value()")
OBSERVATIONS: dict[str, Observed] = {
    "ran": Observed(
        tests=(
            Seen("tests/test_defaults.py", "test_lookup_default", 4),
            Seen("tests/test_defaults.py", "test_main", 11),
        ),
        lines_run=6,
        lines_missed=(_MISSED,),
        measured=True,
    ),
    "failed": Observed(
        tests=(Seen("tests/test_defaults.py", "test_main", 11, True), Seen("tests/test_defaults.py", "test_int", 8)),
        lines_run=7,
        measured=True,
    ),
    "never": Observed(lines_missed=(_MISSED, _MISSED), measured=True),
    "unmeasured": Observed(),
    "by_file": Observed(lines_run=3, measured=True),
    "by_test": Observed(measured=True, contexts=True),
    "fails": Observed(fails=_FAILS),
    "fails_bare": Observed(fails=_FAILS_TOO),
    "suspect": Observed(suspected=((_FAILS, _LOOKUP),)),
    "second": Observed(suspected=((_FAILS_TOO, _SECOND),)),
    "suspect_of_two": Observed(suspected=((_FAILS, _LOOKUP), (_FAILS_TOO, _SECOND))),
}
