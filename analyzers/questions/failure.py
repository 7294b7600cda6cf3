"""Failure: questions asked of a traceback, a failing test or a message rather than of a symbol.

Declared here so that menus, muting and the document know them; `failure_*.py` answer them from evidence.
"""

from __future__ import annotations

import msgspec

from analyzers.questions import wrong
from analyzers.questions.answer import Answer
from analyzers.questions.kind import CALLABLE, Asked, Kind, claim
from analyzers.questions.prose import code, counted, last_name, number

TESTS_SHOWN_MAX = 4
"""Failing tests that one suspect answers for."""
ERROR_CHARS_MAX = 100
"""Of an error's message, in a line."""


def why_test_fails(kind: Kind, asked: Asked) -> Answer | None:
    """Why a test fails, asked of the test itself or of a function that it suspects; nothing while none fails."""
    evidence = asked.evidence
    if evidence is None:
        return None
    if evidence.fails is not None:
        found = evidence.fails.answer
        if found is None or not found.claims:
            said = f"{code(_plain(evidence.fails.error))}: " if evidence.fails.error else ""
            return kind.not_known(asked, f"{said}no function of this repository was found that could be at fault")
        return msgspec.structs.replace(
            found, path=asked.record.path, symbol=asked.record.name, question=kind.question, weight=kind.prior
        )
    if not evidence.suspected:
        return None
    first = evidence.suspected[0][1].score >= 1.0
    claims = []
    for test, suspect in evidence.suspected[:TESTS_SHOWN_MAX]:
        error = f" with {code(_plain(test.error))}" if test.error else ""
        text = f"{code(last_name(test.symbol or test.test))} fails{error}: {suspect.reason}"
        claims.append(claim(text, suspect.confidence, *suspect.places, provenance="runtime"))
    names = [last_name(test.symbol or test.test) for test, _ in evidence.suspected]
    which = "" if len(names) == 1 else f" for {counted(len(names), 'failing test')}"
    conclusion = f"this is {'the first suspect' if first else 'a suspect'}{which}"
    answer = kind.says(asked, conclusion, claims[0].confidence, claims, interest=1.0 if first else 0.97)
    question = f"Why does {names[0]} fail?" if len(names) == 1 else f"Why do {number(len(names))} tests fail?"
    return msgspec.structs.replace(answer, question=question)


def _plain(text: str) -> str:
    """Somebody's words without what would be markup in ours, cut to what a line holds."""
    text = " ".join(text.replace("`", "'").split())
    return text if len(text) <= ERROR_CHARS_MAX else text[: ERROR_CHARS_MAX - 1] + "…"


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
        CALLABLE | {"test"},
        answer=why_test_fails,
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
