"""Quotes: where in the given spans a text really stands. The one place where a citation of a model's claim is made.

White space may differ from the source (models re-indent), nothing else may. The answer is a span of bytes of the blob;
line numbers follow from it and are never the model's.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzers.records import Place
from analyzers.text import Lines
from analyzers.thinking.context import Span

QUOTE_CHARS_MIN = 8
"""Shorter quotes, blanks not counted, stand everywhere and show nothing, unless they are a whole line."""
QUOTE_CHARS_MAX = 800
PLACE_QUOTE_CHARS_MAX = 120


class QuoteIndex:
    """The spans of one context, ready to be searched. Built once for all drafts; it never changes afterwards."""

    __slots__ = ("_lines", "_spans", "_squeezed")

    def __init__(self, spans: Sequence[Span], lines: dict[str, Lines]) -> None:
        """`lines` has the same texts that the spans were cut from."""
        self._spans = tuple(spans)
        self._lines = lines
        self._squeezed = {span.name: _squeeze(span.text) for span in spans}

    def find(self, quote: str, span_name: str) -> Place | None:
        """The place of a quote: in the span that the model named if it stands there, else in the first that has it."""
        quote = _unwrapped(quote)
        wanted = _squeeze(quote)[0]
        if not wanted or len(wanted) > QUOTE_CHARS_MAX:
            return None
        long_enough = sum(not character.isspace() for character in wanted) >= QUOTE_CHARS_MIN
        named = span_name.strip().upper().strip("[]")
        for span in sorted(self._spans, key=lambda span: span.name != named):
            text, offsets = self._squeezed[span.name]
            at = text.find(wanted)
            while at >= 0:
                start, end = offsets[at], offsets[at + len(wanted) - 1] + 1
                if _whole_names(span.text, start, end) and (long_enough or _whole_line(span.text, start, end)):
                    return self._place(span, start, end)
                at = text.find(wanted, at + 1)
        return None

    def names(self, code: str) -> bool:
        """Whether a piece of code from a claim occurs in any span, blanks aside."""
        wanted = _squeeze(code)[0]
        return any(wanted in text for text, _ in self._squeezed.values())

    def _place(self, span: Span, start: int, end: int) -> Place:
        first = span.start + len(span.text[:start].encode("utf-8"))
        last = span.start + len(span.text[:end].encode("utf-8"))
        quote = " ".join(span.text[start:end].split())
        if len(quote) > PLACE_QUOTE_CHARS_MAX:
            quote = quote[: PLACE_QUOTE_CHARS_MAX - 1] + "…"
        return Place(span.path, first, last, self._lines[span.path].line_of(first) + 1, span.symbol, quote)


def _squeeze(text: str) -> tuple[str, list[int]]:
    """The text with every run of blanks as one space, none at its ends, and for each character where it was."""
    characters: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        if not character.isspace():
            characters.append(character)
            offsets.append(index)
        elif characters and characters[-1] != " ":
            characters.append(" ")
            offsets.append(index)
    if characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return "".join(characters), offsets


def _unwrapped(quote: str) -> str:
    """Without the fence or backquotes that models put around code."""
    quote = quote.strip()
    if quote.startswith("```"):
        quote = quote.partition("\n")[2].removesuffix("```")
    return quote.strip("`").strip()


def _whole_names(text: str, start: int, end: int) -> bool:
    """Whether the quote neither begins nor ends inside a name: `et_it` is no quote of `get_item`."""
    before = start > 0 and _in_name(text[start - 1]) and _in_name(text[start])
    after = end < len(text) and _in_name(text[end]) and _in_name(text[end - 1])
    return not before and not after


def _in_name(character: str) -> bool:
    return character == "_" or character.isalnum()


def _whole_line(text: str, start: int, end: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip() and not text[end:].split("\n", 1)[0].strip()
