"""Thinking as it happens over time: budgets, interruptions, crashes, and an endpoint that comes and goes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analyzers.facts import FileFacts
from analyzers.thinking.context import Material
from analyzers.thinking.tokens import tokens_estimate
from lsp_server.drafting import Drafter, Outcome, Run
from lsp_server.ledger import Ledger
from lsp_server.model import ModelError, was_truncated
from lsp_server.model_settings import ModelSettings, Price, SleepSettings
from lsp_server.power import mains_by_pmset, mains_by_supplies
from lsp_server.store import Journal
from lsp_server.thinker import FRUITLESS_DRAFTS_MAX, Candidate, Thinker, worth
from lsp_server.thoughts import Thoughts, read_enriched
from tests.thinking import shop
from tests.thinking.replies import GOOD, scripted
from tests.thinking.scripted_model import ScriptedModel
from tests.thinking.virtual_time import run

ALL = scripted(GOOD)
SLEEP = SleepSettings(idle_seconds=20.0, drafts=2, concurrency=2)


def clock() -> float:
    return 1_700_000_000.0


class House:
    """Everything around a drafter, over one journal on disk."""

    def __init__(self, path: Path, model: ScriptedModel, sleep: SleepSettings = SLEEP, **given: Any) -> None:
        self.path = path
        journal = Journal.open(path)
        self.ledger = Ledger(journal, clock)
        self.thoughts = Thoughts(journal, "shop", clock)
        self.model = model
        self.run = Run(given.get("tokens_max"))
        self.drafter = Drafter(
            model,
            ledger=self.ledger,
            thoughts=self.thoughts,
            settings=given.get("settings", ModelSettings("http://m.test", "scripted")),
            sleep=sleep,
            repository="shop",
            run=self.run,
        )

    def think(self, material: Material | None = None) -> Outcome:
        return run(self.drafter.think(material or shop.material()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def test_what_survives_is_stored_and_paid_for(path):
    house = House(path, ScriptedModel(lambda prompt: ALL))
    outcome = house.think()
    assert (outcome.status, outcome.drafts) == ("thought", 2)
    assert outcome.enriched is not None
    assert read_enriched(path, "shop", "shop/stock.py", "Stock.reserve") == [outcome.enriched]
    assert {thought.votes for thought in outcome.enriched.thoughts} == {2}
    assert house.ledger.spent_today().tokens == outcome.spent_tokens == house.model.billed_tokens


def test_what_is_stored_is_not_thought_again(path):
    first = House(path, ScriptedModel(lambda prompt: ALL)).think()
    again = House(path, ScriptedModel(lambda prompt: "never asked"))
    assert again.think() == Outcome("known", first.enriched)
    assert again.model.prompts == []


def test_thoughts_follow_their_lines_without_being_paid_for_again(path):
    House(path, ScriptedModel(lambda prompt: ALL)).think()
    moved = shop.material()
    data = b"# a new first line\n" + shop.FILES["tests/test_orders.py"]
    files = {**shop.FILES, "tests/test_orders.py": data}
    starts = shop.FACTS["tests/test_orders.py"].line_starts
    facts = {**shop.FACTS, "tests/test_orders.py": FileFacts("python", shop.symbols(data), line_starts=starts)}
    outcome = House(path, ScriptedModel(lambda prompt: "never asked")).think(
        msgspec.structs.replace(moved, sources=files, facts=facts)
    )
    assert outcome.status in ("known", "thought")


def test_drafting_stops_when_a_draft_adds_almost_nothing(path):
    house = House(path, ScriptedModel(lambda prompt: ALL), SleepSettings(drafts=10, concurrency=1))
    assert house.think().drafts == 2


def test_drafts_go_side_by_side_up_to_the_limit(path):
    replies = iter([scripted([claim]) for claim in GOOD * 2])
    model = ScriptedModel(lambda prompt: [1.0, next(replies)])
    house = House(path, model, SleepSettings(drafts=6, concurrency=3))
    outcome = house.think()
    assert model.at_once_max == 3
    assert outcome.drafts == 6
    assert len(outcome.enriched.thoughts) + outcome.enriched.dropped["over budget"] == 6


def test_the_first_draft_is_the_coldest(path):
    house = House(path, ScriptedModel(lambda prompt: ALL))
    house.think()
    assert [prompt.temperature for prompt in house.model.prompts] == [0.0, 0.7]
    assert house.model.prompts[0].system == house.model.prompts[1].system


def test_secrets_are_not_sent(path):
    files = {
        **shop.FILES,
        "shop/stock.py": shop.FILES["shop/stock.py"].replace(b"shelf.count < count", b'key == "AKIAIOSFODNN7EXAMPLE"'),
    }
    house = House(path, ScriptedModel(lambda prompt: ALL))
    house.think(msgspec.structs.replace(shop.material(), sources=files))
    assert all("AKIA" not in prompt.exact_text() for prompt in house.model.prompts)
    assert all("AKIA" not in text for (text,) in Journal.open(path).query("SELECT text FROM sent"))


@pytest.mark.parametrize("tokens_max", [0, 500, 3_000, 6_000, 12_000, 100_000])
@pytest.mark.parametrize("bills", [True, False])
def test_a_run_never_passes_its_budget(path, tokens_max, bills):
    house = House(path, ScriptedModel(lambda prompt: ALL, bills=bills), tokens_max=tokens_max)
    outcome = house.think()
    assert house.model.billed_tokens <= tokens_max
    assert house.run.spent_tokens <= tokens_max
    assert (outcome.status == "over budget") == (tokens_max < 6_000)


def test_the_days_budget_is_never_passed(path):
    sleep = SleepSettings(tokens_per_day_max=7_000)
    house = House(path, ScriptedModel(lambda prompt: ALL), sleep)
    house.think()
    assert house.model.billed_tokens <= house.ledger.spent_today().tokens <= 7_000


def test_an_interrupted_draft_keeps_what_came(path):
    cut = ALL[: ALL.index("}") + 5]
    house = House(path, ScriptedModel(lambda prompt: [cut, 1_000.0]), SleepSettings(drafts=1))

    async def interrupted() -> None:
        task = asyncio.create_task(house.drafter.think(shop.material()))
        await asyncio.sleep(5)
        task.cancel()
        await asyncio.wait([task])

    run(interrupted())
    assert house.model.closed == 1
    spent = house.ledger.spent_today()
    assert 0 < spent.output_tokens < 200
    after = House(path, ScriptedModel(lambda prompt: "never asked"), SleepSettings(drafts=1))
    outcome = after.think()
    assert (outcome.status, outcome.drafts, len(outcome.enriched.thoughts)) == ("thought", 0, 1)


def test_a_reply_that_breaks_before_a_claim_is_asked_for_again(path):
    broken = ModelError("unreachable", "reset")
    broken.started = True
    house = House(path, ScriptedModel(lambda prompt: ['{"claims": [', broken]), SleepSettings(drafts=1))
    with pytest.raises(ModelError):
        house.think()
    assert house.ledger.spent_today().input_tokens > 0
    assert House(path, ScriptedModel(lambda prompt: ALL), SleepSettings(drafts=1)).think().drafts == 1


def test_a_request_that_never_began_costs_nothing(path):
    house = House(path, ScriptedModel(lambda prompt: ModelError("unreachable", "no route")))
    with pytest.raises(ModelError):
        house.think()
    assert house.ledger.spent_today().requests == 0


def test_one_failed_draft_does_not_waste_the_other(path):
    replies = iter([ModelError("server", "oops"), ALL])
    outcome = House(path, ScriptedModel(lambda prompt: next(replies)), SleepSettings(drafts=2, concurrency=2)).think()
    assert outcome.enriched is not None


def test_a_silent_cut_is_noticed_and_said():
    assert was_truncated(6_000, 4_096)
    assert was_truncated(6_000, 2_500)
    assert was_truncated(4_600, 4_096)
    assert not was_truncated(5_000, 4_300)
    assert not was_truncated(6_000, 40)


def test_the_context_shrinks_to_the_endpoint(path):
    house = House(path, ScriptedModel(lambda prompt: ALL, context=2_048))
    house.think()
    for prompt in house.model.prompts:
        assert tokens_estimate(prompt.system + prompt.user) * 1.25 + prompt.reply_tokens_max <= 2_048
    assert House(path, ScriptedModel(lambda prompt: ALL, context=900)).think().status == "too long"


class Desk:
    """A source of candidates that all have the same material."""

    def __init__(self, *candidates: Candidate) -> None:
        self.now = list(candidates)

    def candidates(self) -> list[Candidate]:
        return self.now

    def material(self, candidate: Candidate) -> Material:
        # Each candidate is to have a context of its own.
        return msgspec.structs.replace(shop.material(), evidence=(candidate.symbol,))


def candidate(symbol: str, predictability: float = 0.5, tokens: int = 3_000, **given: Any) -> Candidate:
    return Candidate("shop/stock.py", symbol, "1", predictability, tokens, **given)


def thinking(
    house: House, desk: Desk, sleep: SleepSettings = SLEEP, **given: Any
) -> tuple[Thinker, list[tuple[float, str]]]:
    told: list[tuple[float, str]] = []

    def tell(about: Candidate, outcome: Outcome) -> None:
        told.append((asyncio.get_running_loop().time(), about.symbol))

    return Thinker(desk, house.drafter, sleep, tell=tell, **given), told


def test_the_worthiest_comes_first_and_where_the_cursor_rests_before_all(path):
    desk = Desk(
        candidate("rare", 0.1),
        candidate("likely", 0.9),
        candidate("small", 0.9, 800),
        candidate("cursor", 0.0, first=True),
    )
    house = House(path, ScriptedModel(lambda prompt: ALL))

    async def some_time() -> list[str]:
        thinker, told = thinking(house, desk)
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(60)
        assert thinker.doing == "nothing left to think about"
        desk.now.append(candidate("new"))
        thinker.changed()
        await asyncio.sleep(1)
        task.cancel()
        return [symbol for _, symbol in told]

    assert run(some_time()) == ["cursor", "likely", "rare", "small", "new"]


def test_the_user_interrupts_at_once_and_thinking_resumes_when_idle(path):
    house = House(path, ScriptedModel(lambda prompt: [ALL[:300], 10.0, ALL[300:]]))

    async def a_day() -> tuple[float, list[tuple[float, str]]]:
        thinker, told = thinking(house, Desk(candidate("one")))
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(5)
        assert house.model._open == 2
        thinker.active()
        began = asyncio.get_running_loop().time()
        while house.model._open:
            await asyncio.sleep(0)
        stopped = asyncio.get_running_loop().time()
        await asyncio.sleep(100)
        task.cancel()
        return stopped - began, told

    took, told = run(a_day())
    assert took <= 0.2
    assert told == [(25.0, "one")]
    assert len(house.model.prompts) == 2, "the interrupted drafts had claims, so they are not paid for again"


def test_an_endpoint_that_is_gone_for_an_hour_is_asked_ever_more_rarely(path):
    down = True
    house = House(path, ScriptedModel(lambda prompt: ModelError("unreachable", "no route") if down else ALL))

    async def hours() -> list[tuple[float, str]]:
        nonlocal down
        thinker, told = thinking(house, Desk(candidate("one")))
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(3_600)
        assert thinker.doing == "waiting: no route"
        assert len(house.model.prompts) <= 20
        down = False
        await asyncio.sleep(1_000)
        task.cancel()
        return told

    assert [symbol for _, symbol in run(hours())] == ["one"]


def test_a_long_retry_after_is_kept(path):
    replies = iter([ModelError("rate_limited", "slow down", retry_after_s=1_800.0)] * 2 + [ALL] * 2)
    house = House(path, ScriptedModel(lambda prompt: next(replies)))

    async def hours() -> list[tuple[float, str]]:
        thinker, told = thinking(house, Desk(candidate("one")))
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(3_000)
        task.cancel()
        return told

    assert run(hours()) == [(1_800.0, "one")]


@pytest.mark.parametrize(
    ("reply", "anchors"),
    [
        (scripted([(*GOOD[0][:3], "this stands nowhere in the source")]), FRUITLESS_DRAFTS_MAX // 2),
        ("no JSON but {braces", FRUITLESS_DRAFTS_MAX // 2),
        ('{"claims": []}', 40),
        (ALL, 40),
    ],
    ids=["invented", "unreadable", "nothing to say", "good"],
)
def test_a_model_whose_claims_never_hold_is_given_up_until_somebody_resumes(path, reply, anchors):
    house = House(path, ScriptedModel(lambda prompt: reply))

    async def hours() -> tuple[int, int]:
        thinker, told = thinking(house, Desk(*(candidate(f"f{number}") for number in range(40))))
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(3_600)
        assert thinker.doing.startswith("stopped: of 24 drafts" if anchors < 40 else "nothing left")
        before = len(told)
        thinker.pause(True)
        thinker.pause(False)
        await asyncio.sleep(3_600)
        task.cancel()
        return before, len(told)

    assert run(hours()) == (anchors, min(40, 2 * anchors))


@pytest.mark.parametrize(
    ("sleep", "mains", "doing"),
    [
        (SleepSettings(enabled=False), True, "turned off"),
        (SleepSettings(), False, "on battery"),
        (SleepSettings(tokens_per_day_max=100), True, "today's 100 tokens are spent or reserved"),
    ],
)
def test_what_keeps_it_from_thinking_is_said(path, sleep, mains, doing):
    house = House(path, ScriptedModel(lambda prompt: ALL), sleep)

    async def an_hour() -> str:
        thinker, _ = thinking(house, Desk(candidate("one")), sleep, on_mains=lambda: mains)
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(3_600)
        task.cancel()
        return thinker.doing

    assert run(an_hour()) == doing
    assert house.model.prompts == []


def test_a_pause_stops_and_ends(path):
    house = House(path, ScriptedModel(lambda prompt: [5.0, ALL]))

    async def paused() -> list[tuple[float, str]]:
        thinker, told = thinking(house, Desk(candidate("one")))
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(1)
        thinker.pause(True)
        await asyncio.sleep(100)
        assert (thinker.doing, told) == ("paused", [])
        thinker.pause(False)
        await asyncio.sleep(100)
        task.cancel()
        return told

    assert [symbol for _, symbol in run(paused())] == ["one"]


def test_log_probabilities_order_what_is_equally_worthy(path):
    house = House(path, ScriptedModel(lambda prompt: ALL))
    house.model.log_probabilities = lambda context, continuation: -1.0 if "None" in continuation else -3.0
    desk = Desk(candidate("a", question="Who calls it?"), candidate("b", question="Why can it be None?"))

    async def some_time() -> list[str]:
        thinker, told = thinking(house, desk)
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(60)
        task.cancel()
        return [symbol for _, symbol in told]

    assert run(some_time()) == ["b", "a"]


def test_worth_is_predictability_times_saving_over_cost():
    base = worth(candidate("a"), SLEEP, Price())
    assert worth(candidate("a", 1.0), SLEEP, Price()) == pytest.approx(2 * base)
    assert worth(candidate("a", tokens=600), SLEEP, Price()) < base / 100
    assert worth(candidate("a"), SLEEP, Price(input=1.0, output=8.0)) < base


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({}, True),
        ({"AC": {"type": "Mains", "online": "1"}, "BAT0": {"type": "Battery", "status": "Charging"}}, True),
        ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "status": "Discharging"}}, False),
        ({"mouse": {"type": "Battery", "status": "Discharging", "scope": "Device"}}, True),
    ],
)
def test_mains_power_on_linux(supplies, expected):
    assert mains_by_supplies(supplies) is expected


def test_mains_power_on_macos():
    assert mains_by_pmset("Now drawing from 'AC Power'\n -InternalBattery-0 100%")
    assert not mains_by_pmset("Now drawing from 'Battery Power'\n -InternalBattery-0 80%")
