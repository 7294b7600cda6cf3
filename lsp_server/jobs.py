"""What else the sleeper does while idle: the seam for history, anticipation and thinking.

A job is appended to `JOBS` as a factory. It runs on the sleeper's one thread, after facts and deep records are done
and while the user does nothing; it reads through its own `IndexReader` and keeps what it makes in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from lsp_server.messages import Asked, FromSleeper, Rated
from lsp_server.settings import Settings
from lsp_server.store import RepositoryFolders


class Job(Protocol):
    """Work that nobody waits for."""

    name: str

    def has_work(self) -> bool:
        """Whether `step` would do anything. Asked often; must return at once."""

    def step(self, should_pause: Callable[[], bool]) -> bool:
        """Does some of the work, and returns soon after `should_pause` says so; whether anything was done.

        Asks `should_pause` at least every 50 ms, also while it waits for a reply from somewhere.
        """

    def files_changed(self, changed: Sequence[str], removed: Sequence[str]) -> None:
        """These files have other contents now, or are gone."""

    def describe(self) -> str:
        """What it is doing or why it does nothing, in one clause, for `status`. May be asked from another thread."""


@runtime_checkable
class Attentive(Protocol):
    """A job that works beside the sleeper's thread, and so is told what concerns it. Called from any thread."""

    def attach(self, say: Callable[[FromSleeper], bool]) -> None:
        """`say` sends a message to everybody who is connected, and says whether anybody is."""

    def user_active(self) -> None:
        """The user did something: stop within 200 ms."""

    def focused(self, path: str, symbol: str) -> None:
        """The cursor rests here."""

    def paused(self, paused: bool) -> None:
        """The user's word: stop, or go on."""

    def close(self) -> None:
        """The sleeper ends; returns within two seconds."""


@runtime_checkable
class Told(Protocol):
    """A job that learns from what people ask. Called from any thread; must return at once."""

    def told(self, message: Asked | Rated) -> None:
        """Somebody asked, or said whether an answer helped."""


def history(folders: RepositoryFolders, settings: Settings) -> Job:
    """Reads what git knows: first, because it is cheap, and thinking and anticipation build on it."""
    from lsp_server.history import HistoryJob

    return HistoryJob(folders, settings)


def anticipation(folders: RepositoryFolders, settings: Settings) -> Job:
    """Names the functions that will likely be asked about, from what history and the journal say."""
    from lsp_server.anticipate import AnticipationJob

    return AnticipationJob(folders, settings)


def thinking(folders: RepositoryFolders, settings: Settings) -> Job:
    """Thinks with a language model; does nothing without one."""
    from lsp_server.thinking_job import ThinkingJob

    return ThinkingJob(folders, settings)


JOBS: list[Callable[[RepositoryFolders, Settings], Job]] = [history, anticipation, thinking]
"""In the order in which they get their turn."""
