"""Answers as text for a terminal: coloured where a person looks, plain where a program reads. Knows no Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from analyzers.questions.answer import Answer, Claim
from lsp_server.render.layout import Resolve, places_shown

_COLOUR = {"certain": "green", "likely": "yellow", "possible": "magenta"}


def console() -> Console:
    """Standard output. rich leaves colours out where it is not a terminal, or where `NO_COLOR` is set."""
    return Console(highlight=False, soft_wrap=True)


def print_answer(out: Console, answer: Answer, resolve: Resolve, *, claims_max: int, indent: str = "") -> None:
    """One answer: the question, the conclusion, and the claims with their places."""
    colour = _COLOUR[answer.confidence]
    stale = "" if answer.freshness == "fresh" else f" · [red]{answer.freshness}[/red]"
    head = f"{indent}[bold]{escape(answer.question)}[/bold] {_code(answer.conclusion)}"
    out.print(f"{head} · [{colour}]{answer.confidence}[/{colour}]{stale}")
    for claim in answer.claims[:claims_max]:
        out.print(f"{indent}  - {_claim(claim, answer, resolve)}")
    if len(answer.claims) > claims_max:
        out.print(f"{indent}  [dim]and {len(answer.claims) - claims_max} more[/dim]")
    for unknown in answer.unknown:
        out.print(f"{indent}  [dim]not known: {escape(unknown)}[/dim]")


def print_symbol(
    out: Console, name: str, where: str, answers: Sequence[Answer], resolve: Resolve, *, claims_max: int
) -> None:
    """A symbol, where it is, and what is prepared for it."""
    out.print(f"[bold cyan]{escape(name)}[/bold cyan] [dim]{escape(where)}[/dim]")
    for answer in answers:
        print_answer(out, answer, resolve, claims_max=claims_max, indent="  ")


def plain(text: str) -> Text:
    """Text from the repository, never read as rich's markup."""
    return Text(text)


def _claim(claim: Claim, answer: Answer, resolve: Resolve) -> str:
    doubt = "" if claim.confidence == answer.confidence else f" ({claim.confidence})"
    places = ", ".join(f"{place.path}:{resolve(place)}" for place in places_shown(claim, resolve))
    return f"{_code(claim.text)}{doubt}" + (f"  [dim]{escape(places)}[/dim]" if places else "")


def _code(text: str) -> str:
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"[cyan]{escape(part)}[/cyan]" if index % 2 else escape(part) for index, part in enumerate(parts))
