"""What is known of JavaScript's library that its declarations do not say, from the tables in `data/`.

Written by hand: what is thrown, what touches the world, and which of Node's functions call what they are given.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from analyzers.library_tables import Library


@cache
def standard() -> Library:
    """The tables that come with this package."""
    folder = resources.files(__package__).joinpath("data")
    names = ("raises", "nones", "effects", "callbacks", "names")
    return Library(*(folder.joinpath(f"{name}.json").read_bytes() for name in names))
