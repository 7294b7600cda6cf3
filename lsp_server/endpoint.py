"""What a person should know about the endpoint that their settings name: the notice before code leaves the machine, and
`doctor`'s check with one tiny request. Knows no prompt that holds code.
"""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

import msgspec

from lsp_server.doctor import Check
from lsp_server.ledger import Caps, Ledger, Purpose, Refused
from lsp_server.model import Model, ModelError, Prompt, complete
from lsp_server.model_client import ModelClient
from lsp_server.model_settings import ModelSettings, Price, SleepSettings
from lsp_server.settings import Settings
from lsp_server.store import Journal, StoreError
from lsp_server.store.folders import config_file, journal_file

PROBE = Prompt("Reply with one word.", "Say: ready", 16)
"""All that the check sends."""


class EndpointReport(msgspec.Struct, frozen=True):
    """What the check found; `problem` is empty where thinking can begin."""

    lines: tuple[str, ...]
    problem: str = ""


def host_of(settings: ModelSettings) -> str:
    """The endpoint as the notice names it and as it is remembered."""
    parts = urlsplit(settings.base_url)
    return parts.netloc.rpartition("@")[2] or settings.base_url or "the address in OPENAI_BASE_URL"


def notice_due(settings: ModelSettings, ledger: Ledger) -> str:
    """What to tell the user, loudly and once, before the first request leaves this machine; empty where nothing is."""
    if not settings.configured or settings.local or ledger.noticed(host_of(settings)):
        return ""
    return (
        f"Forethought is about to send parts of this repository's source to {host_of(settings)} (model {settings.name})"
        ", because your settings name it. Ignored files, .forethoughtignore and detected secrets are kept back. "
        "`forethought sent` shows every request's exact text; `sleep.enabled = false` stops it."
    )


async def check_endpoint(model: Model, ledger: Ledger, settings: ModelSettings, sleep: SleepSettings) -> EndpointReport:
    """Asks for one word, and for the length of the context."""
    where = "on this machine" if settings.local else f"NOT on this machine: {host_of(settings)}"
    lines = [f"model {settings.name} at {settings.base_url}, {where}", f"the check sends: {PROBE.user!r}"]
    purpose = Purpose("", "", "doctor", settings.name, asleep=False)
    price = settings.prices.get(settings.name, Price())
    caps = Caps(sleep.tokens_per_day_max, sleep.money_per_day_max)
    reservation = ledger.reserve(purpose, price, caps, PROBE.bytes_total, PROBE.reply_tokens_max)
    if isinstance(reservation, Refused):
        return EndpointReport(tuple(lines), reservation.reason)
    began_s = time.perf_counter()
    try:
        reply = await complete(model, PROBE)
    except ModelError as error:
        if not error.started:
            ledger.release(reservation)
        return EndpointReport(tuple(lines), f"{error.kind}: {error}")
    if reply.usage is not None:
        ledger.settle(reservation, reply.usage, estimated=False)
    lines.append(f"answered in {time.perf_counter() - began_s:.1f} s: {reply.text.strip()[:40]!r}")
    if reply.usage is None:
        lines.append("does not say what a reply took: tokens are estimated")
    length = await model.context_tokens()
    lines.append(f"effective context: {length} tokens" if length else "does not say how long a context may be")
    lines += [f"note: {note}" for note in getattr(model, "notes", ())]
    return EndpointReport(tuple(lines))


def examine_endpoint(chosen: Settings) -> list[Check]:
    """The check for `doctor`, which renders it; nothing without a model. Sends one tiny request, and waits for it."""
    if not chosen.model.configured:
        return [Check("model", "note", "none is chosen: answers come from program analysis alone")]
    try:
        journal = Journal.open(journal_file())
    except StoreError as error:
        return [Check("model", "bad", f"not asked, because nothing can be reserved for it: {error}", error.advice)]
    try:
        report = asyncio.run(_examined(chosen, journal))
    finally:
        journal.close()
    advice = "forethought sent shows what was sent; forethought think --show-context what would be"
    checks = [Check("model", "bad" if report.problem else "good", line) for line in report.lines[:1]]
    checks += [
        Check("model", "good", line, advice if number == 0 else "") for number, line in enumerate(report.lines[1:])
    ]
    if report.problem:
        checks.append(
            Check("model", "bad", report.problem, f"check [model] in {config_file()}, and that it is running")
        )
    return checks


async def _examined(chosen: Settings, journal: Journal) -> EndpointReport:
    model = ModelClient(msgspec.structs.replace(chosen.model, attempts_max=1))
    try:
        return await check_endpoint(model, Ledger(journal), chosen.model, chosen.sleep)
    finally:
        await model.close()
