"""What an experiment hands back: tables and plots as plain values. Knows neither files nor matplotlib."""

from __future__ import annotations

import msgspec

from benchmarks.sleep_time.bootstrap import Estimate

Cell = str | int | float | Estimate | None


class Table(msgspec.Struct, frozen=True):
    """One table; every row has a cell for each column."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


class Point(msgspec.Struct, frozen=True):
    """A point of a plot, with its interval."""

    x: float
    y: float
    low: float
    high: float


class Series(msgspec.Struct, frozen=True):
    """One line of a plot."""

    label: str
    points: tuple[Point, ...]


class Plot(msgspec.Struct, frozen=True):
    """One plot. `name` is its file's."""

    name: str
    title: str
    x: str
    y: str
    series: tuple[Series, ...]


class Finding(msgspec.Struct, frozen=True):
    """One experiment's result."""

    number: int
    title: str
    tables: tuple[Table, ...]
    plots: tuple[Plot, ...] = ()
    said: tuple[str, ...] = ()
    """What the figures show, in sentences that were computed from them."""


def point(x: float, estimate: Estimate) -> Point:
    """An estimate at a place on the x-axis."""
    return Point(x, estimate.mean, estimate.low, estimate.high)
