"""Python's own tracebacks, out of any text: chained, grouped, from threads and tasks, with or without a header.

Owns the format that `traceback.print_exception` writes, from 3.7's to 3.13's. Must not know test runners or files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzers.evidence.failures import Error, Frame, Relation

ERRORS_MAX = 200
FRAMES_MAX = 400
"""What is kept of one text; a recursion prints a thousand frames, its end and its start tell the story."""
MESSAGE_LINES_MAX = 200
STAMPED_SHARE_MIN = 0.6
"""How many of a text's lines must begin with a log's stamp for it to be taken away; a table has such lines too."""

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_STAMP = re.compile(
    r"^(?:[^\t\n]{1,200}\t[^\t\n]{1,200}\t|[\w./-]+ *\|(?: |$))?\ufeff?"
    r"(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?(?: |$))?(?<=.)"
)
"""`web-1  | ` of containers, `job<tab>step<tab>` of a build's log, a time by itself; a logger has words of its own."""
_FRAME = re.compile(r'^(\s*)File "(?P<path>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<function>.+?))?\s*$')
_HEADER = re.compile(r"(?P<before>.*?)(?:Exception Group )?Traceback \(most recent call last\):\s*$")
_CARETS = re.compile(r"^[\s~^]*[~^][\s~^]*$")
_ERROR = re.compile(r"^(?P<type>[A-Za-z_][\w.]*(?:\[[\w., ]+\])?)(?:: (?P<message>.*)|:?)$")
_REPEATED = re.compile(r"^\s*\[Previous line repeated \d+ more times?\]\s*$")
_CHAIN: dict[str, Relation] = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_MEMBER = re.compile(r"^\s*\+(?:-\+)?-{8,} (?:\d+|\.\.\.|…) -{8,}\s*$")
_GROUP_END = re.compile(r"^\s*\+-{16,}\s*$")
_GROUP_MARGIN = re.compile(r"^\s*(?:\+ (?=Exception Group)|\| ?)")


def without_colours(text: str) -> str:
    """The text without terminal control sequences and with `\\n` line ends."""
    return _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def without_stamps(lines: Sequence[str]) -> Sequence[str]:
    """The lines without what a log puts before each: a service's name, a job's, a time."""
    found = [_STAMP.match(line) for line in lines]
    said = sum(1 for line in lines if line.strip())
    stamped = sum(1 for match in found if match)
    if not stamped or stamped < STAMPED_SHARE_MIN * said:
        return lines
    return [line[match.end() :] if match else line for line, match in zip(lines, found, strict=True)]


def read_tracebacks(lines: Sequence[str]) -> list[Error]:
    """Every exception printed in these lines, in order; lines that belong to no traceback are passed over."""
    errors: list[Error] = []
    relation: Relation = ""
    index = 0
    while index < len(lines) and len(errors) < ERRORS_MAX:
        line, grouped = _unmargined(lines[index])
        if _MEMBER.match(lines[index]):
            relation = "member"
        elif line.strip() in _CHAIN:
            relation = _CHAIN[line.strip()]
        elif (header := _HEADER.match(line)) or _FRAME.match(line):
            error, index = _read_error(lines, index + 1 if header else index, header["before"] if header else "")
            if error:
                errors.append(_related(error, relation))
                relation = ""
            continue
        elif relation == "member" and grouped and (match := _ERROR.match(line.strip())):
            errors.append(Error(match["type"], match["message"] or "", (), relation))
            relation = ""
        index += 1
    return errors


def looks_like_frame(line: str) -> bool:
    """Whether a line is `File "...", line N`, the surest sign of a traceback."""
    return _FRAME.match(_unmargined(line)[0]) is not None


def split_error(line: str) -> tuple[str, str] | None:
    """(type, message) of an exception's line, if the line can be one."""
    match = _ERROR.match(line.rstrip())
    return (match["type"], match["message"] or "") if match else None


def _related(error: Error, relation: Relation) -> Error:
    return Error(error.type, error.message, error.frames, relation)


def _unmargined(line: str) -> tuple[str, bool]:
    """The line without an exception group's margin, and whether it had one."""
    match = _GROUP_MARGIN.match(line)
    return (line[match.end() :], True) if match else (line, False)


def _read_error(lines: Sequence[str], index: int, before: str) -> tuple[Error | None, int]:
    """The exception whose first frame is expected at `index`; `before` is what a log printed before its header."""
    frames: list[Frame] = []
    base = len(before) - len(before.lstrip()) if not before.strip() else 0
    prefix = before if before.strip() else ""
    while index < len(lines):
        line = _plain(lines[index], prefix)
        match = _FRAME.match(line)
        if match:
            frame, index = _read_frame(lines, index, match, prefix)
            if len(frames) < FRAMES_MAX:
                frames.append(frame)
            else:
                frames[-1] = frame
            continue
        if _REPEATED.match(line) or not line.strip():
            index += 1
            if not line.strip() and frames:
                # A blank line ends a traceback that was cut off before its exception.
                following = _plain(lines[index], prefix) if index < len(lines) else ""
                if not _FRAME.match(following):
                    break
            continue
        error = _ERROR.match(line.strip())
        if error and len(line) - len(line.lstrip()) <= base + (len(match[1]) if match else 0) + 4:
            message, index = _read_message(lines, index + 1, error["message"] or "", prefix)
            return Error(error["type"], message, tuple(frames)), index
        if not frames:
            return None, index
        if _GROUP_END.match(lines[index]) or _MEMBER.match(lines[index]) or _HEADER.match(line):
            break
        if len(line) - len(line.lstrip()) <= base:
            break
        index += 1
    return (Error("", "", tuple(frames)) if frames else None), index


def _plain(line: str, prefix: str) -> str:
    plain = _unmargined(line)[0]
    if prefix and plain.startswith(prefix):
        return plain[len(prefix) :]
    return plain


def _read_frame(lines: Sequence[str], index: int, match: re.Match[str], prefix: str) -> tuple[Frame, int]:
    """The frame whose `File` line is at `index`, with its source and what the carets under it mark."""
    indent = len(match[1])
    source: list[str] = []
    marked = ""
    index += 1
    while index < len(lines) and len(source) < 20:
        line = _plain(lines[index], prefix)
        if not line.strip() or len(line) - len(line.lstrip()) <= indent or _FRAME.match(line) or _REPEATED.match(line):
            break
        if _CARETS.match(line) and source:
            if not marked:
                start, end = len(line) - len(line.lstrip()), len(line.rstrip())
                marked = source[-1][start:end].strip()
        else:
            source.append(line)
        index += 1
    text = "\n".join(line.strip() for line in source)
    return Frame(match["path"], int(match["line"]), match["function"] or "", text, marked), index


def _read_message(lines: Sequence[str], index: int, first: str, prefix: str) -> tuple[str, int]:
    """The message's further lines: until a blank line that something else follows, a chain's sentence or a header."""
    message = [first]
    while index < len(lines) and len(message) < MESSAGE_LINES_MAX:
        line = _plain(lines[index], prefix)
        stripped = line.strip()
        if stripped in _CHAIN or _HEADER.match(line) or _FRAME.match(line):
            break
        if _MEMBER.match(lines[index]) or _GROUP_END.match(lines[index]):
            break
        if not stripped and (index + 1 >= len(lines) or not _continues(_plain(lines[index + 1], prefix))):
            break
        message.append(line)
        index += 1
    while message and not message[-1].strip():
        message.pop()
    return "\n".join(message), index


def _continues(line: str) -> bool:
    """Whether a line after a blank one still belongs to the message: a diff's or an indented one."""
    return bool(line) and line[0] in "-+? " and bool(line.strip()) and _HEADER.match(line) is None
