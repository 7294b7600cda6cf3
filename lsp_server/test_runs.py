"""Test runs as the sleeper sees them: when one ends, what fails, who is suspected, and what was seen to run.

Looks at what runners leave in the workspace (`last_run`), ranks suspects over the index, and stores what readers show.
It must not know how: hovers, menus and diagnostics read the store.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analyzers import languages
from analyzers.evidence import failing
from analyzers.evidence.code import Names, Node
from analyzers.evidence.failing import Failing, FailingTest, Left, SeenSuspect
from analyzers.evidence.failures import Failure
from analyzers.evidence.history import Since
from analyzers.evidence.localise import Past, Suspect, localise
from analyzers.evidence.observing import observe
from analyzers.evidence.paths import Known
from analyzers.evidence.reasons import confidence_of
from analyzers.evidence.run_record import Passed, RunRecord
from analyzers.evidence.scene import Scene
from analyzers.facts import MODULE
from analyzers.questions import failure_suspects
from analyzers.records import Dependency
from lsp_server import git, last_run
from lsp_server.coverage_file import read_coverage
from lsp_server.explain import changed_since_passing, passed_at, past_of
from lsp_server.messages import FromSleeper, TestsRead
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, RepositoryFolders, StoreError
from lsp_server.store.history import HistoryReader, HistoryWriter, ObservedFile
from lsp_server.view import View
from lsp_server.viewed_code import ViewedCode

SUSPECTS_MAX = 10
PASSES_MAX = 12

_log = logging.getLogger(__name__)

_Signature = dict[Path, tuple[int, int]]


class TestRunsJob:
    """Keeps what is known of test runs current. Belongs to the sleeper's thread; `heard` may be called from any."""

    __test__ = False  # Pytest takes the name for a test's.
    name = "test runs"
    urgent = True

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._folders = folders
        self._files: list[Path] = []
        self._seen: _Signature | None = None
        self._measured: tuple[int, int] | None = None
        self._head = ""
        self._heard = True
        self._working: Iterator[None] | None = None
        self._say: Callable[[FromSleeper], bool] = lambda message: False
        self._news: int | None = None
        """How many tests fail, where that is not what it was."""
        self._state = "no test run was seen"

    def attach(self, say: Callable[[FromSleeper], bool]) -> None:
        """`say` reaches whoever is connected."""
        self._say = say

    def heard(self, name: str) -> None:
        """A file changed that a test run may have written."""
        self._heard = True

    def has_work(self) -> bool:
        """Whether a run wrote something since the last look."""
        if self._working is not None or self._heard:
            return True
        return last_run.signature(self._files) != self._seen

    def step(self, should_pause: Callable[[], bool]) -> bool:
        """Looks on until there is something else to do."""
        if self._working is None:
            self._heard = False
            self._working = self._look()
        try:
            for _ in self._working:
                if should_pause():
                    return True
        except (StoreError, OSError) as error:
            _log.warning("test runs are not kept: %s", error)
            self._state = str(error)
        self._working = None
        return True

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        """A saved file makes no test pass or fail: only running it does."""

    def describe(self) -> str:
        """What was seen, in one clause."""
        return self._state

    def _look(self) -> Iterator[None]:
        self._files = last_run.places(self._folders.root)
        found = last_run.signature(self._files)
        head = git.head(self._folders.root)
        if found == self._seen and head == self._head:
            return
        self._seen, self._head = found, head
        if not found:
            return
        yield
        reader = IndexReader(self._folders.index)
        writer = HistoryWriter.open(self._folders.cache)
        known = HistoryReader(self._folders.cache)
        try:
            view = View(self._folders.root, reader, {})
            yield from self._read_failing(view, writer, known)
            yield from self._read_coverage(view, writer)
        finally:
            known.close()
            writer.close()
            reader.close()
        if self._news is not None:
            # Said once the file is closed: a reader that comes while it closes would find it busy.
            self._say(TestsRead(self._news))
            self._news = None

    def _read_failing(self, view: View, writer: HistoryWriter, known: HistoryReader) -> Iterator[None]:
        before = known.failing()
        left: list[Left] = []
        records: list[RunRecord] = []
        for each, record in last_run.read_left(self._folders.root, self._files):
            left.append(each)
            records += [record] if record is not None else []
            yield
        failures = failing.join(left, [test.failure for test in before.tests])
        code = ViewedCode(view)
        names = Names(code)
        passed = _passed(records, left, failures)
        changed = changed_since_passing(self._folders.root, passed, code)
        yield
        past = past_of(self._folders.root, code) if failures else None
        yield
        tests = []
        for failure in failures[: failing.TESTS_MAX]:
            tests.append(explained(failure, names, self._folders.root, changed, past))
            yield
        found = Failing(tuple(tests), len(failures) - len(tests))
        writer.set_failing(found, passed)
        writer.set_since(changed)
        self._state = f"{len(failures)} failing" if failures else "nothing fails"
        if found != before:
            self._news = len(failures)

    def _read_coverage(self, view: View, writer: HistoryWriter) -> Iterator[None]:
        file = self._folders.root / last_run.COVERAGE_NAME
        written = last_run.signature([file]).get(file)
        if written is None or written == self._measured:
            return
        self._measured = written
        known = Known(view.paths())
        found: dict[str, ObservedFile] = {}
        for coverage in read_coverage(file):
            path = known.find(coverage.path, self._folders.root.as_posix())
            facts = view.index_facts(path) if path else None
            source = view.source(path) if path else None
            # What was measured were the lines of then: a file that was written since says nothing.
            if path and facts and source is not None and _written_ns(self._folders.root / path) <= written[0]:
                found[path] = observe(path, facts, source, known, coverage)
            yield
        writer.set_observed(found)


class SinceJob:
    """Keeps what changed since the tests passed current, while it is edited and committed. On the sleeper's thread."""

    name = "changes since the tests passed"
    urgent = False

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._folders = folders
        self._edited = False
        self._head = git.head(folders.root)
        self._state = "not asked yet"

    def has_work(self) -> bool:
        """Whether something was saved or committed since it looked last."""
        return self._edited or git.head(self._folders.root) != self._head

    def step(self, should_pause: Callable[[], bool]) -> bool:
        """Looks once: a few questions to git."""
        self._edited, self._head = False, git.head(self._folders.root)
        reader = IndexReader(self._folders.index)
        try:
            writer = HistoryWriter.open(self._folders.cache)
            try:
                passed = writer.passed()
                if passed is not None:
                    code = ViewedCode(View(self._folders.root, reader, {}))
                    changed = changed_since_passing(self._folders.root, passed, code)
                    writer.set_since(changed)
                    self._state = f"{len(changed.changes)} changes" if changed is not None else "not known"
            finally:
                writer.close()
        except StoreError as error:
            self._state = str(error)
        finally:
            reader.close()
        return True

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        """What was saved counts before it is committed."""
        self._edited = True

    def describe(self) -> str:
        """What it found last, in one clause."""
        return self._state


def explained(
    failure: Failure,
    names: Names,
    root: Path,
    changed: Since | None,
    past: Past | None = None,
) -> FailingTest:
    """A failing test with its suspects, best first, and the answer to why it fails."""
    touched = changed.symbols() if changed else frozenset()
    suspects, scenes = localise([failure], names, languages.is_test_path, root.as_posix(), touched, past)
    scene = scenes[0] if scenes else Scene(failure)
    test = scene.test if scene.test is not None and scene.test.at != MODULE else None
    answer = failure_suspects.answer(suspects, scenes, names)
    top = suspects[0].score if suspects and suspects[0].score > 0 else 1.0
    seen = tuple(
        _seen(suspect, rank, top, scenes, names)
        for rank, suspect in enumerate(suspects[:SUSPECTS_MAX])
        if suspect.score > 0
    )
    nodes = [*([test] if test is not None else []), *(suspect.node for suspect in suspects[: len(seen)])]
    return FailingTest(
        test.path if test is not None else failure.path,
        failure.test,
        names.symbol(test).qualname if test is not None else "",
        failing.headline(failure),
        failure,
        seen,
        tuple(
            (path, names.symbol(node).qualname, frame.line)
            for frame, path, node in scene.frames
            if node.at != MODULE and node != test
        )[-PASSES_MAX:],
        answer,
        tuple(_depends(node, names) for node in nodes),
    )


def _seen(suspect: Suspect, rank: int, top: float, scenes: Sequence[Scene], names: Names) -> SeenSuspect:
    claim = failure_suspects.claim_of(suspect, rank, scenes, names)
    return SeenSuspect(
        suspect.path,
        suspect.name,
        round(max(0.0, suspect.score) / top, 3),
        confidence_of(suspect, rank),
        claim.text.partition(": ")[2],
        claim.places,
        bool(suspect.hints),
    )


def _depends(node: Node, names: Names) -> Dependency:
    symbol = names.symbol(node)
    return Dependency("span", node.path, symbol.qualname, symbol.digest)


def _passed(records: Sequence[RunRecord], left: Sequence[Left], failures: Sequence[Failure]) -> Passed | None:
    """When the tests last passed: as the plugin noted it, else the time of a report without failures."""
    for record in records:
        if (mark := passed_at(record, failures)) is not None:
            return mark
    whole = [each.when_s for each in left if each.passed and not each.failures]
    return Passed(int(max(whole)), "") if whole else None


def _written_ns(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 1 << 63
