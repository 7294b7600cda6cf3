"""`forethought explain`: reads a traceback or a test report from standard input and prints the ranked suspects."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import msgspec

from lsp_server.cli.exits import FAILED, UNREADABLE, Failure
from lsp_server.explain import Explanation, explain
from lsp_server.render import explanation as rendering

TERMINAL_SUSPECTS_MAX = 5

_CODE = re.compile(r"`([^`]*)`")


def run(path: Path, *, as_json: bool) -> None:
    """Explains what standard input holds, about the code under `path`."""
    if not path.is_dir():
        raise Failure(UNREADABLE, f"{path} is not a folder")
    if sys.stdin.isatty():
        print("Paste a traceback or a test report, then press Ctrl-D.", file=sys.stderr)
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    explanation = explain(path.resolve(), text)
    if as_json:
        _print_json(explanation)
        return
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(render(explanation, colours=colours))
    if not explanation.suspects:
        sys.exit(FAILED)


def render(explanation: Explanation, *, colours: bool) -> str:
    """The explanation for a terminal: each suspect with its reasons, then what is not there and not known."""
    bold, plain, dim = ("\x1b[1m", "\x1b[0m", "\x1b[2m") if colours else ("", "", "")
    lines: list[str] = []
    for failure in explanation.failures:
        lines.append(f"{dim}{failure}{plain}")
    if lines:
        lines.append("")
    for rank, suspect in enumerate(explanation.suspects[:TERMINAL_SUSPECTS_MAX], 1):
        lines.append(f"{bold}{rank}. {suspect.name}{plain} {suspect.path}:{suspect.line} · {suspect.confidence}")
        for reason in suspect.reasons:
            where = f" ({reason.path}:{reason.line})" if reason.line else ""
            text = _CODE.sub(lambda match: f"{bold}{match[1]}{plain}", reason.text) if colours else reason.text
            lines.append(f"   {text}{dim}{where}{plain}")
    more = len(explanation.suspects) - TERMINAL_SUSPECTS_MAX
    if more > 0:
        lines.append(f"{dim}and {more} less likely{plain}")
    for title, items in (("Looked for and not found", explanation.nothing_found), ("Not known", explanation.not_known)):
        if items:
            lines.append(f"{title}: {'; '.join(items)}.")
    return "\n".join(lines)


def _print_json(explanation: Explanation) -> None:
    document = msgspec.json.encode(
        {
            "suspects": [
                {
                    "path": suspect.path,
                    "name": suspect.name,
                    "line": suspect.line,
                    "score": suspect.score,
                    "reasons": [rendering.reason(each) for each in suspect.reasons],
                }
                for suspect in explanation.suspects
            ],
            "failures": explanation.failures,
            "nothing_found": explanation.nothing_found,
            "not_known": explanation.not_known,
        }
    )
    sys.stdout.write(msgspec.json.format(document, indent=2).decode() + "\n")
