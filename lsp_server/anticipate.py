"""Which functions will somebody ask about next: worked out anew when a commit is made or a question was asked.

Feeds the predictor with what is stored (histories, facts, what was asked) and stores what it names first, with its
reasons. It must not know what is done with that: the thinker, the command line and the menu read it from the store.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from analyzers import activity, anticipation, languages
from analyzers.activity import Candidate, Key
from analyzers.anticipation import Anticipated, Predictor, Signals
from analyzers.evidence.failing import Failing
from lsp_server import history
from lsp_server.messages import Asked, Noticed, Rated, Sign
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
VISITED_MAX = 30
"""Functions on which the cursor rested, the latest."""
VISITED_SPAN = 6.0
NOTICED_MAX = 60
"""Functions that were edited or that a problem was shown in, the latest."""
NOTICED_SPAN = 4.0
NOTICED_COUNTS = 4
"""Another function in which somebody types says as much as so many rests of the cursor."""
VISITS_BEFORE_RANKING = 20
ASKED_COUNTS = 7
"""A question says as much as so many rests of the cursor."""
FRAME_DECAY = 0.7
CALLERS_MANY = 100
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
        # Each is one step for the interpreter, so that the threads that hear of the cursor need no lock.
        self._visited: collections.deque[Key] = collections.deque(maxlen=VISITED_MAX)
        self._noticed: collections.deque[tuple[Sign, Key]] = collections.deque(maxlen=NOTICED_MAX)
        self._visits = 0
        self._news = True
        self._failing = Failing()
        self._state = "waits for history"

    def has_work(self) -> bool:
        """Whether HEAD moved, other tests fail, or enough was saved, looked at or asked, since it ranked last."""
        return self._working is not None or self._due()

    def focused(self, path: str, symbol: str) -> None:
        """The cursor rests here. Called from any thread."""
        if symbol:
            self._visited.append((path, symbol))
            self._visits += 1

    def told(self, message: Asked | Rated | Noticed) -> None:
        """Somebody asked or works on something, so what is likely is another thing now. Called from any thread."""
        if isinstance(message, Noticed):
            self._noticed.append((message.sign, (message.path, message.symbol)))
        self._visits += NOTICED_COUNTS if isinstance(message, Noticed) else ASKED_COUNTS

    def step(self, should_pause: Callable[[], bool]) -> bool:
        """Ranks on until there is something else to do."""
        if self._working is None:
            if not self._due():
                return False
            repository = self._histories.repository()
            self._head = repository.head if repository is not None else ""
            self._failing = self._histories.failing()
            self._edits = self._visits = 0
            self._news = False
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

    def _due(self) -> bool:
        repository = self._histories.repository()
        if repository is None:
            return False  # Git was not asked yet: without history there is little to rank by.
        if self._news or repository.head != self._head or self._histories.failing() != self._failing:
            return True
        return self._edits >= EDITS_BEFORE_RANKING or self._visits >= VISITS_BEFORE_RANKING

    def _rank(self) -> Iterator[None]:
        reader = IndexReader(self._folders.index)
        writer = HistoryWriter.open(self._folders.cache)
        try:
            histories = writer.files()
            yield
            past, numbers = activity.from_histories(histories.values(), lambda path: not languages.is_source_path(path))
            yield
            line = [numbers[name] for name in history.line_of_work(self._folders.root) if name in numbers]
            author = history.who_is_at_work(self._folders.root)
            yield
            candidates: list[Candidate] = []
            for path in sorted(reader.files()):
                facts = reader.facts(reader.files()[path]) if languages.is_source_path(path) else None
                if facts is not None and len(candidates) < CANDIDATES_MAX:
                    candidates.extend(each.candidate for each in activity.functions_in(path, facts))
                yield
            asked, rated = _asked(self._folders.id)
            signals = self._signals(asked)
            edited = {path: math.exp(-age / EDITED_SPAN) for age, path in enumerate(reversed(self._edited))}
            fan_in = _FanIn(reader, candidates)
            rows: list[list[float]] = []
            for candidate, row in zip(candidates, past.features(candidates, line, author), strict=True):
                signal = signals.get((candidate.path, candidate.symbol), anticipation.NOTHING)
                signal = signal._replace(fan_in=fan_in.of(candidate.symbol))
                if candidate.path in edited:
                    signal = signal._replace(neighbour=edited[candidate.path])
                rows.append(anticipation.row(row, signal))
                if len(rows) % 200 == 0:
                    yield
            predictor = learned(asked, candidates, rows)
            found = ranked(candidates, rows, predictor)
            writer.set_anticipated(found)
            writer.set_preferences(preferences(predictor.learned().kinds, rated))
            self._state = f"{len(found)} of {len(candidates)} functions named"
        finally:
            writer.close()
            reader.close()

    def _signals(self, asked: Sequence[tuple[str, str, str]]) -> dict[Key, Signals]:
        """What is so at this moment, by function; only where something is."""
        found = asked_signals(asked)
        for key, strengths in failing_signals(self._failing).items():
            found[key] = found.get(key, anticipation.NOTHING)._replace(**strengths)
        for key, signs in noticed_signals(tuple(self._noticed)).items():
            found[key] = found.get(key, anticipation.NOTHING)._replace(**signs)
        for age, key in enumerate(reversed(tuple(self._visited))):
            signal = found.get(key, anticipation.NOTHING)
            found[key] = signal._replace(cursor=max(signal.cursor, math.exp(-age / VISITED_SPAN)))
        return found


def failing_signals(failing: Failing) -> dict[Key, dict[str, float]]:
    """How much each function has to do with the tests that fail: as a suspect, and in a traceback."""
    found: dict[Key, dict[str, float]] = {}
    for test in failing.tests:
        for suspect in test.suspects:
            own = found.setdefault((suspect.path, suspect.symbol), {})
            own["failing_test"] = max(own.get("failing_test", 0.0), suspect.score)
        for depth, (path, symbol, _) in enumerate(reversed(test.passes)):
            own = found.setdefault((path, symbol), {})
            own["frame"] = max(own.get("frame", 0.0), FRAME_DECAY**depth)
    return found


def noticed_signals(noticed: Sequence[tuple[Sign, Key]]) -> dict[Key, dict[str, float]]:
    """What was edited at this desk and what the editor shows problems in, (sign, function), the latest last.

    Each fades with the functions after it: a problem that was repaired is not reported, it is only seen no more.
    """
    found: dict[Key, dict[str, float]] = {}
    ages: collections.Counter[Sign] = collections.Counter()
    for sign, key in reversed(noticed):
        if sign not in found.setdefault(key, {}):
            found[key][sign] = math.exp(-ages[sign] / NOTICED_SPAN)
            ages[sign] += 1
    return found


def preferences(asked: Mapping[str, float], rated: Sequence[tuple[str, bool]]) -> dict[str, float]:
    """How often each kind was asked; an answer that helped counts as another question, one that did not takes one."""
    found = dict(asked)
    for kind, useful in rated:
        found[kind] = max(0.0, found.get(kind, 0.0) + (1.0 if useful else -1.0))
    return found


class _FanIn:
    """How many files call a function, by its last name: shared by all that have the name."""

    def __init__(self, reader: IndexReader, candidates: Sequence[Candidate]) -> None:
        self._reader = reader
        self._namesakes = collections.Counter(each.symbol.rpartition(".")[2] for each in candidates)
        self._known: dict[str, float] = {}

    def of(self, symbol: str) -> float:
        name = symbol.rpartition(".")[2]
        if name not in self._known:
            callers = len(self._reader.paths_calling(name)) / self._namesakes[name]
            self._known[name] = min(1.0, math.log1p(callers) / math.log1p(CALLERS_MANY))
        return self._known[name]


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
                {name: round(value, 3) for name, value in anticipation.strengths(rows[number]).items() if value > 0.0},
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


def _asked(repository: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, bool]]]:
    """(path, symbol, kind) of what was asked, and (kind, whether it helped) of what was rated, the latest first."""
    try:
        journal = Journal.open_to_read(journal_file())
    except StoreError:
        return [], []
    try:
        rows = journal.query(
            "SELECT path, symbol, kind FROM asked WHERE repository = ? ORDER BY id DESC LIMIT ?",
            (repository, ASKED_MAX),
        )
        rated = journal.query(
            "SELECT kind, useful FROM rated WHERE repository = ? ORDER BY id DESC LIMIT ?", (repository, ASKED_MAX)
        )
        asked = [(path, symbol, kind) for path, symbol, kind in rows]
        return asked, [(kind, bool(useful)) for kind, useful in rated]
    except StoreError:
        return [], []
    finally:
        journal.close()
