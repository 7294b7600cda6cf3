"""Thinking as one of the sleeper's jobs: a thread of its own, so that waiting for a model keeps nobody else waiting.

The sleeper's own thread only starts it, once everything that it thinks about is prepared. The thread has its own
journal, index reader and event loop; others reach it through `call_soon_threadsafe` alone.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence

from lsp_server.drafting import Drafter, Outcome
from lsp_server.endpoint import host_of, notice_due
from lsp_server.ledger import Ledger
from lsp_server.messages import FromSleeper, Notice, Progress
from lsp_server.model_client import ModelClient
from lsp_server.power import on_mains
from lsp_server.sendable import Sendable
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, Journal, RepositoryFolders, StoreError
from lsp_server.store.folders import journal_file
from lsp_server.thinker import Candidate, Thinker
from lsp_server.thoughts import Thoughts
from lsp_server.view import View
from lsp_server.workspace_source import WorkspaceSource

CLOSE_S_MAX = 2.0
NOTICE_RETRY_S = 5.0

_log = logging.getLogger(__name__)

Say = Callable[[FromSleeper], bool]


class ThinkingJob:
    """Implements `jobs.Job` and `jobs.Attentive`. Its methods may be called from any thread."""

    name = "thinking"
    urgent = False

    def __init__(self, folders: RepositoryFolders, settings: Settings) -> None:
        self._folders = folders
        self._settings = settings
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main: asyncio.Task[None] | None = None
        self._thinker: Thinker | None = None
        self._source: WorkspaceSource | None = None
        self._say: Say = lambda message: False
        self._doing = "" if settings.model.configured else "no model is chosen"
        self._done = 0

    def attach(self, say: Say) -> None:
        """`say` reaches whoever is connected, and says whether anybody is."""
        self._say = say

    def has_work(self) -> bool:
        return self._thread is None and self._settings.model.configured and self._settings.sleep.enabled

    def step(self, should_pause: Callable[[], bool]) -> bool:
        self._thread = threading.Thread(target=self._run, name="thinking", daemon=True)
        self._thread.start()
        return True

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        self._tell(self._refresh)

    def user_active(self) -> None:
        self._tell(lambda thinker: thinker.active())

    def focused(self, path: str, symbol: str) -> None:
        def put(thinker: Thinker) -> None:
            if symbol and self._source is not None:
                self._source.put_first([(path, symbol)])
                self._refresh(thinker)

        self._tell(put)

    def paused(self, paused: bool) -> None:
        self._tell(lambda thinker: thinker.pause(paused))

    def describe(self) -> str:
        thinker = self._thinker
        doing = thinker.doing if thinker is not None else self._doing
        return f"{doing}; {self._done} anchors thought about" if self._done else doing or "waiting for its turn"

    def close(self) -> None:
        """Ends the thread; what a model was saying just now is kept as far as it came."""
        loop, main = self._loop, self._main
        if loop is not None and main is not None:
            try:
                loop.call_soon_threadsafe(main.cancel)
            except RuntimeError:
                return  # It has ended already.
        if self._thread is not None:
            self._thread.join(CLOSE_S_MAX)

    def _tell(self, what: Callable[[Thinker], None]) -> None:
        loop, thinker = self._loop, self._thinker
        if loop is None or thinker is None:
            return
        try:
            loop.call_soon_threadsafe(what, thinker)
        except RuntimeError:
            # The loop was closed between the question and the call: there is nobody left to tell.
            return

    def _refresh(self, thinker: Thinker) -> None:
        if self._source is not None:
            self._source.refresh()
        thinker.changed()

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except asyncio.CancelledError:
            self._doing = "ended"
        except StoreError as error:
            self._doing = f"the journal cannot be written: {error}"
        except Exception as error:  # Thinking is an extra: whatever ends it must not end the sleeper.
            _log.exception("thinking ended")
            self._doing = f"ended by an error: {type(error).__name__}: {error}"
        finally:
            self._thinker = None

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._main = asyncio.current_task()
        chosen, journal = self._settings, Journal.open(journal_file())
        model = ModelClient(chosen.model)
        reader = IndexReader(self._folders.index)
        try:
            ledger = Ledger(journal)
            await self._noticed(ledger)
            drafter = Drafter(
                model,
                ledger=ledger,
                thoughts=Thoughts(journal, self._folders.id),
                settings=chosen.model,
                sleep=chosen.sleep,
                repository=self._folders.id,
            )
            self._source = WorkspaceSource(
                View(self._folders.root, reader, {}),
                Sendable(self._folders.root, (*chosen.sleep.exclude, *chosen.analysis.exclude)),
                context_tokens_max=chosen.sleep.context_tokens_max,
            )
            self._thinker = Thinker(self._source, drafter, chosen.sleep, on_mains=on_mains, tell=self._heard)
            await self._thinker.run()
        finally:
            await model.close()
            reader.close()
            journal.close()

    async def _noticed(self, ledger: Ledger) -> None:
        """Returns once the user was told where code goes; until somebody can hear it, nothing is sent."""
        notice = notice_due(self._settings.model, ledger)
        while notice and not self._say(Notice(notice)):
            self._doing = "waiting for somebody to tell that code leaves this machine"
            await asyncio.sleep(NOTICE_RETRY_S)
        if notice:
            ledger.keep_notice(host_of(self._settings.model))

    def _heard(self, candidate: Candidate, outcome: Outcome) -> None:
        if outcome.status == "thought":
            self._done += 1
            self._say(Progress("think", self._done, 0, candidate.symbol or candidate.path))
