"""`forethought questions`: prepared questions and answers in the terminal, or as JSON."""

from __future__ import annotations

from pathlib import Path

import msgspec
from rich.console import Console

from analyzers import anticipation
from analyzers.anticipation import Anticipated
from analyzers.questions import catalogue
from analyzers.questions.answer import Answer
from analyzers.records import Record
from lsp_server import prepared
from lsp_server.cli.console import print_json
from lsp_server.cli.exits import FAILED, UNREADABLE, Failure
from lsp_server.cli.opening import open_view
from lsp_server.cli.paths import place_in
from lsp_server.likeliest import likeliest
from lsp_server.render import terminal
from lsp_server.thought_answers import thoughts_of
from lsp_server.view import View

ANSWERS_MAX = 3
CLAIMS_MAX = 4
ALONE_CLAIMS_MAX = 12
REASONS_READ_MAX = 1_000
SHOWN_CHANGE_MIN = 0.05
"""By how much a kind must be likelier or less likely than usual to be explained."""

EDITORS = """[bold]Connect an editor[/bold]
  Neovim 0.11:  put editor-clients/neovim on the 'runtimepath',
                and add to init.lua:  vim.lsp.enable("forethought")
  VS Code:      npm ci && npm run package in editor-clients/vscode, then install the .vsix
  any other:    the command is  forethought serve  (standard input and output)"""


def questions(path: Path, *, at: str, symbols_max: int, why: bool, as_json: bool) -> None:
    view = open_view(path)
    found = [_at(view, at)] if at else likeliest(view, symbols_max)
    answered = [(record, _telling([*prepared.answers(view, record), *thoughts_of(view, record)])) for record in found]
    reasons = {(each.path, each.symbol): each for each in view.anticipated(REASONS_READ_MAX)} if why else {}
    if as_json:
        print_json(
            [
                _as_json(record, answers) | _reasons_as_json(reasons.get((record.path, record.name)), why)
                for record, answers in answered
            ]
        )
        return
    out = terminal.console()
    if not answered:
        raise Failure(FAILED, "no function or class was found here")
    for record, answers in answered:
        shown = answers if at else answers[:ANSWERS_MAX]
        _print(out, view, record, shown, ALONE_CLAIMS_MAX if at else CLAIMS_MAX)
        if not shown:
            out.print("  [dim]nothing is prepared for it yet[/dim]")
        if why:
            _print_reasons(out, reasons.get((record.path, record.name)))
            _print_kinds(out, view, record, shown)
        out.print()


def show_likeliest(out: Console, view: View, symbols_max: int) -> int:
    """Print the likeliest questions; returns how many symbols were shown."""
    shown = 0
    for record in likeliest(view, 4 * symbols_max):
        answers = _telling(prepared.answers(view, record))[:ANSWERS_MAX]
        if answers and shown < symbols_max:
            _print(out, view, record, answers, CLAIMS_MAX)
            out.print()
            shown += 1
    return shown


def _at(view: View, at: str) -> Record:
    path, line = place_in(view.root, at)
    lines, facts = view.lines(path), view.facts(path)
    if lines is None or facts is None:
        raise Failure(UNREADABLE, f"--at {at}: no such file is prepared")
    start, end = lines.span_of_line(line - 1)
    around = [symbol for symbol in facts.symbols if symbol.start <= end and start <= symbol.end]
    # Of the definitions around the line, the one that is named on it; else the innermost function or class.
    named = [symbol for symbol in around if start <= symbol.name_start <= end]
    inner = sorted(named or [symbol for symbol in around if symbol.digest], key=lambda each: each.end - each.start)
    for symbol in inner:
        record = prepared.record(view, path, symbol.qualname)
        if record is not None:
            return record
    raise Failure(FAILED, f"--at {at}: no function or class there")


def _reasons_as_json(anticipated: Anticipated | None, why: bool) -> dict[str, object]:
    if not why:
        return {}
    return {"why": [{"feature": name, "part": part} for name, part in anticipated.why] if anticipated else []}


def _print_reasons(out: Console, anticipated: Anticipated | None) -> None:
    if anticipated is None:
        out.print("  [dim]why: the predictor does not name it; it stands here by who calls it[/dim]")
        return
    for name, part in anticipated.why:
        reason = anticipation.REASON.get(name, "")
        out.print(f"  [dim]why: {name.replace('_', ' ')} {part:+.2f}: {reason}[/dim]", highlight=False)


def _print_kinds(out: Console, view: View, record: Record, shown: list[Answer]) -> None:
    """What makes the shown kinds of question likelier here than their prior says."""
    asked, strengths = view.preferences(), view.strengths(record.path, record.name)
    total = sum(asked.values())
    for answer in shown:
        kind = catalogue.KINDS.get(answer.kind)
        if kind is None:
            continue
        parts = [f"prior {kind.prior:g}"]
        preference = anticipation.preference(kind.name, catalogue.PRIORS, asked)
        if abs(preference - 1.0) >= SHOWN_CHANGE_MIN:
            parts.append(f"×{preference:.2f}: {asked.get(kind.name, 0):g} of {total:g} questions asked here")
        for name, factor in kind.features:
            by = anticipation.raised(((name, factor),), strengths)
            if by - 1.0 >= SHOWN_CHANGE_MIN:
                parts.append(f"×{by:.2f}: {name.replace('_', ' ')}")
        out.print(f"  [dim]why this question: {answer.question} {', '.join(parts)}[/dim]", highlight=False)


def _telling(answers: list[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.weight > 0]


def _print(out: Console, view: View, record: Record, answers: list[Answer], claims_max: int) -> None:
    symbol = view.symbol(record.path, record.name)
    lines = view.lines(record.path)
    line = lines.line_of(symbol.name_start) + 1 if symbol is not None and lines is not None else record.line
    where = f"{record.path}:{line}"
    terminal.print_symbol(out, record.name, where, answers, view.line_now, claims_max=claims_max)


def _as_json(record: Record, answers: list[Answer]) -> dict[str, object]:
    return {
        "path": record.path,
        "name": record.name,
        "kind": record.kind,
        "line": record.line,
        "answers": [msgspec.to_builtins(answer) for answer in answers],
    }
