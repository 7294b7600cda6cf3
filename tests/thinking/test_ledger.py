"""Money is reserved before it is spent: caps hold through crashes, across repositories and between processes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lsp_server.ledger import TEMPLATE_TOKENS_MAX, Caps, Ledger, Purpose, Refused, Reservation, cost_micros
from lsp_server.model import Usage
from lsp_server.model_settings import Price
from lsp_server.store import Journal

HERE = Purpose("here", "a.py", "f", "m")
THERE = Purpose("there", "b.py", "g", "m")
CAPS = Caps(tokens_per_day_max=10_000, money_per_day_max=1.0)
FREE = Price()


class Clock:
    def __init__(self, now_s: float = 1_700_000_000.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def ledger(path: Path, clock: Clock | None = None) -> Ledger:
    return Ledger(Journal.open(path), clock or Clock())


def reserved(
    book: Ledger, purpose: Purpose = HERE, size: int = 3_000, price: Price = FREE, caps: Caps = CAPS
) -> Reservation:
    reservation = book.reserve(purpose, price, caps, size, 500)
    assert isinstance(reservation, Reservation), reservation
    return reservation


def test_what_is_reserved_counts_until_it_is_settled(path):
    book = ledger(path)
    first = reserved(book)
    assert book.spent_today().tokens == 3_000 + 500 + TEMPLATE_TOKENS_MAX
    book.settle(first, Usage(800, 100, 50), estimated=False)
    assert book.spent_today(asleep=True).tokens == 900
    assert book.spent_today(asleep=False).tokens == 0
    assert book.spent_by_model() == {("m", True): book.spent_today()}


def test_what_never_reached_a_model_is_given_back(path):
    book = ledger(path)
    book.release(reserved(book))
    assert book.spent_today().tokens == 0


def test_a_crash_leaves_the_most_that_could_have_been_spent(path):
    reserved(ledger(path))
    after = ledger(path)
    assert after.spent_today().tokens == 3_000 + 500 + TEMPLATE_TOKENS_MAX
    reserved(after)
    refused = after.reserve(HERE, FREE, CAPS, 3_000, 500)
    assert isinstance(refused, Refused)
    assert refused.tokens_left == 10_000 - 2 * 3_756


def test_caps_hold_across_repositories(path):
    one, other = ledger(path), ledger(path)
    reserved(one, HERE, 6_000)
    assert isinstance(other.reserve(THERE, FREE, CAPS, 6_000, 500), Refused)


def test_a_new_day_begins_anew(path):
    clock = Clock()
    book = ledger(path, clock)
    reserved(book, size=9_000)
    assert isinstance(book.reserve(HERE, FREE, CAPS, 3_000, 500), Refused)
    clock.now_s += 86_400
    reserved(book)


def test_money_is_capped_asleep_and_awake_together(path):
    book = ledger(path)
    price = Price(input=100.0, output=400.0)
    awake = Purpose("here", "a.py", "f", "m", asleep=False)
    reserved(book, awake, 3_000, price)
    assert isinstance(book.reserve(awake, price, CAPS, 6_000, 500), Refused)
    reserved(book, size=6_000)


def test_awake_questions_do_not_use_up_the_tokens_for_sleep(path):
    book = ledger(path)
    reserved(book, Purpose("here", "a.py", "f", "m", asleep=False), 9_000)
    reserved(book, size=9_000)


@pytest.mark.parametrize(
    ("price", "usage", "micros"),
    [
        (Price(input=1.0, output=2.0), Usage(1_000, 100), 1_200),
        (Price(input=1.0, cached=0.1, output=2.0), Usage(1_000, 100, 900), 390),
        (Price(input=1.0, output=2.0), Usage(1_000, 100, 900), 1_200),
        (Price(input=0.15), Usage(1, 0), 1),
        (Price(), Usage(10**9, 10**9), 0),
    ],
)
def test_prices(price, usage, micros):
    assert cost_micros(price, usage) == micros


@pytest.mark.parametrize("seed", range(5))
def test_no_order_of_requests_and_crashes_passes_the_caps(path, seed):
    """Endpoints take less than the bound; processes die between any two steps."""
    chooser = random.Random(seed)
    price, caps = Price(input=20.0, output=60.0), Caps(40_000, 1.0)
    books = [ledger(path), ledger(path)]
    truly_tokens, truly_micros = 0, 0
    for _ in range(60):
        book = chooser.choice(books)
        size = chooser.randint(100, 8_000)
        reservation = book.reserve(chooser.choice([HERE, THERE]), price, caps, size, 400)
        if isinstance(reservation, Refused):
            continue
        usage = Usage(chooser.randint(0, size + TEMPLATE_TOKENS_MAX), chooser.randint(0, 400))
        truly_tokens += usage.input_tokens + usage.output_tokens
        truly_micros += cost_micros(price, usage)
        if chooser.random() < 0.3:
            books[books.index(book)] = ledger(path)
        else:
            book.settle(reservation, usage, estimated=False)
        assert truly_tokens <= caps.tokens_per_day_max
        assert truly_micros <= caps.money_per_day_max * 1_000_000


def test_any_failing_statement_leaves_the_caps_whole(path):
    """Make the n-th statement fail, for every n: what is not settled still counts."""
    for failing in range(1, 12):
        target = path.with_name(f"journal-{failing}.sqlite3")
        Journal.open(target).close()
        count = 0

        def before(sql: str, failing: int = failing) -> None:
            nonlocal count
            count += 1
            if count == failing:
                raise OSError("the disk is gone")

        sent = False
        try:
            book = Ledger(Journal.open(target, before), Clock())
            count = 0
            reservation = reserved(book)
            sent = True
            book.settle(reservation, Usage(10, 10), estimated=False)
        except OSError:
            pass
        assert ledger(target).spent_today().tokens >= (20 if sent else 0)


def test_notices_and_what_was_sent_are_kept(path):
    book = ledger(path)
    assert not book.noticed("http://far.test")
    book.keep_notice("http://far.test")
    assert ledger(path).noticed("http://far.test")
    book.keep_sent(HERE, "http://far.test", "text")
    assert Journal.open(path).query("SELECT anchor, text FROM sent") == [("a.py:f", "text")]
