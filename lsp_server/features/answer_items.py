"""Answers as the shapes that commands and `forethought/*` requests give: claims, and where each citation is now.

The shapes are in docs/protocol.md. Positions are the client's; a cited text is looked up in the file as it is on the
screen, so that a citation leads to it below unsaved edits too.
"""

from __future__ import annotations

import msgspec

from analyzers.questions import answer as answers
from analyzers.questions.catalogue import KINDS
from analyzers.questions.kind import NOT_KNOWN
from analyzers.records import Place
from analyzers.text import Encoding, Lines
from lsp_server.render import markdown
from lsp_server.shapes import Anchor, Answer, Citation, Claim, Position, Range
from lsp_server.view import View

QUOTE_CHARS_MAX = 200


def answer_item(view: View, answer: answers.Answer, encoding: Encoding) -> Answer:
    """An answer with all its claims, and laid out as Markdown."""
    return msgspec.structs.replace(
        headline_item(view, answer, encoding),
        markdown=markdown.whole(answer, view.line_now, view.uri),
        claims=tuple(claim_item(view, claim, answer, encoding) for claim in answer.claims),
    )


def headline_item(view: View, answer: answers.Answer, encoding: Encoding) -> Answer:
    """An answer's anchor, question and conclusion, as a menu lists it."""
    kind = KINDS.get(answer.kind)
    return Answer(
        anchor=anchor_item(view, answer.path, answer.symbol, encoding),
        kind=answer.kind,
        family=kind.family if kind is not None else "",
        question=answer.question,
        headline=answer.conclusion,
        confidence=answer.confidence,
        freshness=answer.freshness,
        stale_because=answer.stale_because,
        markdown="",
        claims=(),
        unknown=answer.unknown,
        # The weight says how much a person wants it: "no" is an answer of which nobody wants to be told unasked.
        known=answer.conclusion != NOT_KNOWN,
        score=answer.weight,
    )


def claim_item(view: View, claim: answers.Claim, answer: answers.Answer, encoding: Encoding) -> Claim:
    """A claim with its citations; it is as fresh as its answer."""
    citations = tuple(citation_item(view, place, encoding) for place in claim.places)
    return Claim(claim.text, claim.confidence, answer.freshness, claim.provenance, citations)


def citation_item(view: View, place: Place, encoding: Encoding) -> Citation:
    """Where a cited text is now. `quote` is what stands there, with the rest of its line."""
    start = view.offset_now(place)
    end = start + (place.end - place.start)
    lines = view.lines(place.path)
    quote = lines.data[start : max(end, lines.span_of_line(lines.line_of(start))[1])] if lines is not None else b""
    return Citation(
        uri=view.uri(place.path),
        range=range_item(lines, start, end, encoding),
        path=place.path,
        line=view.line_now(place),
        quote=_cut(quote.decode("utf-8", "replace")),
    )


def anchor_item(view: View, path: str, symbol: str, encoding: Encoding) -> Anchor:
    """A symbol by its name, and where that name stands; a module stands at its beginning."""
    found = view.symbol(path, symbol) if symbol else None
    start, end = (found.name_start, found.name_end) if found is not None else (0, 0)
    return Anchor(symbol, path, view.uri(path), range_item(view.lines(path), start, end, encoding))


def range_item(lines: Lines | None, start: int, end: int, encoding: Encoding) -> Range:
    """A half-open span of bytes as the client counts; the file's beginning where its text is not at hand."""
    first = lines.position(start, encoding) if lines is not None else (0, 0)
    last = lines.position(end, encoding) if lines is not None else (0, 0)
    return Range(Position(*first), Position(*last))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE_CHARS_MAX else text[: QUOTE_CHARS_MAX - 1] + "…"
