"""`forethought ask`: a question in one's own words, answered in the terminal or as JSON."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console

from analyzers.text import Encoding
from lsp_server import answering
from lsp_server import settings as user_settings
from lsp_server.answering import Here
from lsp_server.cli.console import print_json
from lsp_server.cli.exits import FAILED, UNREADABLE, USAGE, Failure
from lsp_server.cli.opening import open_view
from lsp_server.cli.paths import place_in
from lsp_server.composing import Reply
from lsp_server.render import terminal
from lsp_server.store.folders import config_file
from lsp_server.view import View

CLAIMS_MAX = 12

_ESCAPED = re.compile(r"\\([\\*\[\]<>|~`_&/.@])")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")


def ask(question: str, path: Path, *, at: str, as_json: bool) -> None:
    view = open_view(path)
    here = here_of(view, at) if at else None
    chosen, problems = user_settings.load(config_file())
    for problem in problems:
        print(f"forethought: {problem}", file=sys.stderr)
    text = sys.stdin.read() if question == "-" else question
    streamed: list[str] = []

    def say(piece: str) -> None:
        streamed.append(piece)
        if not as_json:
            print(plain(piece), end="", flush=True)

    began_s = time.perf_counter()
    reply = asyncio.run(answering.answer(view, text, here, (), chosen, say, _warn))
    seconds = time.perf_counter() - began_s
    if as_json:
        print_json(_as_json(view, reply, seconds))
    else:
        out = terminal.console()
        if streamed:
            out.print()
        else:
            _print(out, view, reply)
        out.print(f"[dim]{footer(reply, seconds)}[/dim]")
    if reply.road in ("askBack", "notKnown"):
        sys.exit(FAILED)


def here_of(view: View, at: str) -> Here:
    """The place that `FILE:LINE` names. Raises `Failure` where there is none."""
    name, line = place_in(view.root, at)
    lines, text = view.lines(name), view.text(name)
    if lines is None or text is None:
        raise Failure(UNREADABLE, f"--at {at}: no such file is prepared")
    if line > len(lines.starts):
        raise Failure(USAGE, f"--at {at}: the file has {len(lines.starts)} lines")
    start, end = lines.span_of_line(line - 1)
    row = text[start:end]
    return Here(name, start + len(row) - len(row.lstrip()))


def footer(reply: Reply, seconds: float) -> str:
    """The last line: by which road, how fresh, what it cost."""
    took = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
    road = {"askBack": "asked back", "notKnown": "not known"}.get(reply.road, reply.road)
    parts = [road, *([reply.freshness] if reply.answers else [])]
    if reply.input_tokens or reply.output_tokens:
        cached = f" ({reply.cached_tokens:,} cached)" if reply.cached_tokens else ""
        parts.append(f"{reply.input_tokens:,}{cached} + {reply.output_tokens:,} model tokens")
    else:
        parts.append("0 model tokens")
    return " · ".join([*parts, took])


def plain(text: str) -> str:
    """Markdown as a person reads it in a terminal: links as their text, escapes undone, emphasis left out."""
    bare = _LINK.sub(r"\1", text)
    return _ESCAPED.sub(r"\1", re.sub(r"(?<!\\)\*+", "", bare))


def _print(out: Console, view: View, reply: Reply) -> None:
    structured = bool(reply.answers) and all(each.symbol or each.claims for each in reply.answers)
    if not structured or any(each.kind.startswith("why_t") for each in reply.answers):
        out.print(plain(reply.markdown), markup=False)
        return
    anchor = None
    for each in reply.answers:
        if (each.path, each.symbol) != anchor:
            anchor = (each.path, each.symbol)
            symbol, lines = view.symbol(each.path, each.symbol), view.lines(each.path)
            line = lines.line_of(symbol.name_start) + 1 if symbol is not None and lines is not None else 1
            terminal.print_symbol(out, each.symbol or each.path, f"{each.path}:{line}", (), view.line_now, claims_max=0)
        terminal.print_answer(out, each, view.line_now, claims_max=CLAIMS_MAX, indent="  ")


def _warn(text: str) -> None:
    print(f"forethought: {text}", file=sys.stderr)


def _as_json(view: View, reply: Reply, seconds: float) -> dict[str, object]:
    """As `forethought/ask` answers, described in docs/protocol.md; columns are counted in UTF-8."""
    from lsp_server.features.answer_items import answer_item

    return {
        "road": reply.road,
        "markdown": reply.markdown,
        "answers": [msgspec.to_builtins(answer_item(view, each, Encoding.UTF8)) for each in reply.answers],
        "choices": [{"label": each.label, "question": each.question} for each in reply.choices],
        "freshness": reply.freshness,
        "cost": {
            "inputTokens": reply.input_tokens,
            "outputTokens": reply.output_tokens,
            "cachedTokens": reply.cached_tokens,
            "seconds": round(seconds, 4),
        },
    }
