"""`forethought analyze`: has the sleeper bring everything up to date, shows how far it is, then what was prepared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from lsp_server import messages
from lsp_server.channel import ChannelError
from lsp_server.cli.asking import EDITORS, show_likeliest
from lsp_server.cli.console import print_json
from lsp_server.cli.exits import FAILED, Failure
from lsp_server.cli.opening import offer_rebuild, open_view, store_failure
from lsp_server.cli.paths import root_of
from lsp_server.link import SleeperLink
from lsp_server.store import Counts, IndexReader, StoreAbsent, StoreError, repository_folders
from lsp_server.store.folders import RepositoryFolders

SHOWN_SYMBOLS = 3
TITLES = {"scan": "looking for files", "facts": "reading", "deep": "preparing answers", "think": "thinking"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one analysis did."""

    seconds: float
    read: int
    """Files that are new or have changed since the index last knew them; 0 on a warm start."""
    prepared: int
    """Files whose answers were made anew, as far as the sleeper told."""


def analyze(path: Path, *, shallow: bool, as_json: bool) -> None:
    folders = repository_folders(root_of(path))
    before = _check_store(folders)
    out = Console(highlight=False, soft_wrap=True)
    errors = Console(stderr=True)
    with _bars(errors) as bars:
        seconds, prepared = asyncio.run(_run(folders, shallow=shallow, show=_shower(bars)))
    view = open_view(path)
    # Compared, not counted from what the sleeper tells: a small repository is read before anybody listens.
    run = Run(seconds, sum(before.get(name) != blob for name, blob in view.paths().items()), prepared)
    counts = view.reader.counts()
    if as_json:
        print_json(_summary(folders, run, counts))
        return
    out.print(_sentence(folders, run, counts))
    out.print()
    shown = show_likeliest(out, view, SHOWN_SYMBOLS)
    if shown:
        out.print(f"[dim]more of these: forethought questions {path}[/dim]\n")
    out.print(EDITORS)


async def _run(
    folders: RepositoryFolders, *, shallow: bool, show: Callable[[messages.Progress], None]
) -> tuple[float, int]:
    """Has the sleeper finish; the seconds that took, and for how many files it said that it prepared answers."""
    prepared = 0

    def take(message: messages.FromSleeper) -> None:
        nonlocal prepared
        if isinstance(message, messages.Progress):
            if message.stage == "deep":
                prepared = max(prepared, message.total)
            show(message)

    link = SleeperLink(folders, take)
    start, since_ns = time.perf_counter(), time.monotonic_ns()
    link.start()
    try:
        reply = await link.ask(messages.AnalyzeAsked(deep=not shallow, since_ns=since_ns))
        seconds = time.perf_counter() - start
    except ChannelError as error:
        raise Failure(FAILED, f"the analysis did not finish: {error}") from error
    finally:
        await link.stop()
    if isinstance(reply, messages.Done) and reply.error:
        raise Failure(FAILED, f"the analysis did not finish: {reply.error}")
    return seconds, prepared


def _check_store(folders: RepositoryFolders) -> Mapping[str, str]:
    """The files that the index knows by now. Finds out about a damaged index while there is a person to ask."""
    try:
        return dict(IndexReader(folders.index).files())
    except StoreAbsent:
        return {}
    except StoreError as error:
        if not offer_rebuild(folders, error):
            raise store_failure(error) from error
        return {}


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def _shower(bars: Progress) -> Callable[[messages.Progress], None]:
    tasks: dict[str, TaskID] = {}

    def show(progress: messages.Progress) -> None:
        if progress.stage not in tasks:
            tasks[progress.stage] = bars.add_task(TITLES[progress.stage], total=None)
        bars.update(tasks[progress.stage], completed=progress.done, total=progress.total or None)

    return show


def _summary(folders: RepositoryFolders, run: Run, counts: Counts) -> dict[str, object]:
    return {
        "root": str(folders.root),
        "seconds": round(run.seconds, 3),
        "files": counts.files,
        "lines": counts.lines,
        "symbols": counts.symbols,
        "records": counts.records,
        "files_read": run.read,
        "files_prepared": run.prepared,
        "warm": run.read == 0,
    }


def _sentence(folders: RepositoryFolders, run: Run, counts: Counts) -> str:
    what = f"{counts.files:,} files, {counts.lines:,} lines, {counts.symbols:,} symbols"
    prepared = f", answers prepared for {counts.records:,}" if counts.records else ""
    name = f"[bold]{folders.root.name}[/bold]"
    if run.read == 0:
        return f"{name}: {what}{prepared}. Warm: nothing had changed, {run.seconds:.1f} s."
    return f"{name}: {what}{prepared}. Read {run.read:,} files; {run.seconds:.1f} s in all."
