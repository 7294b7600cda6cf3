"""What pytest prints about one failing test: the styles long, short, native, line and auto, and its summary lines.

Owns the lines between two headings. Which lines those are is `report`'s business; native tracebacks are `tracebacks`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzers.evidence.failures import Error, Failure, Frame, Local, Phase, Relation
from analyzers.evidence.tracebacks import looks_like_frame, read_tracebacks, split_error

DETAILS_MAX = 400
"""Lines of introspection kept of one failure."""

HEADING = re.compile(r"^_{1,}(?: (?P<title>\S.*?)) _{1,}$")
CAPTURED = re.compile(r"^-{3,} (?:Captured .+|generated xml file.*) -{3,}$")
SUMMARY = re.compile(
    r"^(?:(?:SUB)?FAIL(?:ED)?(?:\([^)\n]*\))?|ERROR) (?P<path>[^\s:]+\.py)(?:::(?P<test>.+?))?(?: - (?P<message>.*))?$"
)

_PHASE = re.compile(r"^ERROR (?:at (?P<phase>setup|teardown) of|collecting) (?P<name>.+)$")
_STEPS: dict[str, Phase] = {"setup": "setup", "teardown": "teardown", "collect": "collect"}
_PLACE = re.compile(r"^(?P<path>(?:[A-Za-z]:)?[^:\s][^:]*?):(?P<line>\d+):(?: in (?P<function>.+)| ?(?P<error>.*))$")
_SEPARATOR = re.compile(r"^(?:_ ){5,}_?\s*$")
_CHAIN_LINES = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
_DEFINITION = re.compile(r"^\s*(?:async +)?def +(?P<name>\w+)|^\s*class +(?P<class>\w+)")
_ARGUMENT = re.compile(r"^(?P<name>[A-Za-z_]\w*) += (?P<value>\S.*)$")
_CARETS = re.compile(r"^\s+[~^]+\s*$")
_INSTANCE = re.compile(r"^<(?:[\w.]*\.)?(?P<class>\w+)(?:\(.*?\))? (?:object|instance)? ?(?:at 0x|id=)")
_WORD = re.compile(r"^(?P<class>[A-Z]\w*)\(")


def read_section(title: str, lines: Sequence[str]) -> Failure:
    """The failure under one heading (`TestFish.test_info[a]`, `ERROR at setup of test_x`)."""
    phase = _PHASE.match(title)
    name = phase["name"] if phase else title
    step = _STEPS[phase["phase"] or "collect"] if phase else "call"
    path = name if (step == "collect" and "/" in name) or name.endswith(".py") else ""
    lines = _without_captures(lines)
    details = tuple(line[1:].removeprefix("   ") for line in lines if _is_detail(line))[:DETAILS_MAX]
    if any(looks_like_frame(line) for line in lines if not _is_detail(line)):
        errors = read_tracebacks([line for line in lines if not _is_detail(line)])
        # A member or a cause that pytest itself printed with the traceback module is indented under `E`.
        details = details or _message_lines(errors)
    else:
        errors = _read_blocks(lines)
    return Failure(
        tuple(errors),
        "" if path else name,
        path,
        step,
        details,
    )


def read_place(line: str) -> tuple[Frame, str] | None:
    """A frame out of `path:12: in name` or `path:12: ValueError`, with the error's text of the second form."""
    match = _PLACE.match(line)
    if match is None or not match["path"].endswith((".py", ".pyx", ".pyi", ">")):
        return None
    return Frame(match["path"], int(match["line"]), match["function"] or ""), match["error"] or ""


def _without_captures(lines: Sequence[str]) -> list[str]:
    """The lines before what the test itself printed, which may look like anything."""
    for index, line in enumerate(lines):
        if CAPTURED.match(line):
            return list(lines[:index])
    return list(lines)


def _is_detail(line: str) -> bool:
    return line == "E" or line.startswith(("E  ", "E\t"))


def _message_lines(errors: Sequence[Error]) -> tuple[str, ...]:
    return tuple(line for error in errors for line in error.message.split("\n") if line)[:DETAILS_MAX]


def _read_blocks(lines: Sequence[str]) -> list[Error]:
    """Long and short style: source with `>` and `E` margins, each frame closed or opened by its `path:line:` line."""
    errors: list[Error] = []
    frames: list[Frame] = []
    details: list[str] = []
    source: list[str] = []
    marked = ""
    arguments: list[Local] = []
    definition = ""
    relation: Relation = ""
    pending: Frame | None = None

    def close_frame() -> None:
        nonlocal pending, marked, definition
        if pending is not None:
            frames.append(_framed(pending, source, marked, definition, arguments))
        pending, marked, definition = None, "", ""
        source.clear()
        arguments.clear()

    def close_error() -> None:
        nonlocal relation
        close_frame()
        if frames or details:
            kind, message = _error_of(details)
            errors.append(Error(kind, message, tuple(frames), relation))
        frames.clear()
        details.clear()
        relation = ""

    for line in lines:
        if line.strip() in _CHAIN_LINES:
            close_error()
            relation = "cause" if line.startswith("The above") else "context"
        elif _SEPARATOR.match(line):
            close_frame()
        elif _is_detail(line):
            details.append(line[1:].removeprefix("   "))
        elif place := read_place(line):
            frame, text = place
            if frame.function:
                # Short style names the frame first and shows its source below.
                close_frame()
                pending = frame
            else:
                frames.append(_framed(frame, source, marked, definition, arguments))
                if text and not details:
                    details.append(text)
                pending, marked, definition = None, "", ""
                source.clear()
                arguments.clear()
        elif line.startswith(">"):
            source[:] = [line[1:].strip()]
        elif _CARETS.match(line) and source:
            marked = marked or "^"
        elif match := _DEFINITION.match(line):
            definition = definition if line.startswith(" " * 8) else match["name"] or ""
            if pending is not None:
                source.append(line.strip())
        elif pending is not None and line.startswith("    "):
            source.append(line.strip())
        elif match := _ARGUMENT.match(line):
            arguments.append(Local(match["name"], kind_of(match["value"])))
    close_error()
    return errors


def kind_of(value: str) -> str:
    """The kind of a printed value: `None`, `str`, `int`, a class's name; empty where the text does not tell."""
    if value.startswith("None"):
        return "None"
    if value[0] in "'\"" or value[:2] in ("b'", 'b"'):
        return "bytes" if value[0] == "b" else "str"
    if value in ("True", "False"):
        return "bool"
    if re.fullmatch(r"-?\d+", value):
        return "int"
    if re.fullmatch(r"-?\d+\.\d*(?:e[-+]?\d+)?", value):
        return "float"
    brackets = {"[": "list", "(": "tuple", "{": "dict"}
    if value[0] in brackets:
        return "set" if value[0] == "{" and ":" not in value and value != "{}" else brackets[value[0]]
    match = _INSTANCE.match(value) or _WORD.match(value)
    if match:
        return match["class"]
    return "function" if value.startswith("<function") else ""


def _framed(frame: Frame, source: list[str], marked: str, definition: str, arguments: list[Local]) -> Frame:
    return Frame(
        frame.path, frame.line, frame.function or definition, "\n".join(source[:20]), "", tuple(arguments[:40])
    )


def _error_of(details: Sequence[str]) -> tuple[str, str]:
    """(type, message) of an error of which pytest prints the text, with its type or, for asserts, without."""
    if not details:
        return "", ""
    first = details[0].strip()
    parts = split_error(first)
    if parts and (parts[0][0].isupper() or "." in parts[0]) and parts[0] != "E":
        return parts[0], "\n".join([parts[1], *details[1:]]).rstrip()
    kind = "AssertionError" if first.startswith("assert ") else ""
    return kind, "\n".join(details).rstrip()
