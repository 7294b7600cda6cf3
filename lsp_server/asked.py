"""What people really ask, written down: the predictor learns from it, and the report counts it.

One row in `asked` for each question, one in the ledger of what was served, one in `rated` where somebody said whether
an answer helped. Hints gather in memory and are written while nobody waits.
"""

from __future__ import annotations

import collections
import logging
import time
from collections.abc import Callable, Sequence

from lsp_server.ledger import Clock
from lsp_server.messages import Asked, Noticed, Rated
from lsp_server.settings import Settings
from lsp_server.store import Journal, RepositoryFolders, StoreError
from lsp_server.store.folders import journal_file
from lsp_server.thoughts import Thoughts

WAITING_MAX = 1_000
"""Questions that wait to be written; somebody who asks faster is a program."""
ASKED_KEPT_MAX = 5_000
"""Questions that are kept of one repository, the latest."""

_log = logging.getLogger(__name__)


class AskedJob:
    """Writes questions into the journal. `told` may be called from any thread."""

    name = "questions asked"
    urgent = True

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._repository = folders.id
        # Appending and taking from the other end are each one step for the interpreter: no lock is needed.
        self._waiting: collections.deque[Asked | Rated] = collections.deque(maxlen=WAITING_MAX)
        self._kept = 0

    def told(self, message: Asked | Rated | Noticed) -> None:
        """Somebody asked, or said whether an answer helped; what is only so at this moment is not kept."""
        if not isinstance(message, Noticed):
            self._waiting.append(message)

    def has_work(self) -> bool:
        return bool(self._waiting)

    def step(self, should_pause: Callable[[], bool]) -> bool:
        said = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            journal = Journal.open(journal_file())
            try:
                keep(journal, self._repository, said)
            finally:
                journal.close()
        except StoreError as error:
            # What was asked is worth learning from, and not worth failing for.
            _log.warning("questions are not kept: %s", error)
        self._kept += len(said)
        return bool(said)

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        """Of no concern here."""

    def describe(self) -> str:
        return f"{self._kept} since the start" if self._kept else "none yet"


def keep(journal: Journal, repository: str, said: Sequence[Asked | Rated], clock: Clock = time.time) -> None:
    """Writes questions and opinions into the journal. Raises a `StoreError`."""
    thoughts = Thoughts(journal, repository, clock)
    for each in said:
        if isinstance(each, Rated):
            with journal.transaction():
                journal.execute(
                    "INSERT INTO rated (repository, kind, path, symbol, useful, at_s) VALUES (?, ?, ?, ?, ?, ?)",
                    (repository, each.kind, each.path, each.symbol, each.useful, int(clock())),
                )
            continue
        with journal.transaction():
            journal.execute(
                "INSERT INTO asked (repository, kind, path, symbol, at_s) VALUES (?, ?, ?, ?, ?)",
                (repository, each.kind, each.path, each.symbol, int(clock())),
            )
            journal.execute(
                "DELETE FROM asked WHERE repository = ? AND id <= (SELECT id FROM asked WHERE repository = ?"
                " ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (repository, repository, ASKED_KEPT_MAX),
            )
        thoughts.keep_served(each.path, each.symbol, each.kind, each.road, each.saved_tokens)
