"""`textDocument/publishDiagnostics`: who is suspected for a test that fails, where it stands, until the test passes.

Calm on purpose: nothing is underlined while nothing fails; a few suspects at most, as information and never as errors;
and nobody hears of a mistake that a type checker or a linter would name.
"""

from __future__ import annotations

from lsprotocol import types

from analyzers.evidence.failing import Failing, FailingTest, SeenSuspect
from analyzers.questions.prose import last_name
from analyzers.records import Place
from lsp_server.features.convert import range_of
from lsp_server.render.markdown import plain
from lsp_server.repository import Repository
from lsp_server.session import Session

KIND = "why_test_fails"
SOURCE = "forethought"
SUSPECTS_MAX = 3
"""Suspects of one failing test."""
DIAGNOSTICS_MAX = 12
"""In a whole repository; where more is broken, underlining everything helps nobody."""
TESTS_SHOWN_MAX = 3

_Suspected = dict[tuple[str, str], list[tuple[FailingTest, SeenSuspect]]]


def publish(session: Session, repository: Repository) -> None:
    """Sends what is suspected now, and takes back what is not any more."""
    view = repository.view
    view.refresh()
    muted = KIND in session.muted or "failure" in session.muted
    found: dict[str, list[types.Diagnostic]] = {}
    for (path, symbol), pairs in ({} if muted else suspected(view.failing())).items():
        diagnostic = _diagnostic(session, repository, path, symbol, pairs)
        if diagnostic is not None:
            found.setdefault(view.uri(path), []).append(diagnostic)
    session.publish(repository, found)


def suspected(failing: Failing) -> _Suspected:
    """(path, symbol) → the failing tests that it is underlined for, the most suspect first."""
    found: _Suspected = {}
    for test in failing.tests:
        for suspect in test.suspects[:SUSPECTS_MAX]:
            if suspect.stands_out:
                found.setdefault((suspect.path, suspect.symbol), []).append((test, suspect))
    ranked = sorted(found.items(), key=lambda item: (-sum(suspect.score for _, suspect in item[1]), item[0]))
    return dict(ranked[:DIAGNOSTICS_MAX])


def _diagnostic(
    session: Session, repository: Repository, path: str, name: str, pairs: list[tuple[FailingTest, SeenSuspect]]
) -> types.Diagnostic | None:
    view = repository.view
    symbol, lines = view.symbol(path, name), view.lines(path)
    if symbol is None or lines is None:
        return None
    sentences = []
    for test, suspect in pairs[:TESTS_SHOWN_MAX]:
        error = f" ({test.error})" if test.error else ""
        sentences.append(f"{last_name(test.symbol or test.test)} fails{error}: {plain(suspect.reason)}")
    if len(pairs) > TESTS_SHOWN_MAX:
        sentences.append(f"and {len(pairs) - TESTS_SHOWN_MAX} more tests fail")
    places = dict.fromkeys(place for _, suspect in pairs for place in suspect.places)
    own = Place(path, symbol.name_start, symbol.name_end, 0, name)
    related = [each for place in places if place != own and (each := _related(session, repository, place)) is not None]
    return types.Diagnostic(
        range=range_of(lines, symbol.name_start, symbol.name_end, session.encoding),
        message="\n".join(sentences),
        severity=types.DiagnosticSeverity.Information,
        source=SOURCE,
        code=KIND,
        related_information=related or None,
    )


def _related(session: Session, repository: Repository, place: Place) -> types.DiagnosticRelatedInformation | None:
    view = repository.view
    lines = view.lines(place.path)
    if lines is None:
        return None
    start = view.offset_now(place)
    end = start + (place.end - place.start)
    first, last = lines.span_of_line(lines.line_of(start))
    text = lines.data[first:last].decode("utf-8", "replace").strip()
    where = types.Location(view.uri(place.path), range_of(lines, start, end, session.encoding))
    return types.DiagnosticRelatedInformation(location=where, message=text or place.symbol)
