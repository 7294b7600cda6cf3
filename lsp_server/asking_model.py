"""The roads on which a model answers: over what was prepared, else over the source. The reply is shown line by line.

It owns the order of things around the request: what may be sent, the notice, the reservation, the stream, the bill.
A line is shown when its marks were resolved, and never before. Cancelling it closes the connection.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

import msgspec

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.catalogue import KINDS
from analyzers.questions.prose import counted
from analyzers.records import RANK, Record
from analyzers.thinking import asking
from analyzers.thinking.enriched import Enriched
from analyzers.thinking.tokens import ESTIMATE_ERROR, tokens_estimate
from lsp_server import composing, prepared
from lsp_server.composing import Reply
from lsp_server.drafting import CONTEXT_TOKENS_ASSUMED, build
from lsp_server.endpoint import host_of, notice_due
from lsp_server.ledger import TEMPLATE_TOKENS_MAX, Caps, Ledger, Purpose, Refused, Reservation
from lsp_server.messages import Road as Served
from lsp_server.model import Done, Model, ModelError, Prompt, Usage
from lsp_server.model_settings import Price
from lsp_server.redaction import redact
from lsp_server.render import markdown
from lsp_server.sendable import Sendable
from lsp_server.settings import Settings
from lsp_server.shapes import Road
from lsp_server.store import Journal, StoreError, repository_folders
from lsp_server.store.folders import journal_file
from lsp_server.thoughts import read_enriched
from lsp_server.threads import Thread
from lsp_server.view import View
from lsp_server.workspace_source import collect

REPLY_TOKENS_MAX = 400
DOES = "does"

Say = Callable[[str], None]


class Prepared(msgspec.Struct, frozen=True):
    """One request, ready to be sent: what it says, and how a line of its reply becomes a claim."""

    road: Road
    served: Served
    prompt: Prompt
    resolve: Callable[[str], Claim | None]
    saved_tokens: int = 0


class Written(msgspec.Struct):
    """What came of a reply. Changed while it streams."""

    claims: list[Claim] = []
    dropped: int = 0
    usage: Usage | None = None
    text: str = ""
    failed: str = ""


async def answer(
    view: View,
    record: Record,
    kind: str,
    question: str,
    thread: Thread,
    settings: Settings,
    model: Model,
    say: Say,
    warn: Say,
) -> Reply:
    """The model's reply about one anchor; what is known without it where the model may not be asked or says nothing
    that can be shown."""
    request = prepare(view, record, question, thread, settings)
    if request is None:
        return _without(view, record, "its file may not be sent, or its source is not at hand")
    try:
        journal = await asyncio.to_thread(Journal.open, journal_file())
    except StoreError as error:
        return _without(view, record, f"nothing can be reserved for it: {error}")
    try:
        return await _asked(view, record, kind, request, settings, model, Ledger(journal), say, warn)
    finally:
        journal.close()


def prepare(view: View, record: Record, question: str, thread: Thread, settings: Settings) -> Prepared | None:
    """What would be sent; None where nothing may be. What was prepared is preferred to the source."""
    sendable = Sendable(view.root, settings.sleep.exclude)
    if not sendable.may_send(record.path):
        return None
    asked = [redact(turn.question)[0] for turn in thread]
    safe = redact(question)[0]
    answers = [each for each in prepared.answers(view, record) if each.freshness == "fresh" and each.weight > 0]
    enriched = fresh_enriched(view, record)
    facts = tuple(
        msgspec.structs.replace(fact, claim=msgspec.structs.replace(fact.claim, text=redact(fact.claim.text)[0]))
        for fact in asking.facts_of(answers, enriched)
        if all(sendable.may_send(place.path) for place in fact.claim.places)
    )
    if facts:
        user = asking.prompt_over_facts(record, facts, asked, safe)
        saved = max(0, enriched.context_tokens - enriched.tokens) if enriched is not None else 0
        prompt = Prompt(asking.SYSTEM, user, REPLY_TOKENS_MAX)
        return Prepared("enriched", "enriched", prompt, lambda line: asking.claim_over_facts(line, facts), saved)
    material = collect(view, record, sendable)
    room = (settings.model.context_tokens or CONTEXT_TOKENS_ASSUMED) - REPLY_TOKENS_MAX - TEMPLATE_TOKENS_MAX
    context = build(material, min(settings.sleep.context_tokens_max, int(room / (1 + ESTIMATE_ERROR)) - 300))
    if not context.spans:
        return None
    quotes = asking.quotes_of(context, material.sources)
    prompt = Prompt(asking.SYSTEM_OVER_SOURCE, asking.prompt_over_source(context, asked, safe), REPLY_TOKENS_MAX)
    return Prepared("context", "context", prompt, lambda line: asking.claim_over_source(line, quotes))


def fresh_enriched(view: View, record: Record) -> Enriched | None:
    """What a model thought about an anchor, where it still holds."""
    found = read_enriched(journal_file(), repository_folders(view.root).id, record.path, record.name)
    return next((each for each in found if each.thoughts and not prepared.changed_among(view, each.depends)), None)


async def _asked(
    view: View,
    record: Record,
    kind: str,
    request: Prepared,
    settings: Settings,
    model: Model,
    ledger: Ledger,
    say: Say,
    warn: Say,
) -> Reply:
    notice = notice_due(settings.model, ledger)
    if notice:
        warn(notice)
        ledger.keep_notice(host_of(settings.model))
    purpose = Purpose(repository_folders(view.root).id, record.path, record.name, model.name, asleep=False)
    price = settings.model.prices.get(model.name, Price())
    caps = Caps(settings.sleep.tokens_per_day_max, settings.sleep.money_per_day_max)
    reserved = ledger.reserve(purpose, price, caps, request.prompt.bytes_total, request.prompt.reply_tokens_max)
    if isinstance(reserved, Refused):
        return _without(view, record, reserved.reason)
    ledger.keep_sent(purpose, settings.model.base_url, request.prompt.exact_text())
    head = composing.heading(view, record.path, record.name, view.uri)
    written = Written()
    try:
        await _stream(view, model, request, head, written, say)
    finally:
        # Also on cancellation: what was begun may be billed.
        taken = _settled(ledger, reserved, request, written)
    return _reply(view, record, kind, request, head, written, taken)


async def _stream(view: View, model: Model, request: Prepared, head: str, written: Written, say: Say) -> None:
    """Shows each line the moment that it is whole and its marks were found."""
    waiting = ""

    def take(line: str) -> None:
        claim = request.resolve(line)
        if claim is None:
            written.dropped += bool(line.strip())
        elif len(written.claims) < asking.LINES_MAX and claim not in written.claims:
            if not written.claims:
                say(f"{head}\n\n")
            written.claims.append(claim)
            say(f"{line_of(view, claim)}\n")

    try:
        async with aclosing(model.stream(request.prompt)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Done):
                    written.usage = piece.usage
                    continue
                written.text += piece.text
                *whole, waiting = (waiting + piece.text).split("\n")
                for line in whole:
                    take(line)
        take(waiting)
    except ModelError as error:
        written.failed = "nothing was done" if not error.started and not written.text else str(error)


def _settled(ledger: Ledger, reserved: Reservation, request: Prepared, written: Written) -> Usage:
    if written.failed == "nothing was done":
        ledger.release(reserved)
        return Usage(0, 0)
    estimate = tokens_estimate(request.prompt.system) + tokens_estimate(request.prompt.user)
    taken = written.usage or Usage(
        min(reserved.input_tokens_max, math.ceil(estimate * (1 + ESTIMATE_ERROR))),
        min(reserved.output_tokens_max, math.ceil(tokens_estimate(written.text) * (1 + ESTIMATE_ERROR))),
    )
    ledger.settle(reserved, taken, estimated=written.usage is None)
    return taken


def _reply(
    view: View, record: Record, kind: str, request: Prepared, head: str, written: Written, taken: Usage
) -> Reply:
    if not written.claims:
        why = written.failed or "it cited nothing that was given to it"
        bare = _without(view, record, why)
        return composing.charged(bare, taken.input_tokens, taken.output_tokens, taken.cached_tokens)
    known = KINDS.get(kind) or KINDS[DOES]
    dropped = (f"{counted(written.dropped, 'line')} of the model's that cited nothing",) if written.dropped else ()
    answer = Answer(
        kind=known.name,
        path=record.path,
        symbol=record.name,
        question=known.question.format(none="None", raise_="raise", raises="raises"),
        conclusion=f"{counted(len(written.claims), 'line')} by a model, each with its place",
        confidence=min((claim.confidence for claim in written.claims), key=RANK.__getitem__),
        claims=tuple(written.claims),
        unknown=("whether the model is right: its citations were found, its conclusions were not checked", *dropped),
        weight=known.prior,
    )
    lines = [line_of(view, claim) for claim in written.claims]
    reply = Reply(
        request.road,
        "\n".join([head, "", *lines]) + "\n",
        (answer,),
        freshness="fresh",
        served=request.served,
        saved_tokens=request.saved_tokens,
    )
    return composing.charged(reply, taken.input_tokens, taken.output_tokens, taken.cached_tokens)


def line_of(view: View, claim: Claim) -> str:
    """A claim as a line of Markdown with its places."""
    links = " · ".join(markdown.link(place, view.line_now, view.uri) for place in claim.places[:3])
    return f"- {markdown.prose(claim.text)} ({claim.confidence}) {links}"


def _without(view: View, record: Record, why: str) -> Reply:
    """What is known although the model did not answer."""
    answers: Sequence[Answer] = [each for each in prepared.answers(view, record) if each.weight > 0][:3]
    note = f"*The model was not of use: {markdown.escape(why)}.*"
    if not answers:
        return Reply("notKnown", f"Not known. {note}")
    reply = composing.answered(view, answers)
    return replace(reply, markdown=f"{note} *What is prepared:*\n\n{reply.markdown}")
