"""What is right: numeric equality of the final answer, and equality of its characters beside it. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction

NUMBER_CHARS_MAX = 40
TOLERANCE = Fraction(1, 1_000_000)
"""Relative: gold answers are written with at most a few decimals, and 32.50 is 32.5."""

_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+|(?<=\d))(?:/\d+)?(?![\d/])")
_MARK = re.compile(r"(?:final\s+)?answer\b\s*(?:is)?\s*[:=]?|####|\\boxed", re.I)
_NAME = re.compile(r"[A-Za-z_][\w.]*")


def numbers(text: str) -> list[Fraction]:
    """Every number in a text, in its order: 1,200 and 3.5 and 3/4; signs count where nothing stands before them."""
    found = []
    for match in _NUMBER.finditer(text):
        value = _value(match.group())
        if value is not None:
            found.append(value)
    return found


def final_answer(reply: str) -> str:
    """What a reply gives as its answer: the rest of the line after the last mark, or else the whole reply."""
    rest = answer_line(reply)
    return rest.strip(" .*$`{}") or rest


def answer_line(reply: str) -> str:
    """As `final_answer`, as it stands: for values in a programming language."""
    for mark in reversed(list(_MARK.finditer(reply))):
        rest = reply[mark.end() :].strip().partition("\n")[0].strip(" *`")
        if rest:
            return rest
    return reply.strip()


def is_number(reply: str, gold: str) -> bool:
    """Whether the final answer is the gold number. After a mark the first number counts, else the last of all."""
    wanted = numbers(gold)
    answer = final_answer(reply)
    found = numbers(answer)
    if not wanted or not found:
        return False
    value = found[-1] if answer == reply.strip() else found[0]
    return abs(value - wanted[0]) <= TOLERANCE * max(Fraction(1), abs(wanted[0]))


def is_text(reply: str, gold: str) -> bool:
    """Whether the final answer is the gold answer, character by character."""
    return final_answer(reply) == gold.strip()


def recalled(text: str, steps: Collection[str]) -> float:
    """The share of the wanted numbers that stand anywhere in a text; 0 where none is wanted."""
    wanted = {value for step in steps for value in numbers(step)}
    return len(wanted & set(numbers(text))) / len(wanted) if wanted else 0.0


def names_f1(reply: str, wanted: Collection[str], known: Collection[str]) -> float:
    """How well a reply's names are the wanted ones: F1 over those names in it that are known at all.

    Only the last part of a dotted name counts, and only after the answer's mark where there is one.
    """
    said = {name.rpartition(".")[2] for name in _NAME.findall(final_answer(reply).replace("()", ""))}
    named, right = said & set(known), set(wanted)
    hits = len(named & right)
    return 2 * hits / (len(named) + len(right)) if hits else 0.0


def yes_or_no(reply: str) -> bool | None:
    """The first yes or no of the final answer; None where it says neither."""
    found = re.search(r"\b(yes|no)\b", final_answer(reply), re.I)
    return None if found is None else found.group().lower() == "yes"


def _value(written: str) -> Fraction | None:
    written = written.replace(",", "").replace("−", "-")
    if len(written) > NUMBER_CHARS_MAX:
        return None
    try:
        upper, _, lower = written.partition("/")
        return Fraction(upper) / Fraction(lower or "1")
    except (ValueError, ZeroDivisionError):
        return None
