"""What else the sleeper does while idle: the seam for history, anticipation and thinking.

A job is appended to `JOBS` as a factory. It runs on the sleeper's one thread, after facts and deep records are done
and while the user does nothing; it reads through its own `IndexReader` and keeps what it makes in the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from lsp_server.messages import Asked, FromSleeper, Noticed, Rated
from lsp_server.settings import Settings
from lsp_server.store import RepositoryFolders


class Job(Protocol):
    """Work that nobody waits for."""

    name: str
    urgent: bool
    """Whether it comes before the deep analysis."""

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

    def user_active(self) -> None:
        """The user did something: stop within 200 ms."""

    def paused(self, paused: bool) -> None:
        """The user's word: stop, or go on."""

    def close(self) -> None:
        """The sleeper ends; returns within two seconds."""


@runtime_checkable
class Speaking(Protocol):
    """A job that has something to say to whoever is connected."""

    def attach(self, say: Callable[[FromSleeper], bool]) -> None:
        """`say` sends a message to everybody who is connected, and says whether anybody is."""


@runtime_checkable
class Seeing(Protocol):
    """A job that works on what somebody looks at. Called from any thread; must return at once."""

    def focused(self, path: str, symbol: str) -> None:
        """The cursor rests here."""


@runtime_checkable
class Hearing(Protocol):
    """A job that looks at files which are no source. Called from any thread; must return at once."""

    def heard(self, name: str) -> None:
        """A file of a test run may have been written."""


@runtime_checkable
class Told(Protocol):
    """A job that learns from what people ask and do. Called from any thread; must return at once."""

    def told(self, message: Asked | Rated | Noticed) -> None:
        """Somebody asked, said whether an answer helped, or works on something."""


def urgent(jobs: Sequence[Job]) -> list[Job]:
    """Those that have work which comes before the deep analysis."""
    return [job for job in jobs if job.urgent and job.has_work()]


def focus(jobs: Sequence[Job], path: str, symbol: str) -> None:
    """Passes on where the cursor rests."""
    for job in jobs:
        if isinstance(job, Seeing):
            job.focused(path, symbol)


def tell(jobs: Sequence[Job], message: Asked | Rated | Noticed) -> None:
    """Passes on what somebody asked, said or works on."""
    for job in jobs:
        if isinstance(job, Told):
            job.told(message)


def hear(jobs: Sequence[Job], name: str) -> None:
    """Passes on that a file of a test run may have been written."""
    for job in jobs:
        if isinstance(job, Hearing):
            job.heard(name)


def history(folders: RepositoryFolders, settings: Settings) -> Job:
    """Reads what git knows: first, because it is cheap, and thinking and anticipation build on it."""
    from lsp_server.history import HistoryJob

    return HistoryJob(folders, settings)


def test_runs(folders: RepositoryFolders, settings: Settings) -> Job:
    """Looks at what test runs left behind: before the deep analysis, because whoever ran tests wants to know now."""
    from lsp_server.test_runs import TestRunsJob

    return TestRunsJob(folders, settings)


def since_passed(folders: RepositoryFolders, settings: Settings) -> Job:
    """Says what changed since the tests passed."""
    from lsp_server.test_runs import SinceJob

    return SinceJob(folders, settings)


def remembering(folders: RepositoryFolders, settings: Settings) -> Job:
    """Writes down what was really asked."""
    from lsp_server.asked import AskedJob

    return AskedJob(folders, settings)


def anticipation(folders: RepositoryFolders, settings: Settings) -> Job:
    """Names the functions that will likely be asked about, from what history and the journal say."""
    from lsp_server.anticipate import AnticipationJob

    return AnticipationJob(folders, settings)


def thinking(folders: RepositoryFolders, settings: Settings) -> Job:
    """Thinks with a language model; does nothing without one."""
    from lsp_server.thinking_job import ThinkingJob

    return ThinkingJob(folders, settings)


def texts(folders: RepositoryFolders, settings: Settings) -> Job:
    """Reads what the program says to people, so that a pasted message is found at once."""
    from lsp_server.texts_job import TextsJob

    return TextsJob(folders, settings)


JOBS: list[Callable[[RepositoryFolders, Settings], Job]] = [
    test_runs,
    remembering,
    since_passed,
    history,
    texts,
    anticipation,
    thinking,
]
"""In the order in which they get their turn."""
