"""What will somebody ask about next? The predictor: a row of features for each function → a score that explains itself.

Owns the prior (`FEATURES`, the one place where it is stated) and how it is learned from what was really asked. The
features of the past come from `activity`, those of the moment from `Signals`; what is done with a score (what is
prepared first, what a hover shows) is not its business.

A score is a sum of weights times features, so that each part of it can be shown. Learning is multinomial logistic
regression over the functions that could have been meant (McFadden's conditional logit): one AdaGrad step (Duchi et al.
2011) for each thing that was asked, pulled back towards the prior and never further from it than `DRIFT_MAX`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from operator import mul
from typing import NamedTuple

import msgspec

from analyzers.activity import NAMES

DRIFT_MAX = 1.0
"""How far a learned weight may be from its prior."""
STEP = 0.01
PULL = 0.002
"""The share of its drift that a weight loses at each step: what is not confirmed is forgotten."""
ALTERNATIVES_MAX = 5_000
"""Functions with which one step of learning compares the ones that were meant."""
KIND_DOUBT = 30.0
"""How many questions the kinds' priors are worth against what was really asked."""
PREFERENCE_MAX = 2.0
"""By how much a kind that is often asked, or never, counts more or less than its prior."""


class Feature(NamedTuple):
    """One thing that makes a question likelier, by how much, and why it should."""

    name: str
    prior: float
    reason: str


class Signals(NamedTuple):
    """What is so at this moment. Each is 0 where it is not so, and 1 where it is as much so as it can be."""

    edited: float = 0.0
    """Edited in this session, fading."""
    failing_test: float = 0.0
    """A failing test reaches it: 1 directly, less through calls."""
    frame: float = 0.0
    """It is in a recent traceback: 1 for the innermost frame, less further out."""
    diagnostic: float = 0.0
    """The editor shows a problem in it."""
    cursor: float = 0.0
    """The cursor rests in it, or did a moment ago."""
    asked: float = 0.0
    """It was asked about before, fading with the questions since."""
    neighbour: float = 0.0
    """Something that calls it or that it calls was edited or asked about."""
    fan_in: float = 0.0
    """log(1 + callers) / log(1 + 100), at most 1."""


NOTHING = Signals()

_REASONS = {
    "changed": "what was changed lately is what is being worked on, and new lines are where new faults are",
    "fixed": "what was repaired before is repaired again",
    "days": "the same in days, because a pause in the work is no commit",
    "alone": "a commit that changes little means what it changes",
    "churn": "many changed lines are many chances for a fault",
    "recency": "the later the last change, the likelier the next",
    "changes": "what was changed often has many uses, or never was right",
    "age": "young code has had less time to be found wrong",
    "file": "the next repair is often in the file that was changed last, beside what was changed",
    "class": "the same for the class around it",
    "folder": "the same for the package around it",
    "line": "what HEAD's own line of commits touched counts more than what others did elsewhere",
    "own": "people return to what they themselves worked on",
    "adjacent": "what stands next to a changed function was looked at, and is often of the same kind",
    "alike": "names that share words share a purpose",
    "together": "what usually changes with the last changes may have been forgotten",
    "mentioned": "the last commits name it or call it",
    "calls_changed": "what it calls was changed, perhaps in a way that it does not expect",
    "same_name": "a function of this name was changed elsewhere: an override, a twin",
    "lines": "long functions hold more faults",
    "calls": "what does many things can do them wrong",
    "raises": "functions that check are mostly short and settled",
    "returns": "several ways out are several cases",
    "parameters": "many parameters are many cases",
    "private": "helpers are changed freely",
    "dunder": "protocol methods are mostly trivial",
    "constructor": "constructors grow with everything, and mostly correctly",
    "depth": "nested functions are reached through what contains them",
    "siblings": "in a small file each function is likelier to be the one",
    "edited": "it was edited a moment ago",
    "failing_test": "a failing test reaches it",
    "frame": "it is in a traceback",
    "diagnostic": "the editor shows a problem in it",
    "cursor": "somebody is looking at it",
    "asked": "who asked once asks again, while the work goes on",
    "neighbour": "what it calls, or what calls it, was edited or asked about",
    "fan_in": "many depend on it, so many wonder about it",
}

FEATURES: tuple[Feature, ...] = (
    Feature("changed_1.5", 0.185, _REASONS["changed"]),
    Feature("changed_6", 0.005, _REASONS["changed"]),
    Feature("changed_30", 0.022, _REASONS["changed"]),
    Feature("changed_200", -0.124, _REASONS["changed"]),
    Feature("changed_1000", 0.0, _REASONS["changed"]),
    Feature("fixed_20", -0.006, _REASONS["fixed"]),
    Feature("fixed_100", 0.022, _REASONS["fixed"]),
    Feature("fixed_1000", 0.057, _REASONS["fixed"]),
    Feature("days_2", 0.265, _REASONS["days"]),
    Feature("days_30", 0.004, _REASONS["days"]),
    Feature("alone_6", 0.295, _REASONS["alone"]),
    Feature("alone_200", 0.219, _REASONS["alone"]),
    Feature("churn_6", 0.088, _REASONS["churn"]),
    Feature("churn_200", 0.068, _REASONS["churn"]),
    Feature("churn_1000", 0.12, _REASONS["churn"]),
    Feature("recency", 0.245, _REASONS["recency"]),
    Feature("changes", 0.014, _REASONS["changes"]),
    Feature("age", 0.157, _REASONS["age"]),
    Feature("file_1.5", 0.08, _REASONS["file"]),
    Feature("file_6", -0.047, _REASONS["file"]),
    Feature("file_30", 0.085, _REASONS["file"]),
    Feature("file_200", -0.02, _REASONS["file"]),
    Feature("file_1000", -0.035, _REASONS["file"]),
    Feature("file_fixed_100", 0.114, _REASONS["file"]),
    Feature("file_fixed_1000", 0.075, _REASONS["file"]),
    Feature("class_1.5", -0.056, _REASONS["class"]),
    Feature("class_6", 0.004, _REASONS["class"]),
    Feature("class_30", 0.062, _REASONS["class"]),
    Feature("class_200", 0.069, _REASONS["class"]),
    Feature("folder_6", 0.004, _REASONS["folder"]),
    Feature("folder_30", 0.085, _REASONS["folder"]),
    Feature("folder_200", 0.003, _REASONS["folder"]),
    Feature("line", 0.603, _REASONS["line"]),
    Feature("line_file", 0.573, _REASONS["line"]),
    Feature("own", 0.3, _REASONS["own"]),
    Feature("own_file", 0.515, _REASONS["own"]),
    Feature("own_folder", 0.085, _REASONS["own"]),
    Feature("adjacent", 0.146, _REASONS["adjacent"]),
    Feature("alike", 0.4, _REASONS["alike"]),
    Feature("together", -0.151, _REASONS["together"]),
    Feature("mentioned", 0.255, _REASONS["mentioned"]),
    Feature("calls_changed", 0.062, _REASONS["calls_changed"]),
    Feature("same_name", 0.276, _REASONS["same_name"]),
    Feature("lines", 0.51, _REASONS["lines"]),
    Feature("calls", 0.298, _REASONS["calls"]),
    Feature("raises", -0.172, _REASONS["raises"]),
    Feature("returns", -0.049, _REASONS["returns"]),
    Feature("parameters", 0.017, _REASONS["parameters"]),
    Feature("private", -0.042, _REASONS["private"]),
    Feature("dunder", -0.11, _REASONS["dunder"]),
    Feature("constructor", -0.02, _REASONS["constructor"]),
    Feature("depth", 0.055, _REASONS["depth"]),
    Feature("siblings", -0.21, _REASONS["siblings"]),
    Feature("edited", 2.0, _REASONS["edited"]),
    Feature("failing_test", 3.0, _REASONS["failing_test"]),
    Feature("frame", 3.0, _REASONS["frame"]),
    Feature("diagnostic", 1.5, _REASONS["diagnostic"]),
    Feature("cursor", 2.0, _REASONS["cursor"]),
    Feature("asked", 1.5, _REASONS["asked"]),
    Feature("neighbour", 1.0, _REASONS["neighbour"]),
    Feature("fan_in", 0.2, _REASONS["fan_in"]),
)
"""The prior. The weights of the past were fitted on the repositories that `benchmarks/anticipation/README.md` names as
seen; those of the moment are judgements, because no repository records them, and the first that learning corrects."""

REASON = {feature.name: feature.reason for feature in FEATURES}
NUMBER = {feature.name: number for number, feature in enumerate(FEATURES)}

_PRIOR = [feature.prior for feature in FEATURES]
_COUNT = len(FEATURES)
if tuple(feature.name for feature in FEATURES) != NAMES + Signals._fields:
    raise AssertionError("FEATURES must list the numbers of `activity` and then those of `Signals`, in their order")


class Learned(msgspec.Struct, array_like=True):
    """What is kept of learning: as it goes into the journal. `drift` is the distance from the prior, by feature."""

    drift: dict[str, float] = {}
    squares: dict[str, float] = {}
    kinds: dict[str, float] = {}
    """How often each kind of question was asked."""
    steps: int = 0


class Anticipated(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A function that somebody may ask about next."""

    path: str
    symbol: str
    likelihood: float
    """Compared with the likeliest, which has 1."""
    why: tuple[tuple[str, float], ...] = ()
    """Names of features and what each added, the largest first."""
    strengths: dict[str, float] = {}
    """What makes single kinds of question likelier here, as `strengths` gives it; those above 0."""


class Predictor:
    """The weights as they stand. Changed by `learn` and `asked` alone; deterministic."""

    def __init__(self, learned: Learned | None = None) -> None:
        learned = learned or Learned()
        self.weights = [
            each.prior + max(-DRIFT_MAX, min(DRIFT_MAX, learned.drift.get(each.name, 0.0))) for each in FEATURES
        ]
        self._squares = [learned.squares.get(each.name, 1.0) for each in FEATURES]
        self._kinds = dict(learned.kinds)
        self._steps = learned.steps

    def scores(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """One score for each row of features; only their order and differences mean something."""
        weights = self.weights
        return [sum(map(mul, weights, row)) for row in rows]

    def why(self, row: Sequence[float], usual: Sequence[float]) -> list[tuple[Feature, float]]:
        """What makes this score differ from that of the usual row, the largest part first; not those near 0."""
        parts = [
            (feature, weight * (own - other))
            for feature, weight, own, other in zip(FEATURES, self.weights, row, usual, strict=True)
        ]
        return sorted((part for part in parts if abs(part[1]) > 0.01), key=lambda part: (-abs(part[1]), part[0].name))

    def learn(self, rows: Sequence[Sequence[float]], meant: Sequence[int]) -> None:
        """One of the rows numbered `meant` was asked about (or repaired), and none of the others."""
        if not meant or len(rows) < 2:
            return
        rows, meant = _bounded(rows, meant)
        scores = self.scores(rows)
        top = max(scores)
        shares = [math.exp(score - top) for score in scores]
        total = sum(shares)
        hoped = sum(shares[index] for index in meant)
        if hoped <= 0.0:
            return
        errors = [share / total for share in shares]
        for index in meant:
            errors[index] -= shares[index] / hoped
        gradient = [0.0] * _COUNT
        for error, row in zip(errors, rows, strict=True):
            # Nearly all rows are certain losers, and what they would add is lost in rounding.
            if error > 1e-6 or error < -1e-6:
                for column, value in enumerate(row):
                    if value:
                        gradient[column] += error * value
        for column, slope in enumerate(gradient):
            self._squares[column] += slope * slope
            prior = _PRIOR[column]
            moved = self.weights[column] - STEP * slope / math.sqrt(self._squares[column])
            drift = (moved - prior) * (1.0 - PULL)
            self.weights[column] = prior + max(-DRIFT_MAX, min(DRIFT_MAX, drift))
        self._steps += 1

    def asked(self, kind: str) -> None:
        """A question of this kind was asked."""
        self._kinds[kind] = self._kinds.get(kind, 0.0) + 1.0

    def learned(self) -> Learned:
        """What to keep."""
        named = zip(FEATURES, self.weights, self._squares, strict=True)
        drift, squares = {}, {}
        for feature, weight, square in named:
            if square != 1.0:
                drift[feature.name] = weight - feature.prior
                squares[feature.name] = square
        return Learned(drift, squares, dict(self._kinds), self._steps)


def preference(kind: str, priors: Mapping[str, float], asked: Mapping[str, float]) -> float:
    """By how much a kind counts more (or less) than its prior, from the share of it in what was really asked."""
    expected = priors.get(kind, 0.0) / sum(priors.values())
    if expected <= 0.0 or not asked:
        return 1.0
    seen = (KIND_DOUBT * expected + asked.get(kind, 0.0)) / (KIND_DOUBT + sum(asked.values()))
    return max(1 / PREFERENCE_MAX, min(PREFERENCE_MAX, seen / expected))


def raised(factors: Sequence[tuple[str, float]], strengths: Mapping[str, float]) -> float:
    """By how much the anchor's `strengths` make a kind likelier, each by its factor at most."""
    product = 1.0
    for name, factor in factors:
        product *= 1.0 + (factor - 1.0) * max(0.0, min(1.0, strengths.get(name, 0.0)))
    return product


def row(past: Sequence[float], signals: Signals | None = None) -> list[float]:
    """A function's features: its row of `Activity.features` and what is so at this moment."""
    return [*past, *(signals or NOTHING)]


def strengths(features: Sequence[float]) -> dict[str, float]:
    """What a kind's factors are multiplied by, between 0 and 1, under the names that kinds use."""
    value = dict(zip((feature.name for feature in FEATURES), features, strict=True))
    return {
        "recent_edit": max(value["edited"], min(1.0, value["changed_6"]), min(1.0, value["line"])),
        "past_fixes": min(1.0, value["fixed_1000"] / math.log1p(8)),
        "complexity": min(1.0, math.expm1(value["lines"]) / 60 + math.expm1(value["calls"]) / 40),
        **{name: value[name] for name in ("failing_test", "frame", "diagnostic", "fan_in", "cursor", "asked")},
    }


def best(scores: Sequence[float], count: int) -> list[int]:
    """The numbers of the `count` highest scores, the highest first; of equal ones the earlier."""
    return heapq.nsmallest(count, range(len(scores)), key=lambda index: (-scores[index], index))


def usual(rows: Sequence[Sequence[float]]) -> list[float]:
    """The mean row, which `Predictor.why` compares with."""
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)] if rows else [0.0] * _COUNT


def encode(learned: Learned) -> bytes:
    """What was learned as bytes for the journal."""
    return msgspec.msgpack.encode(learned)


def decode(data: bytes) -> Learned:
    """Raises `msgspec.MsgspecError` on bytes that are not `Learned`."""
    return msgspec.msgpack.decode(data, type=Learned)


def encode_anticipated(value: Anticipated) -> bytes:
    """An anticipated function as bytes for the store."""
    return msgspec.msgpack.encode(value)


def decode_anticipated(data: bytes) -> Anticipated:
    """Raises `msgspec.MsgspecError` on bytes that are not one."""
    return msgspec.msgpack.decode(data, type=Anticipated)


def _bounded(rows: Sequence[Sequence[float]], meant: Sequence[int]) -> tuple[Sequence[Sequence[float]], Sequence[int]]:
    """The rows that were meant, and of the others evenly spread ones where there are too many."""
    if len(rows) <= ALTERNATIVES_MAX:
        return rows, meant
    wanted = set(meant)
    stride = len(rows) / ALTERNATIVES_MAX
    others = [number for number in {int(step * stride) for step in range(ALTERNATIVES_MAX)} if number not in wanted]
    kept = [*meant, *sorted(others)]
    return [rows[number] for number in kept], range(len(meant))
