"""A debugger's stop, joined with what is prepared: which local is None and where that comes from, who is on the stack.

The stop as a text is what the evidence readers understand; the rest reads records. Nothing here asks a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzers.facts import CALLS_VALUE, OPAQUE, FileFacts, Local
from analyzers.graph import targets_of
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.catalogue import KINDS
from analyzers.questions.kind import claim as claim_of
from analyzers.records import Place, Record
from analyzers.text import Lines
from analyzers.thinking.context import covering_symbol
from lsp_server import prepared
from lsp_server.shapes import Stop, StopFrame, StopLocal
from lsp_server.view import View

FRAMES_MAX = 200
LOCALS_MAX = 100
CLAIMS_MAX = 6
VALUE_CHARS_MAX = 60
WAYS_MAX = 3

_NOTHING = frozenset({"None", "null", "undefined"})
_NOTHING_TYPES = frozenset({"NoneType", "undefined", "null"})
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


def locals_answer(view: View, stop: Stop, path: str) -> Answer | None:
    """Where the notable locals of the innermost frame come from. `path` is that frame's file in the repository."""
    if not stop.frames:
        return None
    frame = stop.frames[0]
    facts, lines = view.facts(path), view.lines(path)
    if facts is None or lines is None or not 1 <= frame.line <= len(lines.starts):
        return None
    start, end = lines.span_of_line(frame.line - 1)
    symbol = covering_symbol(facts, start, end)
    if symbol is None:
        return None
    used = set(_IDENTIFIER.findall(lines.data[start:end].decode("utf-8", "replace")))
    claims = [
        claim
        for local in sorted(stop.locals[:LOCALS_MAX], key=lambda each: each.name not in used)
        if (what := _notable(local, used)) and (claim := _claim(view, path, facts, lines, symbol.qualname, local, what))
    ]
    if not claims:
        return None
    kind = KINDS["comes_from"]
    return Answer(
        kind=kind.name,
        path=path,
        symbol=symbol.qualname,
        question="Where do its values come from?",
        conclusion=f"seen at line {frame.line} of this stop",
        confidence="likely",
        claims=tuple(claims[:CLAIMS_MAX]),
        weight=1.0,
    )


def _notable(local: StopLocal, used: set[str]) -> str:
    """What is worth saying about a local's value: that it is nothing, or empty where the line uses it."""
    value = local.value.strip()
    if value in _NOTHING or local.type in _NOTHING_TYPES:
        return f"is {value if value in _NOTHING else 'None'}"
    if _EMPTY.match(value) and local.name in used:
        return f"is `{value[:VALUE_CHARS_MAX]}`"
    return ""


def _claim(
    view: View, path: str, facts: FileFacts, lines: Lines, owner: str, local: StopLocal, what: str
) -> Claim | None:
    scope = next((number for number, each in enumerate(facts.symbols) if each.qualname == owner), None)
    if scope is None:
        return None
    said = f"`{local.name}` {what}"
    for source in _sources(view, path, facts, scope, local.name):
        ways = source.none_ways[:WAYS_MAX] if what.removeprefix("is ") in _NOTHING else ()
        name = source.name.rpartition(".")[2]
        if ways:
            text = f"{said}; it comes from `{name}`, which can return nothing: {ways[0].text}"
            return claim_of(text, "likely", *(way.place for way in ways), provenance="runtime")
        here = Place(source.path, source.name_start, source.name_end, source.line, source.name)
        return claim_of(f"{said}; it comes from `{name}`", "likely", here, provenance="runtime")
    record = prepared.record(view, path, owner)
    passed = [
        each for each in (record.passed if record is not None else ()) if each.parameter.lstrip("*") == local.name
    ]
    if passed:
        text = f"{said}; it is a parameter, for which callers pass `{passed[0].text}`"
        return claim_of(text, "possible", *(each.place for each in passed), provenance="runtime")
    symbol = facts.symbols[scope]
    here = Place(path, symbol.name_start, symbol.name_end, lines.line_of(symbol.name_start) + 1, owner)
    parameters = {each.split(":")[0].rstrip("=").strip("* ") for each in symbol.parameters}
    if local.name in parameters:
        return claim_of(f"{said}; it is a parameter of `{owner}`", "likely", here, provenance="runtime")
    return None


def _sources(view: View, path: str, facts: FileFacts, scope: int, name: str) -> Iterator[Record]:
    """The functions whose result the local was assigned, as its assignments name them."""
    for local in facts.locals:
        if local.scope != scope or local.name != name or not _is_call(local):
            continue
        for call in facts.calls:
            dotted = f"{call.receiver}.{call.name}" if call.receiver else call.name
            if call.scope != scope or dotted != local.value:
                continue
            for link in targets_of(path, call, view)[:1]:
                record = prepared.record(view, link.target_path, link.target)
                if record is not None:
                    yield record


def _is_call(local: Local) -> bool:
    return bool(local.flags & CALLS_VALUE) and local.value != OPAQUE


def file_of(view: View, frame: StopFrame) -> str:
    """The repository's file that a frame is in; empty where it is in none."""
    paths = view.paths()
    root = view.root.as_posix().rstrip("/") + "/"
    name = frame.path.replace("\\", "/")
    name = name.removeprefix(root)
    return name if name in paths else ""
