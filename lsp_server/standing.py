"""What the sleeper does, as clients show it, and the notification when that changes.

Belongs to the event loop's thread. Asks the sleeper and reads the ledger; waits for neither longer than `ANSWER_S_MAX`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version

from lsp_server.channel import ChannelError
from lsp_server.ledger import Ledger
from lsp_server.link import SleeperLink
from lsp_server.messages import Status, StatusAsked
from lsp_server.settings import Settings
from lsp_server.shapes import Budget, State, StatusResult
from lsp_server.store import Journal, StoreError
from lsp_server.store.folders import journal_file

ANSWER_S_MAX = 1.0
SAID_EVERY_S = 1.0
"""How often at most a client hears of a change."""
THINKING = "thinking"
"""The name of the sleeper's job that asks a model."""

AT_WORK = ("thinking about", "scoring")
"""How that job begins to say that it is asking just now."""


async def standing(link: SleeperLink, settings: Settings) -> StatusResult:
    """What the sleeper does now; `waiting` where it does not answer."""
    status: Status | None = None
    if link.connected.is_set():
        try:
            reply = await link.ask(StatusAsked(), ANSWER_S_MAX)
            status = reply if isinstance(reply, Status) else None
        except (ChannelError, TimeoutError):
            status = None
    state, detail = state_of(status)
    pending = max(0, status.deep_total - status.deep_done) if status is not None else 0
    return StatusResult(state, detail, pending, budget(settings), own_version())


def state_of(status: Status | None) -> tuple[State, str]:
    """The one word that a status bar shows, and the clause behind it."""
    if status is None:
        return "waiting", "no sleeper answers yet"
    if status.paused:
        return "paused", "deep analysis and thinking wait for your word; saved files are kept current"
    thinking = status.background.get(THINKING, "")
    if status.currency == "catching up" or status.deep_done < status.deep_total:
        return "analysing", status.doing
    if thinking.startswith(AT_WORK):
        return "thinking", thinking
    return "idle", status.doing


def budget(settings: Settings) -> Budget | None:
    """What was spent today and may be; None without a model."""
    if not settings.model.configured:
        return None
    spent_money, spent_tokens = 0.0, 0
    try:
        journal = Journal.open_to_read(journal_file())
    except StoreError:
        journal = None
    if journal is not None:
        try:
            ledger = Ledger(journal)
            spent_money = ledger.spent_today().micros / 1e6
            spent_tokens = ledger.spent_today(asleep=True).tokens
        except StoreError:
            pass  # Busy: the next question about it finds out.
        finally:
            journal.close()
    sleep = settings.sleep
    return Budget(spent_money, sleep.money_per_day_max, spent_tokens, sleep.tokens_per_day_max)


def own_version() -> str:
    """This program's version; `0` where it is not installed."""
    try:
        return version("forethought")
    except PackageNotFoundError:
        return "0"


class Herald:
    """Says what changed, once for any number of causes within `SAID_EVERY_S`. Belongs to the event loop's thread."""

    def __init__(self, ask: Callable[[], Awaitable[StatusResult]], say: Callable[[StatusResult], None]) -> None:
        self._ask = ask
        self._say = say
        self._said: StatusResult | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._closed = False

    def stir(self) -> None:
        """Something may have changed. Returns at once."""
        if self._closed:
            return
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._tell())

    def close(self) -> None:
        """Say nothing any more."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()

    async def _tell(self) -> None:
        while self._again and not self._closed:
            self._again = False
            now = await self._ask()
            if now != self._said and not self._closed:
                self._said = now
                self._say(now)
            await asyncio.sleep(SAID_EVERY_S)
