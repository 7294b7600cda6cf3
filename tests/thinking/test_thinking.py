"""From context to enriched context: what is shown, what is believed, and what is kept."""

from __future__ import annotations

import msgspec
import pytest

from analyzers.questions.answer import Claim
from analyzers.thinking.context import Context, build_context, neighbour_paths
from analyzers.thinking.enriched import decode, encode, enrich, enriched_text
from analyzers.thinking.prompt import FOCUSES, SYSTEM, user_prompt
from analyzers.thinking.reply import parse_reply
from analyzers.thinking.tokens import tokens_bound, tokens_estimate
from analyzers.thinking.verify import Thought, contradicts, merge, saturated, verify
from tests.thinking import shop
from tests.thinking.replies import COUNT, GOOD, TEXTS, replies, scripted

CONTEXT = shop.context()
QUOTES = shop.quotes(CONTEXT)
RECORD = shop.record()


def thoughts_of(*claims: tuple[str, str, str, str]) -> tuple[Thought, ...]:
    return verify(parse_reply(scripted(list(claims))), QUOTES, RECORD).thoughts


def reason(text: str = GOOD[0][1], quote: str = GOOD[0][3]) -> str:
    result = verify(parse_reply(scripted([("values", text, "S1", quote)])), QUOTES, RECORD)
    return next(iter(result.dropped), "kept")


def test_the_context_shows_the_anchor_first_then_what_matters():
    assert CONTEXT.spans[0].symbol == "Stock.reserve"
    assert CONTEXT.spans[0].why.startswith("the anchor; why it can be None")
    shown = {span.path for span in CONTEXT.spans}
    assert shown == {"shop/stock.py", "shop/orders.py", "tests/test_orders.py"}
    for span in CONTEXT.spans:
        assert shop.FILES[span.path][span.start : span.end].decode() == span.text


def test_the_context_is_the_same_every_time():
    assert shop.context() == shop.context()


@pytest.mark.parametrize("tokens_max", [80, 150, 300, 4000])
def test_the_context_stays_within_its_budget(tokens_max):
    context = shop.context(tokens_max)
    assert context.tokens <= tokens_max
    assert context.spans[0].why.startswith("the anchor")
    assert all(item.taken for item in context.considered) == (tokens_max == 4000)


def test_files_that_may_not_be_read_are_not_shown():
    material = msgspec.structs.replace(
        shop.material(), sources={path: data for path, data in shop.FILES.items() if path != "shop/orders.py"}
    )
    context = build_context(material, 4000)
    assert "shop/orders.py" not in {span.path for span in context.spans}
    assert "shelf.label" not in user_prompt(context, 0)


def test_neighbours_are_asked_for_by_name():
    assert neighbour_paths(RECORD) == ["shop/stock.py", "shop/orders.py", "tests/test_orders.py"]


def test_what_was_shown_is_depended_on():
    names = {(item.kind, item.path, item.name) for item in CONTEXT.depends}
    assert ("span", "shop/stock.py", "Stock.reserve") in names
    assert ("span", "shop/orders.py", "place") in names
    assert ("lookup", "", "reserve") in names


def test_drafts_share_all_but_their_last_paragraph():
    first, second = user_prompt(CONTEXT, 0), user_prompt(CONTEXT, 1)
    shared = len(first) - len(FOCUSES[0]) - 60
    assert first[:shared] == second[:shared] != ""
    assert user_prompt(CONTEXT, len(FOCUSES)) == first


def test_no_text_can_close_its_fence():
    mark = user_prompt(CONTEXT, 0).split("<<<", 1)[1].split(" ", 1)[0]
    assert all(mark not in span.text for span in CONTEXT.spans)
    assert "never follow it" in SYSTEM


def test_a_quote_gets_its_place_from_the_source():
    (thought,) = thoughts_of(GOOD[1])
    (place,) = thought.claim.places
    assert (place.path, place.line, place.symbol) == ("shop/stock.py", 17, "Stock.reserve")
    assert shop.FILES[place.path][place.start : place.end] == b"shelf.count -= count"


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("shelf.count  -=\n count", "kept"),
        ("`shelf.count -= count`", "kept"),
        ("```python\nshelf.count -= count\n```", "kept"),
        ("helf.count -= count", "quote not found"),
        ("shelf.count -= coun", "quote not found"),
        ("shelf.count-=count", "quote not found"),
        ("shelf", "quote not found"),
        ("continue", "kept"),
        ("What is on the shelves. Grüße from the Änderungsdienst.", "kept"),
        ("...", "quote not found"),
        ("", "no quote"),
    ],
)
def test_quotes(quote, expected):
    assert reason(quote=quote) == expected


@pytest.mark.parametrize("text", TEXTS)
def test_no_bad_sentence_is_kept(text):
    assert reason(text) != "kept" or not text


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("`reserve` never returns None.", True),
        ("It cannot return None here.", True),
        ("`reserve` always returns None.", True),
        ("`reserve` may return None.", False),
        ("`get` never returns None.", False),
        ("`reserve` never raises `OutOfStock` again.", True),
        ("`reserve` never raises `KeyError` itself.", False),
        ("`place` never raises.", False),
        ("It is never called from production code.", True),
        ("This method is untested in this repository.", True),
    ],
)
def test_what_denies_certain_facts_is_dropped(text, denied):
    assert contradicts(text, RECORD) is denied


def test_drafts_agree_in_other_words():
    first = thoughts_of(GOOD[0], GOOD[1])
    second = thoughts_of(("state", "The shelf count is taken off before the reservation is written.", "S1", GOOD[1][3]))
    merged = merge([first, second])
    assert [(thought.votes, thought.claim.confidence) for thought in merged] == [(2, "likely"), (1, "possible")]
    assert saturated(first, second)
    assert not saturated((), first)
    assert not saturated(second, first)


def test_enriched_context_survives_the_store():
    enriched = enrich(CONTEXT, thoughts_of(*GOOD), 1, {}, 700)
    assert decode(encode(enriched)) == enriched
    assert enriched_text(enriched).splitlines()[0].endswith("[shop/stock.py:12]")


@pytest.mark.parametrize("tokens_max", [0, 40, 120, 700])
def test_enriched_context_stays_within_its_budget(tokens_max):
    enriched = enrich(CONTEXT, thoughts_of(*GOOD), 1, {}, tokens_max)
    assert enriched.tokens == tokens_estimate(enriched_text(enriched)) <= min(tokens_max, max(120, CONTEXT.tokens // 5))
    assert len(enriched.thoughts) + enriched.dropped.get("over budget", 0) == len(GOOD)


def test_five_hundred_hostile_replies_leave_no_claim_without_its_place():
    recorded = replies()
    assert len(recorded) == COUNT
    survivors = 0
    for number, reply in enumerate(recorded):
        verified = verify(parse_reply(reply.text), QUOTES, RECORD)
        if reply.survivors is not None:
            assert len(verified.thoughts) == reply.survivors, (number, reply.text[:300], verified.dropped)
        for thought in verified.thoughts:
            check_cited(thought.claim)
        survivors += len(verified.thoughts)
        enriched = enrich(CONTEXT, merge([verified.thoughts]), 1, verified.dropped, 700)
        assert tokens_estimate(enriched_text(enriched)) <= 700
    assert survivors > 500


def check_cited(claim: Claim) -> None:
    """What the citation says is what stands there."""
    assert claim.places
    assert claim.provenance == "model"
    assert claim.confidence != "certain"
    for place in claim.places:
        data = shop.FILES[place.path]
        assert " ".join(data[place.start : place.end].decode().split()) == place.quote
        assert data[: place.start].count(b"\n") + 1 == place.line


def test_estimates_are_bounded():
    for data in shop.FILES.values():
        assert 0 < tokens_estimate(data.decode()) < tokens_bound(len(data))


def test_an_empty_context_is_no_error():
    empty = build_context(msgspec.structs.replace(shop.material(), sources={}, evidence=()), 1000)
    assert isinstance(empty, Context)
    assert empty.spans == ()
