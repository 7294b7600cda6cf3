"""A debugger's stop, joined with what is prepared: which value the error is about, and where that came from.

The stop as a text is what the evidence readers understand; the answer begins with the value. Nothing here asks a model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzers.evidence import blame
from analyzers.evidence.blame import Failing, Seen
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.catalogue import KINDS
from analyzers.questions.kind import claim as claim_of
from analyzers.questions.prose import code
from analyzers.records import Place
from analyzers.syntax import Node
from analyzers.thinking.context import covering_symbol
from lsp_server.shapes import Stop, StopFrame, StopLocal
from lsp_server.stop_trail import File, Trail, parsed
from lsp_server.view import View

FRAMES_MAX = 200
LOCALS_MAX = 100
CLAIMS_MAX = 6
GUESSES_MAX = 2
"""Expressions of the line that may be meant where the debugger shows no value of theirs."""
VALUE_CHARS_MAX = 60

_EMPTY = re.compile(r"^(?:\[\]|\{\}|\(\)|set\(\)|''|\"\"|0|\[\]\s*\(0\)|Array\(0\)(?:\s*\[\])?)$")
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


def stop_text(stop: Stop) -> str:
    """The stop as a traceback would print it: the outermost frame first."""
    lines = ["Traceback (most recent call last):"]
    for frame in reversed(stop.frames[:FRAMES_MAX]):
        path = frame.path.replace('"', "").replace("\n", " ")
        lines.append(f'  File "{path}", line {frame.line}, in {frame.name.rpartition(".")[2] or "<module>"}')
    if stop.exception is not None:
        lines.append(f"{stop.exception.type}: {stop.exception.message}")
    return "\n".join(lines)


def file_of(view: View, frame: StopFrame) -> str:
    """The repository's file that a frame is in; empty where it is in none."""
    paths = view.paths()
    root = view.root.as_posix().rstrip("/") + "/"
    name = frame.path.replace("\\", "/")
    name = name.removeprefix(root)
    return name if name in paths else ""


def values_answer(view: View, stop: Stop) -> Answer | None:
    """Which values the error is about and where they came from; the likeliest first. None where nothing is known."""
    level, path = next(((at, found) for at, each in enumerate(stop.frames) if (found := file_of(view, each))), (0, ""))
    file = parsed(view, path) if path else None
    facts = view.facts(path) if path else None
    frame = stop.frames[level] if stop.frames else None
    if file is None or facts is None or frame is None or not 1 <= frame.line <= len(file.lines.starts):
        return None
    shown = (stop.locals if level == 0 else frame.locals)[:LOCALS_MAX]
    failing = _failing(file, stop, frame, shown, own=level == 0)
    trail = Trail(view, stop, file, level, shown, file_of)
    claims = _claims(trail, file, failing, shown)
    if not claims:
        return None
    symbol = covering_symbol(facts, failing.start, failing.end)
    return Answer(
        kind=KINDS["comes_from"].name,
        path=path,
        symbol=symbol.qualname if symbol is not None else "",
        question="Where do its values come from?",
        conclusion=f"seen at line {frame.line} of this stop",
        confidence="likely",
        claims=tuple(claims[:CLAIMS_MAX]),
        weight=1.0,
    )


def _failing(file: File, stop: Stop, frame: StopFrame, shown: Sequence[StopLocal], *, own: bool) -> Failing:
    """The place and the error, as the syntax is asked about them."""
    start, end = file.lines.span_of_line(frame.line - 1)
    error = stop.exception.type.rpartition(".")[2] if stop.exception is not None else ""
    seen = {each.name: Seen(each.value.strip(), each.type) for each in shown}
    line = file.syntax.data[start:end].decode("utf-8", "replace")
    column = len(line[: frame.column - 1].encode()) if own and frame.column > 1 else -1
    message = stop.exception.message.strip().split("\n")[0] if stop.exception is not None else ""
    return Failing(start, end, column, frame.name, error, message, seen, own)


def _claims(trail: Trail, file: File, failing: Failing, locals_: Sequence[StopLocal]) -> list[Claim]:
    claims: list[Claim] = []
    said: set[str] = set()
    guesses = 0
    if failing.own and (raising := _raised(trail, file, failing)) is not None:
        claims.append(raising)
    for each in blame.blamed(file.syntax, file.table, failing) if not claims else ():
        guesses += each.text not in failing.seen
        if each.text in said or (each.text not in failing.seen and guesses > GUESSES_MAX):
            continue
        said.add(each.text)
        claims.append(trail.claim(f"{code(each.text)} {each.says}", each.node))
    used = set(_IDENTIFIER.findall(file.syntax.data[failing.start : failing.end].decode("utf-8", "replace")))
    # What else stands out, for messages that do not tell, and for values that the line uses besides.
    for local in sorted(locals_, key=lambda each: each.name not in used):
        what = _notable(local, used)
        if what and local.name not in said and (local.name in used or not claims):
            node = _use_of(file, failing, local.name)
            if node is not None:
                claims.append(trail.claim(f"{code(local.name)} {what}", node))
    return claims


def _raised(trail: Trail, file: File, failing: Failing) -> Claim | None:
    """A statement that raises by itself: the condition that let it run, and the values in it."""
    node = blame.raise_at(file.syntax, file.table, failing)
    if node is None:
        return None
    if node.type.startswith("assert"):
        condition = node.named_children[0] if node.named_children else None
        text = blame.text_of(file.syntax, condition) if condition is not None else ""
        clause = f"{code(text)} does not hold" if text else ""
    else:
        clause, condition = blame.condition_at(file.syntax, file.table, node.start_byte, node.end_byte)
        held = {"when ": "holds", "unless ": "does not hold"}
        clause = next(
            (f"{clause.removeprefix(word)} {says}" for word, says in held.items() if clause.startswith(word)), ""
        )
    if condition is None or not clause:
        return None
    names = [name for name in blame.names_in(file.syntax, condition) if name in failing.seen]
    values = [f"{code(name)} is {code(failing.seen[name].value, VALUE_CHARS_MAX)}" for name in names[:3]]
    if not values:
        return claim_of(clause, "certain", _place(file, condition.start_byte, condition.end_byte), provenance="runtime")
    first = next((each for each in blame.walk(condition) if blame.text_of(file.syntax, each) == names[0]), condition)
    return trail.claim(f"{', '.join(values)}, and {clause}", first, subject=code(names[0]) if len(names) > 1 else "it")


def _notable(local: StopLocal, used: set[str]) -> str:
    """What is worth saying about a local's value: that it is nothing, or empty where the line uses it."""
    seen = Seen(local.value.strip(), local.type)
    if seen.is_nothing:
        return f"is {seen.value if seen.value in ('None', 'null', 'undefined') else 'None'}"
    if _EMPTY.match(seen.value) and local.name in used:
        return f"is {code(seen.value, VALUE_CHARS_MAX)}"
    return ""


def _use_of(file: File, failing: Failing, name: str) -> Node | None:
    """Where the failing line uses a name, or else the function around it does."""
    at = file.syntax.root.named_descendant_for_byte_range(failing.start, max(failing.start, failing.end - 1))
    around = at
    while around is not None and around.type not in file.table.functions:
        around = around.parent
    for within in (at, around):
        for each in blame.walk(within) if within is not None else ():
            if each.type == "identifier" and blame.text_of(file.syntax, each) == name:
                return each
    return None


def _place(file: File, start: int, end: int) -> Place:
    return Place(file.path, start, end, file.lines.line_of(start) + 1)
