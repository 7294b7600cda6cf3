"""Answers as Markdown for a hover: a few lines, every line a place to go.

Whatever comes from the repository is escaped, so that it can neither format, nor link, nor load anything: links lead to
files of the workspace alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from analyzers.questions.answer import Answer, Claim
from analyzers.records import RANK, Place
from lsp_server.render.layout import Here, Resolve, Shown, freshness, lay_out, places_shown

UriOf = Callable[[str], str]
"""The URI of a path relative to the repository."""

_SPECIAL = re.compile(r"([\\*\[\]<>|~`]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])|(?<=:)/(?=/)|(?<=\bwww)\.|@(?=\w))", re.I)
"""What could format, link or load: Markdown's marks, entities, and what its readers turn into links by themselves."""


def hover(answers: Sequence[Answer], resolve: Resolve, uri_of: UriOf, note: str = "", here: Here | None = None) -> str:
    """The hover's Markdown; empty where there is nothing worth saying.

    `note` says what else the reader must know, and `here` is the line under the cursor.
    """
    layout = lay_out(answers, resolve, here)
    if not layout.shown:
        return ""
    blocks = [_answer(shown, resolve, uri_of, glance=True) for shown in layout.shown]
    last = [freshness([shown.answer for shown in layout.shown])]
    if note:
        last.append(note)
    if layout.also:
        last.append("also prepared: " + ", ".join(layout.also))
    blocks.append(f"*{escape(' · '.join(last))}*")
    return "\n\n".join(blocks)


def whole(answer: Answer, resolve: Resolve, uri_of: UriOf) -> str:
    """One answer with all its claims: what somebody sees who chose the question."""
    blocks = [_answer(Shown(answer, answer.claims), resolve, uri_of)]
    if answer.unknown:
        blocks.append("Not known: " + "; ".join(prose(each) for each in answer.unknown))
    blocks.append(f"*{escape(freshness([answer]))}*")
    return "\n\n".join(blocks)


def story(answer: Answer, resolve: Resolve, uri_of: UriOf) -> str:
    """An answer that needs no question above it: its first claim is what to read, the others follow."""
    first, *rest = (_claim(each, answer, resolve, uri_of, glance=True).removeprefix("- ") for each in answer.claims)
    return "\n\n".join([first, "\n".join(f"- {each}" for each in rest)] if rest else [first])


def plain(text: str) -> str:
    """A claim's text without its backquotes, on one line: for menus and messages that know no Markdown."""
    return " ".join(text.replace("`", "").split())


def escape(text: str) -> str:
    """Text from the repository as Markdown that shows exactly it, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def prose(text: str) -> str:
    """A claim's text: code in backquotes stays code, all else is escaped."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # A stray backquote opens nothing.
        return escape(text)
    return "".join(f"`{part}`" if index % 2 else escape_inline(part) for index, part in enumerate(parts))


def escape_inline(text: str) -> str:
    """`escape` without trimming the blanks at both ends, which part the text from the code beside it."""
    return _SPECIAL.sub(r"\\\1", text)


def _answer(shown: Shown, resolve: Resolve, uri_of: UriOf, *, glance: bool = False) -> str:
    """At a glance only what is less sure than its headline is marked so."""
    answer = shown.answer
    tail = [answer.confidence] if answer.freshness == "fresh" else [answer.confidence, "stale"]
    head = " · ".join([f"**{escape(answer.question)}** {prose(answer.conclusion)}", *tail])
    lines = [_claim(claim, answer, resolve, uri_of, glance) for claim in shown.claims]
    return "\n".join([head, *lines])


def _claim(claim: Claim, answer: Answer, resolve: Resolve, uri_of: UriOf, glance: bool) -> str:
    links = " · ".join(link(place, resolve, uri_of) for place in places_shown(claim, resolve))
    surer = RANK[claim.confidence] < RANK[answer.confidence]
    doubt = "" if claim.confidence == answer.confidence or (glance and surer) else f" ({claim.confidence})"
    return f"- {prose(claim.text)}{doubt}{' ' + links if links else ''}"


def link(place: Place, resolve: Resolve, uri_of: UriOf) -> str:
    """`core.py:676`, leading there."""
    line = resolve(place)
    name = PurePosixPath(place.path).name
    # A parenthesis in a path would end the link.
    uri = uri_of(place.path).replace("(", "%28").replace(")", "%29")
    return f"[{escape(name)}:{line}]({uri}#L{line})"
