"""`forethought status`, `doctor` and `clean`: what is there, what is wrong, and how to be rid of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from lsp_server import settings
from lsp_server.channel import ChannelError
from lsp_server.cli.console import confirm, is_interactive, print_json
from lsp_server.cli.exits import FAILED, USAGE, Failure
from lsp_server.cli.opening import store_failure
from lsp_server.cli.paths import root_of
from lsp_server.doctor import examine, worst
from lsp_server.endpoint import examine_endpoint
from lsp_server.link import SleeperLink
from lsp_server.messages import Status, StatusAsked
from lsp_server.render import terminal
from lsp_server.store import Counts, IndexReader, StoreAbsent, StoreError, repository_folders
from lsp_server.store.folders import RepositoryFolders, config_file, remove_cache, vanished_caches

MARKS = {"good": "[green]good[/green]", "note": "[yellow]note[/yellow]", "bad": "[red]bad [/red]"}
STATUS_WAIT_S = 1.0
"""A sleeper that runs answers in milliseconds; without one there is nobody to wait for."""


def status(path: Path, *, as_json: bool) -> None:
    folders = repository_folders(root_of(path))
    counts = _counts(folders)
    sleeper = asyncio.run(_ask_status(folders))
    if as_json:
        print_json(
            {
                "root": str(folders.root),
                "index": str(folders.index),
                "counts": msgspec.to_builtins(counts),
                "sleeper": msgspec.to_builtins(sleeper),
            }
        )
        return
    out = terminal.console()
    out.print(f"[bold]{folders.root}[/bold]")
    if counts is None:
        out.print("  nothing is prepared yet; run: forethought analyze")
    else:
        out.print(
            f"  {counts.files:,} files, {counts.lines:,} lines, {counts.symbols:,} symbols;"
            f" answers prepared for {counts.records:,}"
        )
        out.print(f"  index: {counts.index_bytes / 1e6:.1f} MB in {folders.index}")
    if sleeper is None:
        out.print("  no sleeper is running; an editor or forethought analyze starts one")
    else:
        out.print(f"  sleeper: {sleeper.doing}; {sleeper.watching}; {sleeper.memory_bytes / 1e6:.0f} MB")
        for name, said in sleeper.background.items():
            out.print("   ", terminal.plain(f"{name}: {said}"))


def doctor(path: Path, *, as_json: bool) -> None:
    folders = repository_folders(root_of(path))
    checks = examine(folders, asyncio.run(_ask_status(folders)))
    checks += examine_endpoint(settings.load(config_file())[0])
    if as_json:
        print_json({"verdict": worst(checks), "checks": [msgspec.to_builtins(check) for check in checks]})
    else:
        out = terminal.console()
        for check in checks:
            out.print(MARKS[check.verdict], f"{check.name}:", terminal.plain(check.detail))
            if check.advice:
                out.print("      ", terminal.plain(f"-> {check.advice}"))
    if worst(checks) == "bad":
        raise SystemExit(FAILED)


def clean(path: Path, *, vanished: bool, yes: bool) -> None:
    caches = vanished_caches() if vanished else [repository_folders(root_of(path)).cache]
    there = [cache for cache in caches if cache.exists()]
    if not there:
        print("nothing to remove")
        return
    if not yes:
        if not is_interactive():
            raise Failure(USAGE, "clean asks before it removes; say --yes where nobody can answer")
        listed = "\n".join(f"  {cache}" for cache in there)
        if not confirm(f"Remove what was prepared? It can be rebuilt.\n{listed}\n"):
            return
    for cache in there:
        remove_cache(cache)
        print(f"removed {cache}")


def _counts(folders: RepositoryFolders) -> Counts | None:
    try:
        return IndexReader(folders.index).counts()
    except StoreAbsent:
        return None
    except StoreError as error:
        raise store_failure(error) from error


async def _ask_status(folders: RepositoryFolders) -> Status | None:
    link = SleeperLink(folders, spawn=False)
    link.start()
    try:
        reply = await link.ask(StatusAsked(), STATUS_WAIT_S)
    except (ChannelError, TimeoutError):
        return None
    finally:
        await link.stop()
    return reply if isinstance(reply, Status) else None
