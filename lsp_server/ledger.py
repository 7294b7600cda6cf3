"""The ledger: what was spent asleep and awake, and the caps that are never passed.

A request reserves the most that it can take before it is sent, in one transaction with the check of the caps, and is
settled with what it took afterwards. What was reserved and never settled (a crash) counts at its most for ever. The
journal is one for all repositories and processes, so the caps hold across them. It must not know what is asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import msgspec

from lsp_server.model import Usage
from lsp_server.model_settings import Price
from lsp_server.store import Journal

TEMPLATE_TOKENS_MAX = 256
"""What an endpoint's chat template may add around a prompt."""
SENT_KEPT_MAX = 400
SENT_CHARS_MAX = 400_000

Clock = Callable[[], float]


class Caps(msgspec.Struct, frozen=True):
    """What may be spent in a day, over all repositories."""

    tokens_per_day_max: int
    """Input and output tokens that thinking asleep may take."""
    money_per_day_max: float
    """Asleep and awake together, in the price table's currency."""


class Purpose(msgspec.Struct, frozen=True):
    """What a request is for."""

    repository: str
    path: str
    symbol: str
    model: str
    asleep: bool = True


class Reservation(msgspec.Struct, frozen=True):
    """Permission for one request."""

    id: int
    purpose: Purpose
    price: Price
    input_tokens_max: int
    output_tokens_max: int

    @property
    def tokens_max(self) -> int:
        """The most that the request can take."""
        return self.input_tokens_max + self.output_tokens_max


class Refused(msgspec.Struct, frozen=True):
    """Why a request may not be sent today."""

    reason: str
    tokens_left: int
    """What a request asleep may still take, so that a smaller one can be tried."""


class Spent(msgspec.Struct, frozen=True):
    """Sums over some requests."""

    requests: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    micros: int
    """Millionths of the price table's currency."""

    @property
    def tokens(self) -> int:
        """Input and output."""
        return self.input_tokens + self.output_tokens


class Ledger:
    """Belongs to one thread at a time, like the journal that it writes."""

    def __init__(self, journal: Journal, clock: Clock = time.time) -> None:
        self._journal = journal
        self._clock = clock

    def reserve(
        self, purpose: Purpose, price: Price, caps: Caps, input_bytes: int, output_tokens_max: int
    ) -> Reservation | Refused:
        """Sets aside the most that a prompt of `input_bytes` can take: no tokenizer makes more tokens than bytes."""
        input_tokens_max = input_bytes + TEMPLATE_TOKENS_MAX
        micros = cost_micros(price, Usage(input_tokens_max, output_tokens_max))
        with self._journal.transaction():
            refused = self._refusal(purpose, caps, input_tokens_max + output_tokens_max, micros)
            if refused is not None:
                return refused
            self._journal.execute(
                "INSERT INTO spending (at_s, day, repository, path, symbol, asleep, model, settled, input_tokens,"
                " output_tokens, cached_tokens, micros, estimated) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0, ?, 1)",
                (*self._now(), purpose.repository, purpose.path, purpose.symbol, purpose.asleep, purpose.model,
                 input_tokens_max, output_tokens_max, micros),
            )  # fmt: skip
            ((row,),) = self._journal.query("SELECT last_insert_rowid()")
        return Reservation(row, purpose, price, input_tokens_max, output_tokens_max)

    def settle(self, reservation: Reservation, usage: Usage, *, estimated: bool) -> None:
        """Replaces what was set aside by what the request took; `estimated` where the endpoint did not say."""
        self._journal.execute(
            "UPDATE spending SET settled = 1, input_tokens = ?, output_tokens = ?, cached_tokens = ?, micros = ?,"
            " estimated = ? WHERE id = ?",
            (usage.input_tokens, usage.output_tokens, usage.cached_tokens, cost_micros(reservation.price, usage),
             estimated, reservation.id),
        )  # fmt: skip

    def release(self, reservation: Reservation) -> None:
        """Gives back what was set aside for a request that never reached a model."""
        self._journal.execute("DELETE FROM spending WHERE id = ? AND settled = 0", (reservation.id,))

    def spent_today(self, *, asleep: bool | None = None) -> Spent:
        """Today's sums; what is reserved counts at its most."""
        return self._spent("day = ?", (self._day(),), asleep)

    def spent_by_model(self, repository: str | None = None) -> dict[tuple[str, bool], Spent]:
        """(model, asleep) → sums since the beginning."""
        where, parameters = ("WHERE repository = ?", (repository,)) if repository else ("", ())
        rows = self._journal.query(
            f"SELECT model, asleep, {_SUMS} FROM spending {where} GROUP BY model, asleep", parameters
        )
        return {(model, bool(asleep)): Spent(*sums) for model, asleep, *sums in rows}

    def tokens_left_today(self, caps: Caps) -> int:
        """What thinking asleep may still take today, by the cap of tokens alone."""
        return max(0, caps.tokens_per_day_max - self.spent_today(asleep=True).tokens)

    def out_of_tokens(self, caps: Caps) -> str:
        """What to say when the tokens of the day do not suffice."""
        return f"today's {caps.tokens_per_day_max:,} tokens are spent or reserved"

    def keep_sent(self, purpose: Purpose, endpoint: str, text: str) -> None:
        """Remembers the exact text of a request; only the latest are kept."""
        anchor = f"{purpose.path}:{purpose.symbol}" if purpose.symbol else purpose.path
        with self._journal.transaction():
            self._journal.execute(
                "INSERT INTO sent (at_s, repository, endpoint, model, anchor, text) VALUES (?, ?, ?, ?, ?, ?)",
                (self._now()[0], purpose.repository, endpoint, purpose.model, anchor, text[:SENT_CHARS_MAX]),
            )
            self._journal.execute("DELETE FROM sent WHERE id <= (SELECT max(id) FROM sent) - ?", (SENT_KEPT_MAX,))

    def noticed(self, endpoint: str) -> bool:
        """Whether the user was told that code goes to this endpoint."""
        return bool(self._journal.query("SELECT 1 FROM notices WHERE endpoint = ?", (endpoint,)))

    def keep_notice(self, endpoint: str) -> None:
        """Remembers that the user was told."""
        self._journal.execute("INSERT OR IGNORE INTO notices VALUES (?, ?)", (endpoint, self._now()[0]))

    def _refusal(self, purpose: Purpose, caps: Caps, tokens: int, micros: int) -> Refused | None:
        left = self.tokens_left_today(caps)
        if purpose.asleep and tokens > left:
            return Refused(self.out_of_tokens(caps), left)
        if micros and self.spent_today().micros + micros > caps.money_per_day_max * 1_000_000:
            return Refused(f"today's {caps.money_per_day_max:g} of money are spent or reserved", left)
        return None

    def _spent(self, where: str, parameters: tuple[object, ...], asleep: bool | None) -> Spent:
        if asleep is not None:
            where, parameters = f"{where} AND asleep = ?", (*parameters, asleep)
        (row,) = self._journal.query(f"SELECT {_SUMS} FROM spending WHERE {where}", parameters)
        return Spent(*row)

    def _now(self) -> tuple[int, str]:
        return int(self._clock()), self._day()

    def _day(self) -> str:
        return day_of(self._clock())


_SUMS = (
    "count(*), coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0), coalesce(sum(cached_tokens), 0),"
    " coalesce(sum(micros), 0)"
)


def cost_micros(price: Price, usage: Usage) -> int:
    """What a request costs, in millionths of the currency, rounded up. Prices are per million tokens."""
    cached_price = price.input if price.cached is None else price.cached
    fresh = max(0, usage.input_tokens - usage.cached_tokens)
    return math.ceil(fresh * price.input + usage.cached_tokens * cached_price + usage.output_tokens * price.output)


def day_of(now_s: float) -> str:
    """The user's own day, by which caps are counted."""
    return time.strftime("%Y-%m-%d", time.localtime(now_s))
