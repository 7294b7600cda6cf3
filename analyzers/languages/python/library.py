"""What is known of Python's standard library that stubs do not say, from the tables in `data/`.

The tables are curated by hand, except for exceptions and aliases, which `benchmarks/library_tables.py` writes.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from analyzers.library_tables import Effect, Library

__all__ = ["Effect", "Library", "mode_changes", "standard"]


@cache
def standard() -> Library:
    """The library that comes with this package."""
    folder = resources.files(__package__).joinpath("data")
    names = ("raises", "nones", "effects", "callbacks", "names")
    return Library(*(folder.joinpath(f"{name}.json").read_bytes() for name in names))


def mode_changes(mode: str) -> bool:
    """Whether opening a file with this mode can change it."""
    return any(letter in mode for letter in "wax+")
