"""Ranks functions before each fix of a repository's history: the predictor against the two obvious ways to rank.

python -m benchmarks.anticipation --repo PATH [--repo PATH …] [--fixes 300] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzers import activity, anticipation
from analyzers.activity import Activity
from benchmarks.anticipation.replay import Replay, Stop

SHOWN = 20
CANDIDATES_MIN = 1_000
RESAMPLES = 2_000
AUTHOR_COLUMNS = [number for number, name in enumerate(activity.NAMES) if name.startswith("own")]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether each way had a function that the fix touched among its first `SHOWN`."""

    commit: str
    candidates: int
    touched: int
    predicted: bool
    predicted_knowing_author: bool
    recent: bool
    often: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table; exits with 1 where a repository has nothing to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.anticipation", description=__doc__)
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a git repository, bare or not")
    parser.add_argument("--fixes", type=int, default=300, help="fixes measured in each, the last ones (default 300)")
    parser.add_argument("--warm-up", type=int, default=100, help="fixes before these that are only learned from")
    parser.add_argument("--json", type=Path, help="write the figures, and each fix's outcome, here")
    options = parser.parse_args(arguments)
    found: dict[str, list[Outcome]] = {}
    for repository in options.repo:
        started_s = time.monotonic()
        name = repository.parent.name if repository.name in ("repo", ".git") else repository.name
        found[name] = measure(repository, options.fixes, options.warm_up)
        print(f"{name}: {time.monotonic() - started_s:.0f} s", file=sys.stderr)
    rows = [figures(name, outcomes) for name, outcomes in found.items() if outcomes]
    if len(rows) > 1:
        rows.append(figures("all", [each for outcomes in found.values() for each in outcomes]))
    _print(rows)
    if options.json:
        outcomes = {name: [[*_plain(each)] for each in several] for name, several in found.items()}
        fields = list(Outcome.__dataclass_fields__)
        options.json.write_text(json.dumps({"rows": rows, "fields": fields, "fixes": outcomes}, indent=1) + "\n")
    return 0 if all(found.values()) else 1


def measure(repository: Path, fixes: int, warm_up: int) -> list[Outcome]:
    """One repository's outcomes, oldest first. The predictor learns from each fix after it was ranked."""
    replay = Replay(repository)
    predictor = anticipation.Predictor()
    knowing = anticipation.Predictor()
    outcomes: list[Outcome] = []
    for stop in replay.stops(fixes + warm_up):
        if len(stop.candidates) < CANDIDATES_MIN:
            continue
        keys = [(each.path, each.symbol) for each in stop.candidates]
        informed = [
            anticipation.row(each) for each in replay.activity.features(stop.candidates, stop.line, stop.author)
        ]
        rows = [_without_author(each) for each in informed]
        recent, often = obvious(replay.activity, keys)
        outcomes.append(
            Outcome(
                stop.commit,
                len(keys),
                len(stop.touched),
                _hit(anticipation.best(predictor.scores(rows), SHOWN), keys, stop),
                _hit(anticipation.best(knowing.scores(informed), SHOWN), keys, stop),
                _hit(recent, keys, stop),
                _hit(often, keys, stop),
            )
        )
        meant = [number for number, key in enumerate(keys) if key in stop.touched]
        predictor.learn(rows, meant)
        knowing.learn(informed, meant)
    return outcomes[-fixes:]


def obvious(past: Activity, keys: Sequence[activity.Key]) -> tuple[list[int], list[int]]:
    """The first by most recently changed and by most often changed; each breaks the other's ties, in their favour."""
    known = [past.recency(key) for key in keys]
    recent = sorted(range(len(keys)), key=lambda number: (-known[number][0], -known[number][1], number))
    often = sorted(range(len(keys)), key=lambda number: (-known[number][1], -known[number][0], number))
    return recent[:SHOWN], often[:SHOWN]


def figures(name: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Rates, and the predictor's rate as a multiple of the better obvious one, with 95 % intervals over the fixes."""
    rates = _rates(outcomes)
    ratio, knowing = _ratios(outcomes)
    generator = random.Random(0)
    resampled = [_ratios(generator.choices(outcomes, k=len(outcomes))) for _ in range(RESAMPLES)]
    return {
        "repository": name,
        "fixes": len(outcomes),
        "candidates": [min(each.candidates for each in outcomes), max(each.candidates for each in outcomes)],
        **{way: round(rate, 4) for way, rate in rates.items()},
        "ratio": round(ratio, 3),
        "ratio_interval": _interval([each[0] for each in resampled]),
        "ratio_knowing_author": round(knowing, 3),
        "ratio_knowing_author_interval": _interval([each[1] for each in resampled]),
    }


WAYS = ("predicted", "predicted_knowing_author", "recent", "often")


def _rates(outcomes: Sequence[Outcome]) -> dict[str, float]:
    return {way: sum(getattr(each, way) for each in outcomes) / len(outcomes) for way in WAYS}


def _ratios(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    rates = _rates(outcomes)
    better = max(rates["recent"], rates["often"]) or 1 / len(outcomes)
    return rates["predicted"] / better, rates["predicted_knowing_author"] / better


def _interval(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [round(ordered[int(len(ordered) * share)], 3) for share in (0.025, 0.975)]


def _without_author(row: Sequence[float]) -> list[float]:
    plain = list(row)
    for column in AUTHOR_COLUMNS:
        plain[column] = 0.0
    return plain


def _hit(ranked: Sequence[int], keys: Sequence[activity.Key], stop: Stop) -> bool:
    return any(keys[number] in stop.touched for number in ranked)


def _plain(outcome: Outcome) -> list[object]:
    return [getattr(outcome, field) for field in Outcome.__dataclass_fields__]


def _print(rows: Sequence[dict[str, object]]) -> None:
    head = ("repository", "fixes", "candidates", "recent", "often", "predicted", "ratio", "95 %", "with author", "95 %")
    print(" | ".join(head))
    for row in rows:
        cells = (
            row["repository"],
            row["fixes"],
            row["candidates"],
            row["recent"],
            row["often"],
            row["predicted"],
            row["ratio"],
            row["ratio_interval"],
            row["ratio_knowing_author"],
            row["ratio_knowing_author_interval"],
        )
        print(" | ".join(str(cell) for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
