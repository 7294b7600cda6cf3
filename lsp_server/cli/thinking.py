"""`forethought think` and `forethought sent`: thinking in the foreground, and the exact text of what was sent."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from rich.console import Console

from analyzers.records import Record
from analyzers.thinking.context import Context
from analyzers.thinking.prompt import context_text
from lsp_server import settings as user_settings
from lsp_server.cli.console import print_json
from lsp_server.cli.exits import FAILED, STORE, Failure
from lsp_server.cli.opening import open_view, store_failure
from lsp_server.drafting import Drafter, Outcome, Run, build
from lsp_server.endpoint import host_of, notice_due
from lsp_server.ledger import Ledger
from lsp_server.likeliest import likeliest
from lsp_server.model import ModelError
from lsp_server.model_client import ModelClient
from lsp_server.render import terminal
from lsp_server.sendable import Sendable
from lsp_server.settings import Settings
from lsp_server.store import Journal, StoreAbsent, StoreError, repository_folders
from lsp_server.store.folders import config_file, journal_file
from lsp_server.thinker import Candidate, worth
from lsp_server.thoughts import Thoughts
from lsp_server.view import View
from lsp_server.workspace_source import CANDIDATES_MAX, WorkspaceSource, collect

ANCHORS_SHOWN = 1


def think(path: Path, *, budget_tokens: int | None, show_context: bool) -> None:
    view = open_view(path)
    chosen, problems = user_settings.load(config_file())
    for problem in problems:
        print(f"forethought: {problem}", file=sys.stderr)
    if show_context:
        _show(terminal.console(), view, chosen)
        return
    if not chosen.model.configured:
        raise Failure(
            FAILED,
            f"no model is chosen; put [model] with base_url and name into {config_file()}, or set"
            " FORETHOUGHT_MODEL_BASE_URL and FORETHOUGHT_MODEL_NAME. To see what would be sent: --show-context",
        )
    try:
        journal = Journal.open(journal_file())
    except StoreError as error:
        raise store_failure(error) from error
    try:
        asyncio.run(_think(view, chosen, journal, budget_tokens))
    finally:
        journal.close()


def sent(*, limit: int, as_json: bool) -> None:
    try:
        journal = Journal.open_to_read(journal_file())
    except StoreAbsent as error:
        raise Failure(STORE, "nothing was ever sent to a model") from error
    except StoreError as error:
        raise store_failure(error) from error
    rows = journal.query(
        "SELECT id, at_s, repository, endpoint, model, anchor, text FROM sent ORDER BY id DESC LIMIT ?", (limit,)
    )
    journal.close()
    names = ("id", "at_s", "repository", "endpoint", "model", "anchor", "text")
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    for id_, at_s, repository, endpoint, model, anchor, text in reversed(rows):
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_s))
        print(f"=== {id_} · {when} · {repository} · {anchor} · {model} at {endpoint} · {len(text.encode()):,} bytes")
        print(text)
    if not rows:
        print("nothing was ever sent to a model")


async def _think(view: View, chosen: Settings, journal: Journal, budget_tokens: int | None) -> None:
    out, model = terminal.console(), ModelClient(chosen.model)
    ledger = Ledger(journal)
    repository = repository_folders(view.root).id
    run = Run(budget_tokens)
    notice = notice_due(chosen.model, ledger)
    if notice:
        Console(stderr=True).rule("[bold red]code leaves this machine[/bold red]", style="red")
        print(notice, file=sys.stderr)
        ledger.keep_notice(host_of(chosen.model))
    drafter = Drafter(
        model,
        ledger=ledger,
        thoughts=Thoughts(journal, repository),
        settings=chosen.model,
        sleep=chosen.sleep,
        repository=repository,
        run=run,
        hear=lambda text: print(f"  {text}", file=sys.stderr) if sys.stderr.isatty() else None,
    )
    source = _source(view, chosen)
    try:
        outcomes = await _all(out, view, source, drafter, chosen)
    finally:
        # The library's connections end with the loop; closing them here keeps it from complaining.
        await model.close()
    spent = ledger.spent_today()
    claims = sum(len(outcome.enriched.thoughts) for outcome in outcomes if outcome.enriched)
    out.print(
        f"{len(outcomes)} anchors, {claims} claims, {run.spent_tokens:,} tokens now"
        f" · today {spent.tokens:,} of {chosen.sleep.tokens_per_day_max:,}"
        + (f", {spent.micros / 1e6:.4f} of {chosen.sleep.money_per_day_max:g} in money" if spent.micros else "")
    )
    for note in model.notes:
        out.print(f"[dim]{chosen.model.name}: {note}[/dim]", markup=True)


async def _all(out: Console, view: View, source: WorkspaceSource, drafter: Drafter, chosen: Settings) -> list[Outcome]:
    """Every candidate in the order of its worth, until the budget is spent."""
    outcomes: list[Outcome] = []
    candidates = source.candidates()
    for number, candidate in enumerate(_by_worth(candidates, chosen, drafter), 1):
        material = source.material(candidate)
        if material is None:
            continue
        try:
            outcome = await drafter.think(material)
        except ModelError as error:
            raise Failure(FAILED, f"{chosen.model.base_url}: {error.kind}: {error}") from error
        if outcome.status == "over budget":
            out.print(f"stopped: {outcome.detail}")
            break
        outcomes.append(outcome)
        _print_outcome(out, view, f"{number}/{len(candidates)}", candidate, outcome)
    return outcomes


def _print_outcome(out: Console, view: View, counter: str, candidate: Candidate, outcome: Outcome) -> None:
    enriched = outcome.enriched
    if enriched is None:
        out.print(terminal.plain(f"{counter} {candidate.symbol}: {outcome.status} {outcome.detail}"))
        return
    paid = "stored already" if not outcome.drafts else f"{outcome.drafts} drafts, {outcome.spent_tokens:,} tokens"
    out.print(
        terminal.plain(
            f"{counter} {candidate.symbol} {candidate.path} · {len(enriched.thoughts)} claims · {paid}"
            f" · c {enriched.context_tokens:,} → c′ {enriched.tokens}"
        )
    )
    for thought in enriched.thoughts:
        place = thought.claim.places[0]
        out.print(
            terminal.plain(
                f"    {thought.claim.text}  {place.path}:{view.line_now(place)} · {thought.claim.confidence}"
            )
        )
    if enriched.dropped:
        counts = ", ".join(f"{reason} {count}" for reason, count in sorted(enriched.dropped.items()))
        out.print(terminal.plain(f"    dropped: {counts}"))


def _by_worth(candidates: list[Candidate], chosen: Settings, drafter: Drafter) -> list[Candidate]:
    return sorted(candidates, key=lambda each: (-worth(each, chosen.sleep, drafter.price), each.path, each.symbol))


def _source(view: View, chosen: Settings) -> WorkspaceSource:
    return WorkspaceSource(
        view,
        Sendable(view.root, (*chosen.sleep.exclude, *chosen.analysis.exclude)),
        context_tokens_max=chosen.sleep.context_tokens_max,
    )


def _show(out: Console, view: View, chosen: Settings) -> None:
    """What would be sent about the likeliest anchor, why each span is in it, and what was left out."""
    sendable = Sendable(view.root, (*chosen.sleep.exclude, *chosen.analysis.exclude))
    records: list[Record] = [each for each in likeliest(view, CANDIDATES_MAX) if sendable.may_send(each.path)]
    if not records:
        raise Failure(FAILED, "no function or class was found here")
    for record in records[:ANCHORS_SHOWN]:
        context = build(collect(view, record, sendable), chosen.sleep.context_tokens_max)
        _print_considered(out, record, context, chosen.sleep.context_tokens_max)
        out.print()
        out.print(terminal.plain(context_text(context)))


def _print_considered(out: Console, record: Record, context: Context, tokens_max: int) -> None:
    out.print(f"[bold]{record.name}[/bold]: about {context.tokens:,} of {tokens_max:,} tokens", markup=True)
    for item in context.considered:
        mark = "+" if item.taken else "-"
        where = f"{item.path}:{item.line} {item.symbol}"
        out.print(terminal.plain(f"  {mark} {item.usefulness:6.1f} {item.tokens:5} tokens  {where}  ({item.why})"))
