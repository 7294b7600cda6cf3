"""One repository as a server holds it: its view, its open buffers, and the link to its sleeper.

Belongs to the event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from lsp_server.buffers import Buffer
from lsp_server.link import SleeperLink
from lsp_server.messages import (
    HINT_PATHS_MAX,
    Asked,
    FilesChanged,
    Focused,
    FromSleeper,
    Notice,
    Noticed,
    Paused,
    Progress,
    Rated,
    Reconcile,
    Road,
    Sign,
    TablePart,
    TableState,
    TestsRead,
    ToSleeper,
    Welcome,
)
from lsp_server.progress import Reporter
from lsp_server.settings import Settings
from lsp_server.shapes import StatusResult
from lsp_server.standing import standing
from lsp_server.store import IndexReader, repository_folders
from lsp_server.view import View

PAUSE_S_MAX = 2.0
"""How long a sleeper may take to confirm that it pauses."""


class Repository:
    """Mutable; only the event loop's thread may touch it."""

    def __init__(
        self,
        root: Path,
        show: Callable[[str], None] = lambda text: None,
        stirred: Callable[[Repository], None] = lambda repository: None,
        tests_read: Callable[[Repository], None] = lambda repository: None,
    ) -> None:
        """`show` puts a text before the user's eyes; `stirred` hears that the sleeper may do something else now, and
        `tests_read` that other tests fail, or that what is suspected may stand elsewhere."""
        self.root = root
        self.buffers: dict[str, Buffer] = {}
        folders = repository_folders(root)
        self._link = SleeperLink(folders, self._take)
        self._started = False
        self._show = show
        self._stirred = stirred
        self._tests_read = tests_read
        self._progress = ""
        self._noticed: dict[Sign, Noticed] = {}
        self._reporter: Reporter | None = None
        self.view = View(root, IndexReader(folders.index), self.buffers, self._table, self.state)

    def start(self, reporter: Reporter | None) -> None:
        """Start the sleeper, if it is not running. `reporter` shows how far it is."""
        if not self._started:
            self._started = True
            self._reporter = reporter
            self._link.start()

    async def stop(self) -> None:
        """Let the sleeper go. Safe to call twice."""
        self.view.reader.close()
        if self._started:
            self._started = False
            self._reporter = None
            await self._link.stop()

    def state(self) -> str:
        """What a reader must know about how current the table of files is; empty where it is current."""
        match self._link.currency:
            case "current":
                return ""
            case "catching up":
                return f"catching up{self._progress}"
            case "unwatched":
                return "unwatched"
            case _:
                return "not watched yet"

    async def standing(self, settings: Settings) -> StatusResult:
        """What the sleeper does, as clients show it."""
        return await standing(self._link, settings)

    async def pause(self, paused: bool) -> None:
        """The user's word to the sleeper. Raises `ChannelError` or `TimeoutError` where it does not hear."""
        await self._link.ask(Paused(paused), PAUSE_S_MAX)

    def changed_on_disk(self, paths: Iterable[str]) -> None:
        """These files may have changed on disk."""
        hints = tuple(paths)
        if len(hints) > HINT_PATHS_MAX:
            self.tell(Reconcile("the editor reported many changed files"))
        elif hints:
            self.tell(FilesChanged(hints))

    def focus(self, path: str, symbol: str) -> None:
        """Somebody looks at this symbol, so its file's answers are wanted first."""
        self.tell(Focused(path, symbol))

    def asked(self, path: str, symbol: str, kind: str, road: Road = "prepared", saved_tokens: int = 0) -> None:
        """Somebody really asked this, and was answered by this road: to be learned from and put into the ledger."""
        self.tell(Asked(path, symbol, kind, road, saved_tokens))

    def rated(self, path: str, symbol: str, kind: str, *, useful: bool) -> None:
        """Somebody said whether an answer helped."""
        self.tell(Rated(path, symbol, kind, useful))

    def noticed(self, path: str, symbol: str, sign: Sign) -> None:
        """Somebody works on this function, or the editor shows a problem in it; said once, until it is another one."""
        message = Noticed(path, symbol, sign)
        if self._noticed.get(sign) != message:
            self._noticed[sign] = message
            self.tell(message)

    def tell(self, message: ToSleeper) -> None:
        """A hint to the sleeper; never waits."""
        if self._started:
            self._link.send(message)

    def _table(self) -> dict[str, str] | None:
        return self._link.table if self._link.complete.is_set() else None

    def _take(self, message: FromSleeper) -> None:
        if isinstance(message, Notice):
            self._show(message.text)
        if isinstance(message, TestsRead) or (isinstance(message, TablePart) and message.complete):
            self._tests_read(self)
        if isinstance(message, Progress | TableState | Welcome):
            self._stirred(self)
        if isinstance(message, Progress):
            share = 100 * message.done // message.total if message.total else 0
            self._progress = f" {share} %" if message.total and message.done < message.total else ""
            if self._reporter is not None:
                self._reporter.take(self.root.name, message)
