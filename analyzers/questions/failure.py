"""Failure: questions asked of a traceback, a failing test or a message rather than of a symbol.

Declared here so that menus, muting and the document know them; `failure_*.py` answer them from evidence.
"""

from __future__ import annotations

from analyzers.questions import wrong
from analyzers.questions.kind import Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        "why_traceback",
        "failure",
        "Why did this happen?",
        frozenset({"frame"}),
        means=("runtime", "static"),
        needs=("traceback",),
        prior=0.95,
        latoza=("debugging.1", "debugging.7"),
    ),
    Kind(
        "why_test_fails",
        "failure",
        "Why does this test fail?",
        frozenset({"test"}),
        means=("runtime", "static"),
        needs=("report",),
        prior=0.95,
        features=(("failing_test", 3.0),),
        latoza=("debugging.1", "debugging.7", "testing.4"),
    ),
    Kind(
        "error_message",
        "failure",
        "Where does this message come from?",
        frozenset({"message"}),
        means=("static",),
        needs=("source",),
        prior=0.8,
        sillito=(2,),
    ),
    wrong.KIND,
)
