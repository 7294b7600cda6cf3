"""How surely something was measured: percentile intervals by bootstrap, over problems or groups. Pure functions."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence

import msgspec

DRAWS = 2000
SEED = 20250417


class Estimate(msgspec.Struct, frozen=True):
    """A mean with the interval that holds 95 % of the resampled means."""

    mean: float
    low: float
    high: float
    count: int

    def excludes_zero(self) -> bool:
        """Whether a difference is one: its whole interval lies on one side of zero."""
        return self.low > 0 or self.high < 0

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def mean(values: Sequence[float]) -> Estimate:
    """The mean of independent values. One value has no interval but itself."""
    if not values:
        return Estimate(0.0, 0.0, 0.0, 0)
    chooser = random.Random(SEED)
    size = len(values)
    resampled = sorted(sum(chooser.choices(values, k=size)) / size for _ in range(DRAWS))
    return Estimate(statistics.fmean(values), resampled[int(DRAWS * 0.025)], resampled[int(DRAWS * 0.975) - 1], size)


def difference(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The mean of `first - second`, value by value: both are of the same problems in the same order."""
    return mean([one - other for one, other in zip(first, second, strict=True)])


def apart(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The difference of two means over different problems, each resampled on its own."""
    if not first or not second:
        return Estimate(0.0, 0.0, 0.0, 0)
    chooser = random.Random(SEED)
    resampled = sorted(
        statistics.fmean(chooser.choices(first, k=len(first)))
        - statistics.fmean(chooser.choices(second, k=len(second)))
        for _ in range(DRAWS)
    )
    centre = statistics.fmean(first) - statistics.fmean(second)
    low, high = resampled[int(DRAWS * 0.025)], resampled[int(DRAWS * 0.975) - 1]
    return Estimate(centre, low, high, len(first) + len(second))
