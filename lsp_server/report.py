"""The report's data: what was anticipated, how often it was right, what was spent and what that saved.

Read from the journal and compared with the repository as it is now. Knows no HTML.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from analyzers.thinking import enriched as enriching
from analyzers.thinking.enriched import Enriched
from lsp_server import prepared
from lsp_server.store import Journal
from lsp_server.view import View

ANCHORS_MAX = 400
DAYS_MAX = 90
HIT_ROADS = ("prepared", "composed", "enriched")


class Day(msgspec.Struct, frozen=True):
    """One day of this repository."""

    day: str
    asleep_tokens: int = 0
    awake_tokens: int = 0
    saved_tokens: int = 0
    asked: int = 0
    hits: int = 0
    """Questions that something prepared answered."""


class AnchorRow(msgspec.Struct, frozen=True):
    """What was prepared for one anchor."""

    path: str
    symbol: str
    claims: int
    context_tokens: int
    tokens: int
    used: int
    at_s: int
    stale_because: tuple[str, ...]
    """Empty where it is fresh."""
    texts: tuple[str, ...]


class ModelRow(msgspec.Struct, frozen=True):
    """What one model took."""

    model: str
    asleep: bool
    requests: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    micros: int


class Report(msgspec.Struct, frozen=True):
    """Everything that the page shows."""

    root: str
    days: tuple[Day, ...]
    anchors: tuple[AnchorRow, ...]
    """The latest version of each, the likeliest to be of use first."""
    models: tuple[ModelRow, ...]
    dropped: dict[str, int]
    """Claims that did not survive, by reason."""
    prepared_and_used: int
    prepared_never_used: int
    asked_and_not_prepared: int
    unsettled: int
    """Requests whose end nobody saw: they count at the most that they could take."""


def gather(journal: Journal, view: View, repository: str) -> Report:
    """All of it. Raises a `StoreError` where the journal cannot be read."""
    stored = _latest(journal, repository)
    anchors = tuple(_anchor(view, row) for row in stored[:ANCHORS_MAX])
    roads: Counter[str] = Counter(dict(journal.query(
        "SELECT road, count(*) FROM served WHERE repository = ? GROUP BY road", (repository,)
    )))  # fmt: skip
    dropped: Counter[str] = Counter()
    for enriched, _, _ in stored:
        dropped.update(enriched.dropped)
    ((unsettled,),) = journal.query("SELECT count(*) FROM spending WHERE repository = ? AND settled = 0", (repository,))
    return Report(
        root=str(view.root),
        days=_days(journal, repository),
        anchors=anchors,
        models=_models(journal, repository),
        dropped=dict(dropped),
        prepared_and_used=sum(row.used > 0 for row in anchors),
        prepared_never_used=sum(row.used == 0 for row in anchors),
        asked_and_not_prepared=sum(count for road, count in roads.items() if road not in HIT_ROADS),
        unsettled=unsettled,
    )


def _latest(journal: Journal, repository: str) -> list[tuple[Enriched, int, int]]:
    """(what was thought, when, how often it was used) of each anchor, the most used and then the latest first."""
    rows = journal.query(
        "SELECT data, at_s, (SELECT sum(used) FROM enriched AS each WHERE each.repository = outermost.repository"
        " AND each.path = outermost.path AND each.symbol = outermost.symbol) FROM enriched AS outermost"
        " WHERE repository = ? AND at_s = (SELECT max(at_s) FROM enriched AS newer"
        " WHERE newer.repository = outermost.repository"
        " AND newer.path = outermost.path AND newer.symbol = outermost.symbol)"
        " ORDER BY 3 DESC, 2 DESC, path, symbol",
        (repository,),
    )
    found: dict[tuple[str, str], tuple[Enriched, int, int]] = {}
    for data, at_s, used in rows:
        try:
            enriched = enriching.decode(data)
        except msgspec.MsgspecError:
            continue
        found.setdefault((enriched.path, enriched.symbol), (enriched, at_s, used))
    return list(found.values())


def _anchor(view: View, row: tuple[Enriched, int, int]) -> AnchorRow:
    enriched, at_s, used = row
    return AnchorRow(
        enriched.path,
        enriched.symbol,
        len(enriched.thoughts),
        enriched.context_tokens,
        enriched.tokens,
        used,
        at_s,
        prepared.changed_among(view, enriched.depends),
        tuple(
            f"{thought.claim.text} [{thought.claim.places[0].path}:{view.line_now(thought.claim.places[0])}]"
            for thought in enriched.thoughts
        ),
    )


def _days(journal: Journal, repository: str) -> tuple[Day, ...]:
    spent = journal.query(
        "SELECT day, sum((input_tokens + output_tokens) * asleep), sum((input_tokens + output_tokens) * (1 - asleep))"
        " FROM spending WHERE repository = ? GROUP BY day",
        (repository,),
    )
    marks = ", ".join("?" * len(HIT_ROADS))
    served = journal.query(
        f"SELECT day, sum(saved_tokens), count(*), sum(road IN ({marks})) FROM served"
        " WHERE repository = ? GROUP BY day",
        (*HIT_ROADS, repository),
    )
    by_day = {day: Day(day, asleep, awake) for day, asleep, awake in spent}
    for day, saved, asked, hits in served:
        by_day[day] = msgspec.structs.replace(by_day.get(day, Day(day)), saved_tokens=saved, asked=asked, hits=hits)
    return tuple(by_day[day] for day in sorted(by_day)[-DAYS_MAX:])


def _models(journal: Journal, repository: str) -> tuple[ModelRow, ...]:
    rows: Iterable[tuple[str, int, int, int, int, int, int]] = journal.query(
        "SELECT model, asleep, count(*), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(micros)"
        " FROM spending WHERE repository = ? GROUP BY model, asleep ORDER BY model, asleep DESC",
        (repository,),
    )  # fmt: skip
    return tuple(ModelRow(model, bool(asleep), *sums) for model, asleep, *sums in rows)
