"""One client's session: its folders, each with a repository; its buffers; and what it wants to see.

Belongs to the event loop's thread. It knows which repository and which buffer a document belongs to, and nothing about
what features do with them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from lsprotocol import types
from pygls.lsp.server import LanguageServer

from analyzers import languages
from analyzers.facts import MODULE
from analyzers.tables import FUNCTIONS, enclosing
from analyzers.text import Encoding, Lines
from lsp_server import locations, settings
from lsp_server.buffers import Buffer, Buffers, to_bytes
from lsp_server.messages import Active
from lsp_server.pages import Pages
from lsp_server.progress import Reporter
from lsp_server.repository import Repository
from lsp_server.shapes import StatusResult
from lsp_server.standing import Herald, budget, own_version
from lsp_server.store.folders import config_file
from lsp_server.threads import Threads
from lsp_server.view import View, repository_root

BUFFERS_MAX = 1_000
"""Open buffers that are followed; beyond them only saved files count."""
LOOK_AGAIN_S = 0.5
"""When what fails is read once more after it was said to have changed."""
ACTIVE_EVERY_S = 0.15
"""How often at most the sleeper is told that the user is active; thinking stops within 200 ms of an action."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """A file of a repository, open or not, as a request names it."""

    repository: Repository
    path: str
    lines: Lines

    @property
    def view(self) -> View:
        """The repository as a reader sees it."""
        return self.repository.view


class Session:
    """Mutable; only the event loop's thread may touch it."""

    def __init__(self) -> None:
        self.encoding = Encoding.UTF16
        self.client_shows_progress = False
        self.client_shows_documents = False
        """Whether the client opens a file when it is told to."""
        self.client_shows_answers = False
        """Whether the client knows us, and shows what a command gives; others run a command and drop its result."""
        self.client_hears_status = False
        """Whether the client wants `forethought/statusChanged`; others would report a message that they do not know."""
        self.settings, problems = settings.load(config_file())
        for problem in problems:
            _log.warning("%s", problem)
        self._asked: settings.Settings = self.settings
        self.buffers = Buffers()
        self._repositories: dict[Path, Repository] = {}
        self._folders: dict[str, Path] = {}
        self._reporter: Reporter | None = None
        self._leaving: set[asyncio.Task[None]] = set()
        self._server: LanguageServer | None = None
        self._heralds: dict[Repository, Herald] = {}
        self._pages = Pages()
        self.threads = Threads()
        """What was asked in each conversation."""
        self._active_said_s = -ACTIVE_EVERY_S
        self.touched_s = 0.0
        """When the user last did something, by the monotonic clock."""
        self._published: dict[Path, dict[str, list[types.Diagnostic]]] = {}
        self.on_tests: Callable[[Session, Repository], None] = lambda session, repository: None
        """Called when other tests of a repository fail than before, or it is known anew where suspects stand."""

    @property
    def muted(self) -> frozenset[str]:
        """Kinds and families of questions that are not wanted in a hover."""
        return frozenset(self._asked.questions.muted)

    @property
    def wants_lenses(self) -> bool:
        """Whether functions show their likeliest answer above them."""
        return self._asked.questions.lenses

    @property
    def repositories(self) -> list[Repository]:
        """Every repository that a folder is open of."""
        return list(self._repositories.values())

    def attach(self, server: LanguageServer) -> None:
        """The server through which messages reach the client."""
        self._reporter = Reporter(server)
        self._server = server

    def touched(self) -> None:
        """The user did something, so background work makes way. Said at once, and then not for every keystroke."""
        self.touched_s = now_s = time.monotonic()
        if now_s - self._active_said_s >= ACTIVE_EVERY_S:
            self._active_said_s = now_s
            for repository in self._repositories.values():
                repository.tell(Active())

    def focused(self, document: Document, symbol_path: str, symbol: str) -> None:
        """The cursor rests on a use or a definition of this symbol."""
        for repository in self._repositories.values():
            if repository.view is document.view:
                repository.focus(symbol_path, symbol)

    def add_folder(self, uri: str) -> None:
        """A folder was opened; several folders may belong to one repository."""
        folder = _file(uri)
        if folder is None or not folder.is_dir():
            _log.warning("not a folder on this machine: %s", uri)
            return
        root = repository_root(folder.resolve())
        self._folders[uri] = root
        if root not in self._repositories:
            self._repositories[root] = Repository(root, self._show, self._stirred, self._tests_read)

    def remove_folder(self, uri: str) -> None:
        """A folder was closed; its repository stays while another folder belongs to it."""
        root = self._folders.pop(uri, None)
        if root is not None and root not in self._folders.values():
            # Closing a folder is a notification: nobody waits for the sleeper's end.
            leaving = self._repositories.pop(root)
            self.publish(leaving, {})
            task = asyncio.get_running_loop().create_task(leaving.stop())
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def start(self) -> None:
        """Start whatever sleeper is not running yet."""
        for repository in self._repositories.values():
            repository.start(self._reporter if self.client_shows_progress else None)

    async def stop(self) -> None:
        """Let the sleepers go. Safe to call twice."""
        if self._reporter is not None:
            self._reporter.close()
        self._pages.close()
        for herald in self._heralds.values():
            herald.close()
        stopping = [repository.stop() for repository in self._repositories.values()]
        await asyncio.gather(*stopping, *self._leaving, return_exceptions=True)

    def document(self, uri: str) -> Document | None:
        """The file that a request names; None where it is outside every open repository, or is not there."""
        located = self._locate(uri)
        if located is None:
            return None
        repository, path = located
        repository.view.refresh()
        lines = repository.view.lines(path)
        return Document(repository, path, lines) if lines is not None else None

    def open(self, uri: str, text: str, version: int) -> None:
        """A buffer was opened."""
        located = self._locate(uri)
        if located is None or sum(1 for _ in self.buffers) >= BUFFERS_MAX:
            return
        repository, path = located
        language = languages.for_path(path)
        buffer = Buffer(path, language.grammar() if language is not None else None, version, to_bytes(text))
        self.buffers.open(uri, buffer)
        repository.buffers[path] = buffer
        repository.focus(path, "")

    def edited(self, uri: str) -> None:
        """Somebody typed in a buffer. The function is looked up where the saved text has it: no keystroke waits for
        the parser."""
        buffer, located = self.buffers.get(uri), self._locate(uri)
        if buffer is None or located is None:
            return
        repository, path = located
        blob = repository.view.paths().get(path)
        saved = buffer.trace_back(buffer.edited_at, blob) if blob is not None else None
        facts = repository.view.index_facts(path) if saved is not None else None
        if facts is None or saved is None:
            return
        at = enclosing(facts, saved, FUNCTIONS)
        if at == MODULE:
            at = enclosing(facts, saved - 1, FUNCTIONS)  # Typing on at a function's end.
        if at != MODULE:
            repository.noticed(path, facts.symbols[at].qualname, "edited")

    def close(self, uri: str) -> None:
        """A buffer was closed: the file on disk counts again."""
        buffer = self.buffers.close(uri)
        located = self._locate(uri)
        if buffer is not None and located is not None and located[0].buffers.get(buffer.path) is buffer:
            del located[0].buffers[buffer.path]

    def saved(self, uri: str) -> None:
        """A buffer was saved."""
        buffer = self.buffers.get(uri)
        if buffer is not None:
            buffer.mark_saved()
        self.hint([uri])

    def hint(self, uris: Sequence[str]) -> None:
        """These files may have changed on disk."""
        by_repository: dict[Repository, list[str]] = {}
        for uri in uris:
            located = self._locate(uri)
            if located is not None:
                by_repository.setdefault(located[0], []).append(located[1])
        for repository, paths in by_repository.items():
            repository.changed_on_disk(paths)

    def configure(self, wanted: object) -> None:
        """Take the client's preferences. They can only mute and lower: a workspace may have written them."""
        own = wanted.get("forethought", wanted) if isinstance(wanted, dict) else None
        if isinstance(own, dict):
            self._asked = settings.lowered_by(self.settings, own)

    def repository(self, uri: str = "") -> Repository | None:
        """The repository of a file; without one, the first that is open."""
        located = self._locate(uri) if uri else None
        return located[0] if located is not None else next(iter(self._repositories.values()), None)

    async def standing(self, repository: Repository | None) -> StatusResult:
        """What a repository's sleeper does."""
        if repository is None:
            return StatusResult("waiting", "no folder is open", 0, budget(self.settings), own_version())
        return await repository.standing(self.settings)

    def report(self, token: str | int, value: object) -> None:
        """A piece of a result, before the rest is there."""
        if self._server is not None:
            self._server.protocol.notify("$/progress", types.ProgressParams(token, msgspec.to_builtins(value)))

    def publish(self, repository: Repository, found: Mapping[str, Sequence[types.Diagnostic]]) -> None:
        """Sends a repository's diagnostics, by URI, and takes back those of files that have none any more."""
        before = self._published.get(repository.root, {})
        now = {uri: list(diagnostics) for uri, diagnostics in found.items()}
        self._published[repository.root] = now
        for uri in {**before, **now}:
            if self._server is not None and before.get(uri) != now.get(uri):
                params = types.PublishDiagnosticsParams(uri, now.get(uri, []))
                self._server.text_document_publish_diagnostics(params)

    def _tests_read(self, repository: Repository) -> None:
        self.on_tests(self, repository)
        # Reading never waits for the writer, which may just be closing its file: then there was nothing to be read.
        asyncio.get_running_loop().call_later(LOOK_AGAIN_S, self._look_again, repository)

    def _look_again(self, repository: Repository) -> None:
        if self._repositories.get(repository.root) is repository:
            self.on_tests(self, repository)

    def _stirred(self, repository: Repository) -> None:
        if not self.client_hears_status:
            return
        if repository not in self._heralds:
            self._heralds[repository] = Herald(lambda: self.standing(repository), self._say_status)
        self._heralds[repository].stir()

    def _say_status(self, status: StatusResult) -> None:
        if self._server is not None:
            self._server.protocol.notify("forethought/statusChanged", msgspec.to_builtins(status))

    def warn(self, text: str) -> None:
        """Put something before the user's eyes."""
        self._show(text)

    def show_page(self, name: str, page: str, message: str) -> None:
        """Opens a page beside the code in an editor that does such things; in another one, says the message.

        The editor answers in its own time, and may not before a command is done that it waits for.
        """
        if self._server is None:
            return
        if not self.client_shows_documents:
            self._say(message)
            return
        try:
            uri = self._pages.write(name, page).as_uri()
        except OSError as error:
            _log.warning("a page cannot be written: %s", error)
            self._say(message)
            return

        def shown(result: types.ShowDocumentResult | None) -> None:
            if result is None or not result.success:
                self._say(message)

        self._server.window_show_document(types.ShowDocumentParams(uri=uri, take_focus=True), shown)

    def _say(self, text: str) -> None:
        if self._server is not None:
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))

    def _show(self, text: str) -> None:
        if self._server is not None:
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))

    def _locate(self, uri: str) -> tuple[Repository, str] | None:
        file = _file(uri)
        if file is None:
            return None
        for candidate in (file, file.resolve()):
            inside = [root for root in self._repositories if candidate.is_relative_to(root)]
            if inside:
                root = max(inside, key=lambda root: len(root.parts))
                return self._repositories[root], candidate.relative_to(root).as_posix()
        return None


def _file(uri: str) -> Path | None:
    path = locations.uri_to_path(uri, locations.platform())
    return Path(path) if path else None
