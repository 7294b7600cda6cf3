"""An answer as plain text: for editors that have no view of ours, in a message or as a page of their own.

Places are written as `path:line`, which editors open under the cursor. Knows no markup.
"""

from __future__ import annotations

from collections.abc import Callable

from analyzers.questions.answer import Answer
from lsp_server.render.layout import Resolve, freshness, places_shown

MESSAGE_CLAIMS_MAX = 4
"""Claims in a message: it hides what is under it."""


def page(answer: Answer, resolve: Resolve, path_of: Callable[[str], str]) -> str:
    """All of an answer, with its symbol for a title."""
    title = f"{answer.symbol or 'module'} ({path_of(answer.path)})"
    lines = [title, "=" * len(title), "", *_lines(answer, resolve, path_of, len(answer.claims))]
    lines += [f"Not known: {_plain(each)}" for each in answer.unknown]
    return "\n".join([*lines, "", f"({freshness([answer])})", ""])


def message(answer: Answer, resolve: Resolve) -> str:
    """An answer's first lines, for a message that the editor shows and forgets."""
    left = len(answer.claims) - MESSAGE_CLAIMS_MAX
    lines = _lines(answer, resolve, str, MESSAGE_CLAIMS_MAX)
    return "\n".join([*lines, f"and {left} more"] if left > 0 else lines)


def _lines(answer: Answer, resolve: Resolve, path_of: Callable[[str], str], claims_max: int) -> list[str]:
    found = [f"{answer.question} {_plain(answer.conclusion)} ({answer.confidence})"]
    for claim in answer.claims[:claims_max]:
        doubt = "" if claim.confidence == answer.confidence else f" ({claim.confidence})"
        places = " ".join(f"{path_of(place.path)}:{resolve(place)}" for place in places_shown(claim, resolve))
        found.append(f"- {_plain(claim.text)}{doubt} {places}".rstrip())
    return found


def _plain(text: str) -> str:
    return " ".join(text.replace("`", "").split())
