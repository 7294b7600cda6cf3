"""The sleeper: the process that watches, analyses and thinks while the editor is idle, and the only one that writes.

It waits until it is elected, opens the index, listens, and then does one thing at a time on its main thread: first a
due round of the agenda, else what comes once after the first round (watches and further jobs are made), else a step of
deep analysis, else a step of a further job, else it sleeps. Threads of the channel and the watcher only put hints into
the agenda, and answer `StatusAsked`.

Reading order: `election` (who writes), `agenda` (what to look at next), `workspace` (what is there), `pipeline` (how it
gets into the index), `deep` (records), `jobs` (everything else that is done while idle).
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, cast

import msgspec

from lsp_server import __version__, git, settings, workspace
from lsp_server.agenda import Agenda, Round
from lsp_server.channel import (
    ChannelError,
    Client,
    Listener,
    Rendezvous,
    new_address,
    read_rendezvous,
    write_rendezvous,
)
from lsp_server.children import die_with_parent, memory_bytes
from lsp_server.crashes import Crashes
from lsp_server.deep import DeepAnalysis, DeepWork, make_deep
from lsp_server.election import Election, remove_vanished_caches
from lsp_server.jobs import JOBS, Attentive, Job, Speaking, focus, hear, tell, urgent
from lsp_server.last_run import may_be_of_a_run
from lsp_server.messages import (
    HINT_PATHS_MAX,
    PROTOCOL,
    Active,
    AnalyzeAsked,
    Asked,
    Currency,
    Done,
    FilesChanged,
    Focused,
    FromSleeper,
    Noticed,
    Paused,
    Progress,
    Rated,
    Reconcile,
    RecordsStored,
    RetryCrashed,
    Status,
    StatusAsked,
    Suspect,
    TableState,
    ToSleeper,
    Welcome,
    table_parts,
)
from lsp_server.parse_worker import lower_priority
from lsp_server.pipeline import Announce, Outcome, Pipeline
from lsp_server.store import IndexWriter, RepositoryFolders, StoreDamaged, StoreError, repository_folders
from lsp_server.store.database import file_system_of
from lsp_server.store.folders import config_file, make_private, socket_folder
from lsp_server.waiters import Waiters
from lsp_server.watcher import Listener as WatchListener
from lsp_server.watcher import Watcher, hears_changes

_CAUSES_KEPT_MAX = 20
_RUSH_S = 2.0
"""After a save its records are made even while the user types; for this long at most."""
_PROGRESS_S = 0.1
_LINGER_S = 0.25
"""Whoever asked for an analysis and was answered may be about to end, and this process with it: nothing that takes long
is begun before this has passed."""
_STORE_RETRY_S = 10.0
_JOB_RETRY_S = 5.0
"""How soon a job that could do nothing just now is asked again."""
_NOT_WATCHED = workspace.NEVER_ENTERED - {".pytest_cache"}
"""Folders at the root without a watch: of those that hold no source, the one alone in which test runs leave word."""
_DEEP = "deep analysis"
"""Under this name the whole stage is blamed for a death, since no single file can be."""

_logger = logging.getLogger(__name__)


class Sleeper:
    """One sleeper process, from its election to its end."""

    def __init__(
        self,
        folders: RepositoryFolders,
        chosen: settings.Settings,
        *,
        deep: Callable[[Path], DeepAnalysis | None] = make_deep,
        jobs: Sequence[Callable[[RepositoryFolders, settings.Settings], Job]] = JOBS,
    ) -> None:
        self._folders = folders
        self._root = folders.root
        self._settings = chosen
        self._make_deep = deep
        self._make_jobs = jobs
        self._rules = workspace.Rules(
            exclude=chosen.analysis.exclude,
            file_bytes_max=chosen.analysis.file_bytes_max,
            files_max=chosen.analysis.files_max,
        )
        self._election = Election(folders.lock)
        self._agenda = Agenda()
        self._started_s = time.monotonic()
        self._stopping = threading.Event()
        # Held while the table changes and the change is sent, and while a new client is sent the whole table: else a
        # client could get an older whole after a newer change.
        self._table_lock = threading.Lock()
        self._blobs: dict[str, str] = {}
        self._version = 0
        self._state = TableState("catching up", "starting")
        self._doing = "starting"
        self._waiters = Waiters()
        self._focus: dict[str, None] = {}
        self._causes: list[str] = []
        self._paused = False
        self._active_until_s = 0.0
        self._rush_until_s = 0.0
        self._linger_until_s = 0.0
        self._jobs: list[Job] = []
        self._settled = False
        """Whether watches and jobs are made. Facts come first: they are what somebody waits for after a start."""
        self._head = ""
        self._last_progress_s = 0.0
        self._suspected = False
        self._forgiving = False
        self._exit_code = 0
        self._tidy = False
        """Whether something was written since the index was last tidied."""

    def stop(self) -> None:
        """Ends `run` soon. May be called from any thread and from a signal handler."""
        self._stopping.set()
        self._election.stop()
        self._agenda.wake()

    def run(self) -> int:
        """The whole life of the process; returns its exit code."""
        make_private(self._folders.cache)
        if not self._election.wait():
            return 0
        self._folders.root_note.write_text(str(self._root), encoding="utf-8")
        remove_vanished_caches(self._folders.cache)
        self._crashes = Crashes(self._folders.crashes)
        self._open()
        listener = self._listen()
        self._watcher = self._make_watcher()
        self._agenda.reconcile("start", _now_s(), urgent=True)
        try:
            while not self._stopping.is_set():
                self._turn()
        finally:
            for job in self._attentive():
                job.close()
            with contextlib.suppress(ChannelError):
                if read_rendezvous(self._folders.rendezvous).pid == os.getpid():
                    self._folders.rendezvous.unlink(missing_ok=True)
            listener.close()
            self._watcher.stop()
            self._index.close()
            self._election.resign()
        return self._exit_code

    # One thing at a time.

    def _turn(self) -> None:
        """Does the most urgent thing there is, or sleeps until there is one."""
        try:
            if self._suspected:
                self._suspected = False
                self._index.check()
            if self._forgiving:
                self._forgiving = False
                self._crashes.forgive()
                if self._deep is None:
                    self._make_pipeline()
            todo = self._agenda.take(_now_s())
            if todo is not None:
                if not self._folders.index.exists():
                    self._begin_again()
                    return
                self._round(todo)
            elif self._lingers():
                self._agenda.wait(_now_s(), self._linger_until_s - _now_s())
            elif not self._settled:
                self._settle()
            elif self._may_work() and any(job.step(self._should_pause) for job in urgent(self._jobs)):
                pass
            elif self._may_work() and self._deep is not None and self._deep.has_work:
                self._deep_step(self._deep)
            elif self._may_work() and any(job.step(self._should_pause) for job in self._jobs if job.has_work()):
                pass
            elif self._agenda.is_empty():
                self._rest()
            else:
                self._agenda.wait(_now_s(), None)
        except StoreDamaged as error:
            self._rebuild(error)
        except (StoreError, OSError) as error:
            # A full disk, a folder that went away: said, and tried again, since it may come back.
            self._say_state("unwatched", str(error))
            self._agenda.wait(_now_s(), _STORE_RETRY_S)
            self._agenda.reconcile("trying again", _now_s())

    def _round(self, todo: Round) -> None:
        self._causes = [*self._causes, todo.cause][-_CAUSES_KEPT_MAX:]
        if todo.whole:
            self._waiters.comparing()
            self._say_state("catching up", todo.cause)
            self._head = git.head(self._root)
        outcome = self._pipeline.bring_up_to_date(todo, list(self._focus))
        if outcome.changed or outcome.removed:
            self._tidy = True
            self._tell_deep(outcome)
        if not outcome.complete:
            # Broken off: what is missing differs still, and the next comparison finds it.
            self._agenda.reconcile(f"continuing: {todo.cause}", _now_s())
            return
        if todo.whole:
            self._waiters.compared()
        self._answer_waiters()
        if self._agenda.is_empty() and self._settled:
            self._say_state(*self._currency())

    def _settle(self) -> None:
        """What follows the first round: begins to watch, compares once more for what changed before, makes the jobs."""
        self._settled = True
        if self._settings.analysis.watch:
            self._watcher.start()
            kind = file_system_of(self._root)
            if self._watcher.trusted and not hears_changes(kind):
                heard = f"watching, but changes made elsewhere are not heard on {kind}"
                self._watcher.state = f"{heard}: files are compared too"
                self._watcher.trusted = False
            self._heard_head()
            self._agenda.reconcile("watching began", _now_s(), urgent=True)
        else:
            self._watcher.state = "not watching, by the settings: files are compared from time to time"
            self._say_state(*self._currency())
        jobs = [make(self._folders, self._settings) for make in self._make_jobs]
        for job in jobs:
            if isinstance(job, Speaking):
                job.attach(self._said)
            if isinstance(job, Attentive):
                job.paused(self._paused)
        self._jobs = jobs

    def _lingers(self) -> bool:
        return _now_s() < self._linger_until_s and not self._stopping.is_set()

    def _tell_deep(self, outcome: Outcome) -> None:
        for job in self._jobs:
            job.files_changed(outcome.changed, outcome.removed)
        if self._deep is None:
            return
        self._deep.files_changed(outcome.changed, outcome.removed, self._pipeline.blobs())
        if len(outcome.changed) < HINT_PATHS_MAX:
            self._rush_until_s = _now_s() + _RUSH_S

    def _deep_step(self, deep: DeepWork) -> None:
        self._doing = "deep analysis"
        with self._crashes.at(_DEEP, _DEEP):
            stored = deep.step(self._should_pause)
        if stored:
            self._tidy = True
            for start in range(0, len(stored), HINT_PATHS_MAX):
                self._broadcast(RecordsStored(tuple(stored[start : start + HINT_PATHS_MAX])))
        self._progress("deep", len(deep.stored), len(self._pipeline.table), deep.problem)
        if deep.up_to_date:
            self._answer_waiters()

    def _rest(self) -> None:
        """Nothing is urgent: tidies up once, then waits until somebody says something."""
        self._doing = "paused" if self._paused else "nothing to do"
        if self._tidy:
            self._tidy = False
            self._index.tidy(self._settings.analysis.index_bytes_max)
        now_s = _now_s()
        waits = [] if self._watcher.trusted else [self._settings.analysis.reconcile_s]
        if any(job.has_work() for job in self._jobs):
            waits.append(_JOB_RETRY_S)
        waiting_for_user = not self._paused and now_s < self._active_until_s
        if waiting_for_user:
            waits.append(self._active_until_s - now_s)
        self._agenda.wait(now_s, min(waits) if waits else None)
        due_s = now_s + self._settings.analysis.reconcile_s
        if not self._watcher.trusted and _now_s() >= due_s and self._agenda.is_empty():
            self._agenda.reconcile("events cannot be trusted here", _now_s())

    def _may_work(self) -> bool:
        """Whether work that nobody asked for may go on."""
        if self._paused or self._stopping.is_set():
            return False
        now_s = _now_s()
        return now_s >= self._active_until_s or now_s < self._rush_until_s or self._waiters.any_deep()

    def _should_pause(self) -> bool:
        return not self._may_work() or self._agenda.is_due(_now_s())

    def _answer_waiters(self) -> None:
        deep = self._deep
        if self._waiters.answer(deep is None or deep.up_to_date, deep.problem if deep is not None else ""):
            self._linger_until_s = _now_s() + _LINGER_S

    # The index.

    def _open(self) -> None:
        try:
            self._index = IndexWriter.open(self._folders.index)
            self._make_pipeline()
        except StoreDamaged as error:
            self._rebuild(error)

    def _make_pipeline(self) -> None:
        analysis = self._settings.analysis
        self._pipeline = Pipeline(
            self._root,
            self._index,
            self._rules,
            self._crashes,
            Announce(self._say_table, self._progress),
            folder=self._folders.cache,
            workers_max=min(analysis.workers_max, os.cpu_count() or 1),
            niceness=0,
            should_stop=self._stopping.is_set,
        )
        with self._table_lock:
            self._blobs = self._pipeline.blobs()
        made = None
        if analysis.deep and not self._crashes.is_blamed(_DEEP):
            made = self._make_deep(self._root)
        self._deep = (
            DeepWork(made, self._root, self._index, self._settings.analysis.deep_memory_bytes_max)
            if made is not None
            else None
        )
        if self._deep is not None and self._blobs:
            self._deep.files_changed(sorted(self._blobs), (), self._pipeline.blobs())

    def _begin_again(self) -> None:
        """Somebody removed the cache while it was in use, the lock and the address with it. Nobody would read what is
        written to a file without a name; so this process ends, and its server starts the next one."""
        _logger.warning("the index was removed")
        self._exit_code = 1
        self._stopping.set()

    def _rebuild(self, error: StoreError) -> None:
        """The index is broken: it is thrown away and made again, which loses time and nothing else."""
        _logger.warning("the index is damaged and is built again: %s", error)
        self._causes.append(f"the index was damaged: {error.detail}")
        with contextlib.suppress(AttributeError, StoreError):
            self._index.close()
        for file in self._folders.cache.glob(self._folders.index.name + "*"):
            file.unlink(missing_ok=True)
        self._index = IndexWriter.open(self._folders.index)
        self._make_pipeline()
        self._waiters.facts_lost()
        self._agenda.reconcile("the index was damaged", _now_s(), urgent=True)

    # What is heard.

    def _make_watcher(self) -> Watcher:
        listener = WatchListener(
            changed=self._heard_change,
            lost=lambda cause: self._agenda.reconcile(cause, _now_s()),
            moved_head=self._heard_head,
            now_s=_now_s,
        )
        folder = git.git_folder(self._root)
        return Watcher(self._root, folder, lambda name: name in _NOT_WATCHED, listener)

    def _heard_change(self, name: str) -> None:
        if workspace.changes_rules(name):
            self._agenda.reconcile(f"{name} changed", _now_s())
        elif workspace.worth_a_look(name, self._rules):
            self._agenda.hint([name], "files changed", _now_s())
        elif may_be_of_a_run(name):
            hear(self._jobs, name)
            self._agenda.wake()

    def _heard_head(self) -> None:
        found = git.head(self._root)
        if found != self._head:
            self._head = found
            self._agenda.reconcile("git's HEAD moved", _now_s())

    def _hear(self, client: Client, message: ToSleeper) -> None:
        """On a client's own thread: puts hints where the main thread finds them, and answers what needs no work."""
        now_s = _now_s()
        match message:
            case StatusAsked(id=id_):
                client.send(self._status(id_))
            case AnalyzeAsked(id=id_, deep=deep, since_ns=since_ns):
                if not self._waiters.add(client, id_, deep, since_ns):
                    self._agenda.reconcile("somebody asked", now_s, urgent=True)
            case FilesChanged(paths=paths, cause=cause):
                self._agenda.hint(paths[:HINT_PATHS_MAX], cause, now_s)
            case Reconcile(cause=cause):
                self._agenda.reconcile(cause, now_s)
            case Focused(path=path, symbol=symbol):
                focus(self._jobs, path, symbol)
                self._focus = dict.fromkeys([path, *self._focus][:HINT_PATHS_MAX])
                if self._deep is not None:
                    self._deep.focus(path)
            case Active():
                for job in self._attentive():
                    job.user_active()
                self._active_until_s = now_s + self._settings.analysis.idle_ms / 1000
            case Paused(paused=paused, id=id_):
                for job in self._attentive():
                    job.paused(paused)
                self._paused = paused
                self._broadcast(self._state)
                self._agenda.wake()
                if id_:
                    client.send(Done(id_))
            case Suspect():
                self._suspected = True
                self._agenda.wake()
            case Asked() | Rated() | Noticed():
                tell(self._jobs, message)
                self._agenda.wake()
            case RetryCrashed(id=id_):
                self._forgiving = True
                self._agenda.reconcile("what was set aside is tried again", now_s, urgent=True)
                if id_:
                    client.send(Done(id_))

    # What is said.

    def _listen(self) -> Listener:
        key = secrets.token_bytes(32)
        address = new_address(make_private(socket_folder()))
        self._listener: Listener | None = None
        listener = Listener(address, key, self._welcome, self._hear)
        self._listener = listener
        write_rendezvous(self._folders.rendezvous, Rendezvous(address, key, os.getpid()))
        return listener

    def _welcome(self, client: Client) -> None:
        with self._table_lock:
            client.send(Welcome(PROTOCOL, __version__, os.getpid(), str(self._root)))
            for part in table_parts(self._version, self._blobs, whole=True):
                client.send(part)
            client.send(self._state)

    def _broadcast(self, message: FromSleeper) -> None:
        if self._listener is not None:
            self._listener.broadcast(message)

    def _said(self, message: FromSleeper) -> bool:
        """Sends a job's message; whether anybody is there to hear it."""
        self._broadcast(message)
        return self._listener is not None and bool(self._listener.clients)

    def _attentive(self) -> list[Attentive]:
        return [job for job in self._jobs if isinstance(job, Attentive)]

    def _say_table(self, blobs: dict[str, str], removed: tuple[str, ...]) -> None:
        with self._table_lock:
            self._version += 1
            self._blobs.update(blobs)
            for name in removed:
                self._blobs.pop(name, None)
            for part in table_parts(self._version, blobs, removed, whole=False):
                self._broadcast(part)

    def _say_state(self, currency: Currency, detail: str = "") -> None:
        with self._table_lock:
            self._state = TableState(currency, detail)
            self._broadcast(self._state)

    def _currency(self) -> tuple[Currency, str]:
        return ("current", "") if self._watcher.trusted else ("unwatched", self._watcher.state)

    def _progress(self, stage: str, done: int, total: int, detail: str) -> None:
        self._doing = f"{stage}: {done} of {total} files" if total else stage
        now_s = _now_s()
        if done == total or now_s - self._last_progress_s >= _PROGRESS_S:
            self._last_progress_s = now_s
            self._broadcast(Progress(cast("Literal['scan', 'facts', 'deep']", stage), done, total, detail))

    def _status(self, id_: int) -> Status:
        deep = self._deep
        problems = {path: entry.problem for path, entry in dict(self._pipeline.table).items() if entry.problem}
        return Status(
            id=id_,
            pid=os.getpid(),
            version=__version__,
            root=str(self._root),
            doing=self._doing,
            currency=self._state.currency,
            watching=self._watcher.state,
            files=len(self._blobs),
            deep_done=len(deep.stored) if deep is not None else 0,
            deep_total=len(self._blobs) if deep is not None else 0,
            paused=self._paused,
            clients=len(self._listener.clients) if self._listener is not None else 0,
            uptime_s=round(time.monotonic() - self._started_s, 1),
            memory_bytes=memory_bytes(),
            set_aside=problems | self._crashes.blamed_paths(),
            notes=tuple(self._pipeline.notes[:100]),
            background={job.name: job.describe() for job in self._jobs} | self._deep_problem(),
            causes=tuple(self._causes),
        )

    def _deep_problem(self) -> dict[str, str]:
        return {_DEEP: self._deep.problem} if self._deep is not None and self._deep.problem else {}


def main(arguments: Sequence[str]) -> int:
    """The child process: the repository's root, and what the workspace's settings lower, as JSON."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    chosen, problems = settings.load(config_file())
    for problem in problems:
        _logger.warning("%s", problem)
    if len(arguments) > 1:
        with contextlib.suppress(msgspec.MsgspecError):
            chosen = settings.lowered_by(chosen, msgspec.json.decode(arguments[1], type=dict))
    lower_priority(chosen.analysis.niceness)
    sleeper = Sleeper(repository_folders(Path(arguments[0])), chosen)
    die_with_parent(sleeper.stop)
    signal.signal(signal.SIGTERM, lambda number, frame: sleeper.stop())
    code = sleeper.run()
    sys.stderr.flush()
    # Everything is closed. Taking apart what is in memory takes up to a second, and our parent waits for our end.
    os._exit(code)


def _now_s() -> float:
    return time.monotonic()
