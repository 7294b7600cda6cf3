"""Tests: which ones exercise this, how closely, and what none of them does.

What was seen when tests ran comes before what follows from the calls.
"""

from __future__ import annotations

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import CALLABLE, NOT_ANALYSED, Asked, Kind, claim
from analyzers.questions.prose import code, counted, last_name, listed, number
from analyzers.questions.quote import clause_text, place_at
from analyzers.records import RANK, Confidence, ReachingTest

TESTS_SHOWN_MAX = 6


def tests(kind: Kind, asked: Asked) -> Answer | None:
    """Which tests exercise this, and how closely."""
    seen = asked.evidence.tests if asked.evidence is not None else ()
    reaching = ranked_tests(asked.record.tests)
    total = max(asked.record.tests_total, len(reaching))
    if seen:
        failed = [each for each in seen if each.failed]
        claims = []
        for each in sorted(seen, key=lambda each: not each.failed)[:TESTS_SHOWN_MAX]:
            place = place_at(asked, each.path, each.name, each.line)
            text = code(last_name(each.name)) + (" ran it and failed" if each.failed else " ran it")
            claims.append(claim(text, "certain", *([place] if place else [asked.here]), provenance="runtime"))
        conclusion = f"{counted(len(seen), 'test')} ran it" + (f", {number(len(failed))} failed" if failed else "")
        return kind.says(asked, conclusion, "certain", claims, interest=1.0 if failed else 0.5)
    unknown = "which of them really run it: no coverage was recorded"
    if asked.evidence is not None and asked.evidence.measured:
        unknown = "which of them really run it: coverage was not recorded test by test"
        if asked.evidence.contexts:
            unknown = "a test that ran it when coverage was recorded: none did"
    if not total:
        return None if not asked.deep else kind.not_known(asked, "a test that reaches it: none was found")
    claims = [_test_claim(asked, each) for each in reaching[:TESTS_SHOWN_MAX]]
    direct = sum(each.distance <= 1 and each.confidence != "possible" for each in reaching)
    nearest = reaching[0].distance if reaching else 0
    if direct:
        how = "directly" if direct == total else f"{number(direct)} directly"
    else:
        how = f"the nearest in {counted(nearest, 'call')}" if nearest else ""
    verb = "reaches" if total == 1 else "reach"
    if reaching and reaching[0].confidence == "possible":
        verb = "may reach"
    conclusion = f"{counted(total, 'test')} {verb} it" + (f", {how}" if how else "")
    shown: Confidence = reaching[0].confidence if reaching else "possible"
    return kind.says(
        asked,
        conclusion,
        shown,
        claims,
        unknown=(unknown,),
        # The nearest ones stand among the callers, and the rest is a bound.
        interest=0.1 if shown == "possible" else 0.4,
    )


def ranked_tests(reaching: tuple[ReachingTest, ...]) -> list[ReachingTest]:
    """The nearest first, the ones that only share a name last."""
    return sorted(
        reaching,
        key=lambda each: (each.confidence == "possible", each.distance, RANK[each.confidence], each.path, each.line),
    )


def _test_claim(asked: Asked, test: ReachingTest) -> Claim:
    place = place_at(asked, test.path, test.name, test.line)
    how = "directly" if test.distance <= 1 else f"in {counted(test.distance, 'call')}"
    return claim(f"{code(last_name(test.name))} {how}", test.confidence, *([place] if place else [asked.here]))


def untested(kind: Kind, asked: Asked) -> Answer | None:
    """What is untested: the whole of it, the lines that no run reached, or the exceptions that nobody provokes."""
    record, evidence = asked.record, asked.evidence
    if evidence is not None and evidence.measured:
        return _unrun(kind, asked)
    if record.tests_total or record.tests:
        return kind.not_known(asked, "which of its lines the tests run: no coverage was recorded")
    if not asked.deep:
        return kind.not_known(asked, NOT_ANALYSED)
    if record.callers_total and any(edge.test for edge in record.callers):
        return kind.not_known(asked, "a test that surely reaches it: only calls from test code by name were found")
    if any(not edge.place.symbol and edge.confidence != "possible" for edge in record.callers):
        return kind.not_known(asked, f"whether a test needs what it does {asked.words.import_time}")
    unknown = (
        "a test whose calls lead here: none was found",
        "whether a test gets here through something that its calls do not show",
    )
    return kind.says(
        asked,
        "no test reaches it",
        "likely" if not record.overrides else "possible",
        unknown=unknown,
        # Dispatch hides ways from tests too well for a hover to say this unasked.
        interest=0.5,
    )


def _unrun(kind: Kind, asked: Asked) -> Answer | None:
    """From coverage: what no test ran."""
    evidence = asked.evidence
    assert evidence is not None
    missed = evidence.lines_missed
    total = evidence.lines_run + len(missed)
    if not total:
        return kind.not_known(asked, "lines of it in the coverage data: none was found")
    if not missed:
        return kind.says(
            asked,
            "nothing: every line was run",
            "certain",
            [claim(f"{counted(total, 'line')}, all run", "certain", asked.here, provenance="runtime")],
            interest=0.05,
        )
    if not evidence.lines_run:
        return kind.says(
            asked,
            "all of it: no test ran it",
            "certain",
            [claim("not one of its lines was run", "certain", asked.here, provenance="runtime")],
            interest=1.0,
        )
    claims = [
        claim(
            code(line) if (line := clause_text(asked, place)) else f"line {place.line}",
            "certain",
            place,
            provenance="runtime",
        )
        for place in missed
    ]
    lines = listed([str(place.line) for place in missed], most=4)
    noun = "line" if len(missed) == 1 else "lines"
    return kind.says(
        asked, f"{noun} {lines}: no test ran {'it' if len(missed) == 1 else 'them'}", "certain", claims, interest=0.8
    )


KINDS: tuple[Kind, ...] = (
    Kind(
        "tests",
        "tests",
        "Which tests exercise it?",
        CALLABLE | {"class"},
        answer=tests,
        means=("runtime", "static"),
        needs=("tests", "evidence", "neighbours"),
        prior=0.45,
        features=(("recent_edit", 2.0), ("failing_test", 1.5)),
        latoza=("testing.2", "testing.3"),
    ),
    Kind(
        "untested",
        "tests",
        "What is untested?",
        CALLABLE,
        answer=untested,
        means=("runtime", "static"),
        needs=("tests", "callers", "evidence"),
        prior=0.3,
        features=(("recent_edit", 2.0), ("complexity", 1.3)),
        latoza=("testing.3",),
    ),
)
