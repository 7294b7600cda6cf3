"""Prose: numbers, lists and code spans worded as a colleague would write them.

Pure text; knows nothing of records, languages or kinds.
"""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

CODE_CHARS_MAX = 90
"""A longer piece of source is cut: a hover has little room, and its citation leads to the rest."""


def number(count: int) -> str:
    """`two`, `thirteen` as `13`: words up to twelve, figures beyond."""
    return _WORDS[count] if 0 <= count < len(_WORDS) else f"{count:,}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """`one caller`, `two callers`, `no callers`; `plural` where adding an s is wrong."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], *, joint: str = "and", most: int = 0) -> str:
    """`a, b and c`; with `most`, the first ones and how many more there are."""
    shown = list(items)
    if most and len(shown) > most:
        shown = [*shown[:most], f"{number(len(items) - most)} more"]
    if len(shown) < 2:
        return "".join(shown)
    if len(shown) == 2 and any("," in each for each in shown):
        return f"{shown[0]}, {joint} {shown[1]}"
    return f"{', '.join(shown[:-1])} {joint} {shown[-1]}"


def code(text: str, chars_max: int = CODE_CHARS_MAX) -> str:
    """Source text as a code span on one line, cut where it is long; backquotes inside would end the span early."""
    flat = " ".join(text.split()).replace("`", "'")
    if len(flat) > chars_max:
        flat = flat[: chars_max - 1].rstrip() + "…"
    return f"`{flat}`"


def sentence_start(text: str) -> str:
    """The text with its first letter upper case."""
    return text[:1].upper() + text[1:]


def last_name(qualname: str) -> str:
    """`invoke` of `Context.invoke`."""
    return qualname.rpartition(".")[2]


def short_name(qualname: str) -> str:
    """The last two parts of a qualified name: enough to tell methods of one name apart."""
    return ".".join(qualname.split(".")[-2:])


def doer(symbol: str, outside: str = "module level") -> str:
    """A function by its short name, as code; or else `outside`, for what runs in none."""
    return code(short_name(symbol)) if symbol else outside
