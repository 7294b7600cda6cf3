"""A language is a folder and one line: a toy one is added to a copy of the sources, and the whole program reads it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REGISTRATION = '    "python",\n'

TOY = '''
"""A toy: `to NAME` begins a procedure, `do NAME` calls one, `END` ends it. Its trees are another grammar's."""

import re

import tree_sitter_python

from analyzers.facts import MODULE, Call, FileFacts, Symbol
from analyzers.languages.language import Language, Use, Words
from analyzers.languages.wording import Wording
from analyzers.syntax import Grammar
from analyzers.text import span_digest

_LINE = re.compile(rb"^(?P<word>to|do|END)(?: (?P<name>[a-z]+))?$", re.MULTILINE)


def facts(raw):
    symbols, calls, begun = [], [], None
    for match in _LINE.finditer(raw):
        name = (match["name"] or b"").decode()
        if match["word"] == b"to":
            begun = (name, match.start(), match.span("name"))
        elif match["word"] == b"do":
            scope = len(symbols) if begun else MODULE
            calls.append(Call(scope, "", name, *match.span("name")))
        elif begun:
            name, start, span = begun
            digest = span_digest(raw, start, match.end())
            symbols.append(Symbol("function", name, name, start, match.end(), *span, MODULE, digest))
            begun = None
    starts = [0] + [at + 1 for at, byte in enumerate(raw) if byte == 10]
    return FileFacts("toy", symbols=tuple(symbols), calls=tuple(calls), line_starts=tuple(starts))


def use_at(syntax, offset):
    for match in _LINE.finditer(syntax.data):
        if match["name"] and match.start("name") <= offset <= match.end("name"):
            return Use(*match.span("name"), match["name"].decode())


LANGUAGES = (
    Language(
        name="toy",
        suffixes=(".toy",),
        family="toy",
        grammar=lambda: Grammar(tree_sitter_python.language()),
        facts=facts,
        facts_of_syntax=lambda syntax: facts(syntax.data),
        use_at=use_at,
        config_names=(),
        config_follows=lambda path, text: (),
        modules=lambda paths, texts: lambda module, importer: None,
        words=Words(
            own=frozenset(),
            parent=frozenset(),
            constructors=(),
            builtins=frozenset(),
            own_class=frozenset(),
            dotted_modules=False,
            package_file="",
            properties=(),
            annotated=lambda annotation: (),
            nothing=(),
            amending=(),
            ancestors=lambda name: None,
            catch_all=frozenset(),
        ),
        wording=Wording(
            language="toy",
            none="nought",
            own=(),
            mistakes=frozenset(),
            abstract=frozenset(),
            raises="moans",
            raise_="moan",
            raised="moaned",
            exception="moan",
            construct="copies",
            comment_marks=(),
            doc_marks=(),
            decorator_mark="",
            constructors=(),
            implicit=(),
            private=(),
            entries=(),
            test_names=(),
            plain_decorators=(),
            background=(),
            asynchronous=("", ""),
            import_time="at once",
        ),
        is_test_path=lambda path: False,
        is_test_name=lambda name: False,
        definition=re.compile(rb"^to ([a-z]+)", re.MULTILINE),
    ),
)
'''

PROGRAM = "to wash\nEND\nto cook\ndo wash\nEND\n"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with one more folder and one more line."""
    copy = tmp_path_factory.mktemp("sources")
    for package in ("analyzers", "lsp_server"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    folder = copy / "analyzers/languages/toy"
    folder.mkdir()
    (folder / "__init__.py").write_text(TOY, encoding="utf-8")
    listing = copy / "analyzers/languages/__init__.py"
    text = listing.read_text(encoding="utf-8")
    assert text.count(REGISTRATION) == 1
    listing.write_text(text.replace(REGISTRATION, f'{REGISTRATION}    "toy",\n'), encoding="utf-8")
    return copy


def forethought(sources: Path, base: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(sources),
        "FORETHOUGHT_CACHE_DIR": str(base / "cache"),
        "FORETHOUGHT_STATE_DIR": str(base / "state"),
        "FORETHOUGHT_CONFIG": str(base / "config.toml"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "lsp_server.cli", *arguments],
        cwd=base,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_language_is_a_folder_and_one_line(sources: Path, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    (repository / "kitchen.toy").write_text(PROGRAM, encoding="utf-8")
    (repository / "main.py").write_text("def wash(): ...\n", encoding="utf-8")
    told = json.loads(forethought(sources, tmp_path, "analyze", str(repository), "--shallow", "--json"))
    assert told["files"] == 2
    exported = forethought(sources, tmp_path, "export", str(repository), "--shallow").splitlines()
    rows = {(row["path"], row["name"]): row for row in map(json.loads, exported)}
    assert [caller["name"] for caller in rows["kitchen.toy", "wash"]["callers"]] == ["cook"]
    assert rows["main.py", "wash"]["callers"] == []
    asked = forethought(sources, tmp_path, "questions", str(repository), "--at", "kitchen.toy:1")
    assert "Who calls it?" in asked
    assert "cook" in asked
    assert "toy" in forethought(sources, tmp_path, "doctor", str(repository))
