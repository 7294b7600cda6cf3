"""Replies: answers put together for somebody who asked in words, or why there are none. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analyzers.asking.anchors import Anchor
from analyzers.asking.literals import enclosing
from analyzers.asking.routing import Routed, fitted
from analyzers.questions.answer import Answer, Freshness
from analyzers.questions.catalogue import KINDS
from analyzers.questions.prose import listed
from analyzers.questions.wording import words_for
from analyzers.records import Place
from lsp_server.explain import Explanation
from lsp_server.messages import Road as Served
from lsp_server.render import explanation as rendering
from lsp_server.render import markdown
from lsp_server.render.markdown import UriOf
from lsp_server.shapes import Road
from lsp_server.view import View

__all__ = [
    "Choice",
    "Reply",
    "answered",
    "ask_back",
    "charged",
    "enclosing",
    "explained",
    "heading",
    "not_answered",
    "unknown",
]

NAMES_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading to choose: asking `question` means it and no other."""

    label: str
    question: str
    path: str = ""
    symbol: str = ""

    @classmethod
    def of(cls, view: View, anchor: Anchor, kind: str) -> Choice:
        """The choice of an anchor, and of what was asked about it where that makes sense."""
        known = KINDS.get(fitted(kind, anchor.kind) if kind else "")
        asked = (
            known.wording(words_for(anchor.path), anchor.kind) if known is not None else "What is prepared about it?"
        )
        name = anchor.symbol or anchor.path
        symbol, lines = view.symbol(anchor.path, anchor.symbol), view.lines(anchor.path)
        line = lines.line_of(symbol.name_start) + 1 if symbol is not None and lines is not None else 1
        return cls(f"{name} · {anchor.path}:{line}", f"{asked} `{name}` in {anchor.path}", anchor.path, anchor.symbol)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or why there is none."""

    road: Road
    markdown: str
    answers: tuple[Answer, ...] = ()
    choices: tuple[Choice, ...] = ()
    freshness: Freshness = "absent"
    served: Served = "unanswered"
    """The same road as the ledger knows it."""
    saved_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


def answered(view: View, answers: Sequence[Answer], spelled: str = "", uri_of: UriOf | None = None) -> Reply:
    """Prepared answers, each under the anchor that it is about. `spelled` is what was typed instead of a name.

    Links lead to `uri_of`'s addresses of files; to the view's where it is not given.
    """
    uri_of = uri_of or view.uri
    blocks = []
    if spelled:
        blocks.append(f"*Taking {markdown.escape(spelled)} for* `{answers[0].symbol or answers[0].path}`*.*")
    anchor = ("", "")
    for each in answers:
        if (each.path, each.symbol) != anchor:
            anchor = (each.path, each.symbol)
            blocks.append(heading(view, each.path, each.symbol, uri_of))
        blocks.append(markdown.whole(each, view.line_now, uri_of))
    stale = any(each.freshness == "stale" for each in answers)
    alone = len(answers) == 1
    return Reply(
        "prepared" if alone else "composed",
        "\n\n".join(blocks),
        tuple(answers),
        freshness="stale" if stale else "fresh",
        served="prepared" if alone else "composed",
    )


def explained(view: View, explanation: Explanation, uri_of: UriOf | None = None) -> Reply:
    """A pasted failure, explained."""
    text = rendering.markdown(explanation, uri_of or view.uri)
    if explanation.answer is None or not explanation.suspects:
        return Reply("notKnown", text, (explanation.answer,) if explanation.answer is not None else ())
    return Reply("prepared", text, (explanation.answer,), freshness="fresh", served="prepared")


def not_answered(view: View, routed: Routed) -> Reply:
    """What was asked is clear, and nothing is prepared that answers it."""
    names = listed([f"`{each.anchor.symbol or each.anchor.path}`" for each in routed.readings])
    return Reply("notKnown", f"Not known: nothing is prepared about {names} yet.")


def ask_back(view: View, routed: Routed, likely: Sequence[Anchor]) -> Reply:
    """The question back, with what it may mean; without any idea, with what people ask about most here."""
    readings = [Choice.of(view, each.anchor, each.kind or routed.kind) for each in routed.readings]
    choices = readings or [Choice.of(view, each, routed.kind) for each in likely]
    known = KINDS.get(routed.kind)
    what = f" ({known.question.format(none='None', raise_='raise', raises='raises')})" if known is not None else ""
    if routed.readings and routed.readings[0].spelled:
        head = f"Nothing is called {_quoted(routed.readings[0].spelled)}. Did you mean one of these?"
    elif routed.readings:
        head = "Which of these do you mean?"
    elif routed.unknown:
        head = f"Many things are called {listed([_quoted(each) for each in routed.unknown])}. Which class or file?"
    else:
        head = f"About what?{markdown.escape(what)} Name a function, a class or a file, or ask with the cursor on it."
    lines = [f"- {markdown.escape(choice.label)}" for choice in choices]
    if choices and not readings:
        head += " Asked about most here:"
    return Reply("askBack", "\n".join([head, "", *lines]) if lines else head, choices=tuple(choices))


def unknown(routed: Routed, choices: Sequence[Choice]) -> Reply:
    """Nothing fits: what was looked for, and what is spelled like it."""
    names = [_quoted(each) for each in routed.unknown[:NAMES_SHOWN_MAX]]
    if routed.kind == "error_message" and names:
        return Reply("notKnown", f"Not known: no text in this repository reads like {names[0]}.")
    if choices:
        lines = [f"- {markdown.escape(choice.label)}" for choice in choices]
        head = f"Nothing here is called {listed(names, joint='or')}. Did you mean one of these?"
        return Reply("askBack", "\n".join([head, "", *lines]), choices=tuple(choices))
    if names:
        return Reply("notKnown", f"Not known: nothing in this repository is called {listed(names, joint='or')}.")
    return Reply(
        "notKnown", "Not known: this names nothing in the repository. Ask about a function, a class or a file."
    )


def charged(reply: Reply, input_tokens: int, output_tokens: int, cached_tokens: int) -> Reply:
    """The reply with what a model took for it."""
    return replace(reply, input_tokens=input_tokens, output_tokens=output_tokens, cached_tokens=cached_tokens)


def heading(view: View, path: str, name: str, uri_of: UriOf) -> str:
    """An anchor's name, leading to it."""
    symbol, lines = view.symbol(path, name), view.lines(path)
    start, end = (symbol.name_start, symbol.name_end) if symbol is not None else (0, 0)
    line = lines.line_of(start) + 1 if lines is not None else 1
    place = Place(path, start, end, line, name)
    return f"`{name or path}` {markdown.link(place, view.line_now, uri_of)}"


def _quoted(text: str) -> str:
    return f"“{markdown.escape(text[:80])}”"
