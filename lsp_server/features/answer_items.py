"""Answers as the plain JSON that commands and `forethought/*` requests give: claims, and where each citation is now.

The shapes are in docs/protocol.md. Positions are the client's; a cited text is looked up in the file as it is on the
screen, so that a citation leads to it below unsaved edits too.
"""

from __future__ import annotations

from typing import Any

from analyzers.questions.answer import Answer, Claim
from analyzers.records import Place
from analyzers.text import Encoding, Lines
from lsp_server.render import markdown
from lsp_server.view import View

QUOTE_CHARS_MAX = 200

Item = dict[str, Any]


def answer_item(view: View, answer: Answer, encoding: Encoding) -> Item:
    """An answer with all its claims, and laid out as Markdown."""
    return {
        **headline_item(view, answer, encoding),
        "markdown": markdown.whole(answer, view.line_now, view.uri),
        "claims": [claim_item(view, claim, answer, encoding) for claim in answer.claims],
    }


def headline_item(view: View, answer: Answer, encoding: Encoding) -> Item:
    """An answer's anchor, question and conclusion, as a menu lists it."""
    return {
        "anchor": anchor_item(view, answer.path, answer.symbol, encoding),
        "kind": answer.kind,
        "question": answer.question,
        "headline": answer.conclusion,
        "confidence": answer.confidence,
        "freshness": answer.freshness,
        "staleBecause": list(answer.stale_because),
        "unknown": list(answer.unknown),
        "known": answer.weight > 0,
    }


def claim_item(view: View, claim: Claim, answer: Answer, encoding: Encoding) -> Item:
    """A claim with its citations; it is as fresh as its answer."""
    return {
        "text": claim.text,
        "confidence": claim.confidence,
        "freshness": answer.freshness,
        "provenance": claim.provenance,
        "citations": [citation_item(view, place, encoding) for place in claim.places],
    }


def citation_item(view: View, place: Place, encoding: Encoding) -> Item:
    """Where a cited text is now. `quote` is what stands there, on one line and cut."""
    start = view.offset_now(place)
    end = start + (place.end - place.start)
    lines = view.lines(place.path)
    text = view.text(place.path)
    quote = text[start:end].decode("utf-8", "replace") if text is not None else place.quote
    return {
        "uri": view.uri(place.path),
        "range": _range(lines, start, end, encoding),
        "path": place.path,
        "line": view.line_now(place),
        "quote": _cut(quote),
    }


def anchor_item(view: View, path: str, symbol: str, encoding: Encoding) -> Item:
    """A symbol by its name, and where that name stands; a module stands at its beginning."""
    found = view.symbol(path, symbol) if symbol else None
    start, end = (found.name_start, found.name_end) if found is not None else (0, 0)
    return {"name": symbol, "uri": view.uri(path), "range": _range(view.lines(path), start, end, encoding)}


def _range(lines: Lines | None, start: int, end: int, encoding: Encoding) -> Item:
    first = lines.position(start, encoding) if lines is not None else (0, 0)
    last = lines.position(end, encoding) if lines is not None else (0, 0)
    return {
        "start": {"line": first[0], "character": first[1]},
        "end": {"line": last[0], "character": last[1]},
    }


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTE_CHARS_MAX else text[: QUOTE_CHARS_MAX - 1] + "…"
