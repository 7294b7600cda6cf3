"""What somebody works on is told to the sleeper while they do: edits by function, and other tools' problems."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from analyzers import languages
from analyzers.facts import encode
from analyzers.text import blob_name
from lsp_server.features import code_action, did_change
from lsp_server.messages import Noticed, ToSleeper
from lsp_server.session import Session
from lsp_server.store import Extracted, FileEntry, IndexWriter, repository_folders
from tests.server.support import isolated

SOURCE = "def f(a):\n    return a\n\n\ndef g(b):\n    return b\n"

Desk = tuple[Session, str, list[Noticed]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A session in which one indexed file is open, that file's URI, and what the sleeper is told."""
    for name, value in isolated(tmp_path).items():
        monkeypatch.setenv(name, value)
    root = (tmp_path / "repository").resolve()
    (root / ".git").mkdir(parents=True)
    (root / "a.py").write_text(SOURCE)
    _index(root)
    session = Session()
    session.add_folder(root.as_uri())
    (repository,) = session.repositories
    heard: list[Noticed] = []

    def tell(message: ToSleeper) -> None:
        if isinstance(message, Noticed):
            heard.append(message)

    monkeypatch.setattr(repository, "tell", tell)
    uri = (root / "a.py").as_uri()
    session.open(uri, SOURCE, 1)
    return session, uri, heard


def test_typing_tells_the_function_once(desk: Desk) -> None:
    session, uri, heard = desk
    for version, (line, character) in enumerate([(5, 12), (5, 13), (1, 11), (1, 4), (5, 4), (2, 0)], 2):
        _type(session, uri, version, line, character)
    assert heard == [Noticed("a.py", each, "edited") for each in ("g", "f", "g")]


@pytest.mark.parametrize(
    ("source", "severity", "expected"),
    [
        ("ruff", types.DiagnosticSeverity.Error, [Noticed("a.py", "g", "diagnostic")]),
        ("mypy", None, [Noticed("a.py", "g", "diagnostic")]),
        ("ruff", types.DiagnosticSeverity.Hint, []),
        ("forethought", types.DiagnosticSeverity.Error, []),
    ],
)
def test_problems_of_other_tools_are_told(
    desk: Desk, source: str, severity: types.DiagnosticSeverity | None, expected: list[Noticed]
) -> None:
    session, uri, heard = desk
    where = types.Range(types.Position(5, 4), types.Position(5, 12))
    problem = types.Diagnostic(where, "undefined name", severity=severity, source=source)
    context = types.CodeActionContext([problem], trigger_kind=types.CodeActionTriggerKind.Automatic)
    assert (
        code_action.handle(session, types.CodeActionParams(types.TextDocumentIdentifier(uri), where, context)) is None
    )
    assert heard == expected


def _type(session: Session, uri: str, version: int, line: int, character: int) -> None:
    here = types.Position(line, character)
    change = types.TextDocumentContentChangePartial(types.Range(here, here), "x")
    document = types.VersionedTextDocumentIdentifier(version, uri)
    did_change.handle(session, types.DidChangeTextDocumentParams(document, [change]))


def _index(root: Path) -> None:
    raw = (root / "a.py").read_bytes()
    facts = languages.LANGUAGES[0].facts(raw)
    name = blob_name(raw)
    writer = IndexWriter.open(repository_folders(root).index)
    writer.add_facts([Extracted(name, len(raw), len(facts.symbols), len(facts.line_starts), encode(facts), (), ())])
    writer.set_files({"a.py": FileEntry(name, "")})
    writer.close()
