"""Which functions will somebody ask about next: worked out anew when a commit is made or a question was asked.

Feeds the predictor with what is stored (histories, facts, what was asked) and stores what it names first, with its
reasons. It must not know what is done with that: the thinker, the command line and the menu read it from the store.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analyzers import activity, anticipation, languages
from analyzers.activity import Candidate, Key
from analyzers.anticipation import Anticipated, Predictor, Signals
from lsp_server import history
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, Journal, RepositoryFolders, StoreError
from lsp_server.store.folders import journal_file
from lsp_server.store.history import HistoryReader, HistoryWriter

KEPT_MAX = 500
"""Functions that are named; nobody gets to the others before the next commit."""
CANDIDATES_MAX = 60_000
REASONS_MAX = 5
ASKED_MAX = 500
"""Questions that are learned from, the latest."""
EDITED_MAX = 50
EDITED_SPAN = 5.0
EDITS_BEFORE_RANKING = 10
"""Saves after which it ranks anew though no commit was made."""
LEARN_STRIDE = 20
"""One of so many functions stands for all that were not asked about, in each step of learning."""
ASKED_SPAN = 20.0
"""After so many questions one counts for 1/e of what it did."""


class AnticipationJob:
    """Keeps the ranking current. Belongs to the sleeper's thread."""

    name = "anticipation"
    urgent = False

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._folders = folders
        self._histories = HistoryReader(folders.cache)
        self._head = ""
        self._working: Iterator[None] | None = None
        self._edited: dict[str, None] = {}
        self._edits = 0
        self._state = "waits for history"

    def has_work(self) -> bool:
        """Whether HEAD moved, or enough was saved, since it ranked last. Reads one row."""
        return self._working is not None or self._due() != ""

    def step(self, should_pause: Callable[[], bool]) -> bool:
        """Ranks on until there is something else to do."""
        if self._working is None:
            due = self._due()
            if not due:
                return False
            self._head, self._edits = due, 0
            self._working = self._rank()
        try:
            for _ in self._working:
                if should_pause():
                    return True
        except StoreError as error:
            self._state = str(error)
        self._working = None
        return True

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        """Somebody edits these, which is worth ranking anew for only now and then."""
        if len(changed) > EDITED_MAX:
            return  # A switch of branches is nobody's edit; the commit that it leads to is noticed by itself.
        for path in changed:
            self._edited.pop(path, None)
            self._edited[path] = None
            self._edits += 1
        while len(self._edited) > EDITED_MAX:
            del self._edited[next(iter(self._edited))]

    def describe(self) -> str:
        """What it did last, in one clause."""
        return self._state

    def _due(self) -> str:
        repository = self._histories.repository()
        if repository is None or repository.missing:
            return ""
        return repository.head if repository.head != self._head or self._edits >= EDITS_BEFORE_RANKING else ""

    def _rank(self) -> Iterator[None]:
        reader = IndexReader(self._folders.index)
        writer = HistoryWriter.open(self._folders.cache)
        try:
            histories = writer.files()
            yield
            past, numbers = activity.from_histories(histories.values(), _is_test_path)
            yield
            line = [numbers[name] for name in history.line_of_work(self._folders.root) if name in numbers]
            author = history.who_is_at_work(self._folders.root)
            yield
            candidates: list[Candidate] = []
            for path in sorted(reader.files()):
                facts = None if _is_test_path(path) else reader.facts(reader.files()[path])
                if facts is not None and len(candidates) < CANDIDATES_MAX:
                    candidates.extend(each.candidate for each in activity.functions_in(path, facts))
                yield
            asked = _asked(self._folders.id)
            signals = asked_signals(asked)
            edited = {path: math.exp(-age / EDITED_SPAN) for age, path in enumerate(reversed(self._edited))}
            rows: list[list[float]] = []
            for candidate, row in zip(candidates, past.features(candidates, line, author), strict=True):
                signal = signals.get((candidate.path, candidate.symbol), anticipation.NOTHING)
                if candidate.path in edited:
                    signal = signal._replace(neighbour=edited[candidate.path])
                rows.append(anticipation.row(row, signal))
                if len(rows) % 200 == 0:
                    yield
            found = ranked(candidates, rows, learned(asked, candidates, rows))
            writer.set_anticipated(found)
            self._state = f"{len(found)} of {len(candidates)} functions named"
        finally:
            writer.close()
            reader.close()


def asked_signals(asked: Sequence[tuple[str, str, str]]) -> dict[Key, Signals]:
    """What was asked before, (path, symbol, kind), latest first: it fades with every question since."""
    found: dict[Key, float] = {}
    for age, (path, symbol, _) in enumerate(asked):
        found[(path, symbol)] = min(1.0, found.get((path, symbol), 0.0) + math.exp(-age / ASKED_SPAN))
    return {key: Signals(asked=strength) for key, strength in found.items()}


def learned(
    asked: Sequence[tuple[str, str, str]], candidates: Sequence[Candidate], rows: Sequence[Sequence[float]]
) -> Predictor:
    """The predictor after the questions that were really asked, the oldest first.

    Learned anew from what the journal holds, so that there is nothing that could disagree with it. What was so when a
    question was asked is no longer known; what is so now stands for it, without the mark that the question itself left.
    """
    predictor = Predictor()
    numbers = {(each.path, each.symbol): number for number, each in enumerate(candidates)}
    mark = anticipation.NUMBER["asked"]
    for path, symbol, kind in reversed(asked):
        predictor.asked(kind)
        number = numbers.get((path, symbol))
        if number is not None:
            bare = [*rows[number]]
            bare[mark] = 0.0
            around = [rows[other] for other in range(number % LEARN_STRIDE, len(rows), LEARN_STRIDE) if other != number]
            predictor.learn([bare, *around], [0])
    return predictor


def ranked(candidates: Sequence[Candidate], rows: Sequence[Sequence[float]], predictor: Predictor) -> list[Anticipated]:
    """The likeliest, best first, with what spoke for each."""
    scores = predictor.scores(rows)
    numbers = anticipation.best(scores, KEPT_MAX)
    usual = anticipation.usual(rows)
    found = []
    for number in numbers:
        # What speaks against it is no reason for standing here.
        why = [each for each in predictor.why(rows[number], usual) if each[1] > 0][:REASONS_MAX]
        found.append(
            Anticipated(
                candidates[number].path,
                candidates[number].symbol,
                math.exp(scores[number] - scores[numbers[0]]),
                tuple((feature.name, round(part, 3)) for feature, part in why),
            )
        )
    return found


def why(cache: Path, path: str, symbol: str) -> list[tuple[str, float, str]]:
    """For `forethought questions --why`: (feature, what it added, why it counts), the largest first."""
    reader = HistoryReader(cache)
    try:
        for each in reader.anticipated(KEPT_MAX):
            if (each.path, each.symbol) == (path, symbol):
                return [(name, part, anticipation.REASON.get(name, "")) for name, part in each.why]
        return []
    finally:
        reader.close()


def likeliest(cache: Path, count: int) -> list[Anticipated]:
    """What will most likely be asked about, best first; empty where nothing is prepared."""
    reader = HistoryReader(cache)
    try:
        return reader.anticipated(count)
    finally:
        reader.close()


def _asked(repository: str) -> list[tuple[str, str, str]]:
    try:
        journal = Journal.open_to_read(journal_file())
    except StoreError:
        return []
    try:
        rows = journal.query(
            "SELECT path, symbol, kind FROM asked WHERE repository = ? ORDER BY id DESC LIMIT ?",
            (repository, ASKED_MAX),
        )
        return [(path, symbol, kind) for path, symbol, kind in rows]
    except StoreError:
        return []
    finally:
        journal.close()


def _is_test_path(path: str) -> bool:
    language = languages.for_path(path)
    return language is None or language.is_test_path(path)
