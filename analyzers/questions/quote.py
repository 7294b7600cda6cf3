"""Quoting: from a place to the piece of source text that is worth showing.

Works on text alone, with the marks that `wording` gives; a quote is for reading, so a scan that loses its way gives
less text, never wrong places.
"""

from __future__ import annotations

import re
from functools import lru_cache

from analyzers.questions.kind import Asked
from analyzers.questions.prose import last_name
from analyzers.questions.wording import words_for
from analyzers.records import Place, Record
from analyzers.text import Lines, line_at

DEFINING = (b"def", b"class", b"function")
"""Words that a definition begins with, in one language or the other."""
CALL_BYTES_MAX = 600
"""A call that is longer is not an example of anything."""
COMMENT_LINES_MAX = 12
TEXTS_KEPT_MAX = 16
"""Texts whose lines are remembered: one answer names many lines of few files."""

_OPEN = b"([{"
_OPENERS = ("(", "[", "{")
_CLOSE = b")]}"
_NAME = re.compile(rb"[A-Za-z0-9_.$]")
_QUOTES = b"\"'`"
_TURNS = re.compile(rb"[()\[\]{}\"'`#]")
"""Where a scan for brackets must look closely; a regular expression steps over the rest at the speed of C."""
_ARGUMENT_TURNS = re.compile(rb"[(\[{\"'`,]")
_ASSIGNED = re.compile(r"^(?:[\w.\[\]'\"]+\s*(?::[^=]+)?=\s*)+(?!=)(.+)$")
_CONDITION = re.compile(r"(?:}?\s*else )?(?:el)?if (?:\((.*)\) *{?|(.+):)(?: *(?:#|//).*)?$")
_HANDLER = re.compile(r"except (.+?)(?: as \w+)?:(?: *#.*)?$")
"""Headers that say when what stands under them happens."""
_CALL_TURNS = re.compile(rb"[(\[{\"'`]")
_STRING_TURNS = {mark: re.compile(rb"[\\\n" + mark + rb"]") for mark in (b'"', b"'", b"`")}


def line_span(source: bytes, offset: int) -> tuple[int, int]:
    """The line around `offset`, without its ending and its indentation."""
    start = source.rfind(b"\n", 0, offset) + 1
    end = source.find(b"\n", offset)
    end = len(source) if end < 0 else end
    while start < end and source[start] in b" \t":
        start += 1
    while end > start and source[end - 1] in b" \t\r":
        end -= 1
    return start, end


def line_text(source: bytes, offset: int) -> str:
    """The line around `offset`, stripped."""
    start, end = line_span(source, offset)
    return source[start:end].decode("utf-8", "replace")


def text_of(asked: Asked, place: Place) -> str:
    """What stands at a place: its quote, or the source's own text."""
    if place.quote:
        return place.quote
    source = asked.neighbours.source(place.path)
    return source[place.start : place.end].decode("utf-8", "replace") if source else ""


def clause_text(asked: Asked, place: Place) -> str:
    """The line at a place: its quote, or the source's own line; what goes over several lines is put on one."""
    source = asked.neighbours.source(place.path)
    if source is not None and place.quote.endswith(_OPENERS):
        closed = matching(source, place.end - 1)
        if closed is not None and closed - place.start <= CALL_BYTES_MAX:
            return on_one_line(source[place.start : closed].decode("utf-8", "replace"))
    if place.quote and (source is None or not place.quote.endswith("…")):
        return place.quote
    if source is None:
        return ""
    if b"\n" in source[place.start : place.end] and place.end - place.start <= CALL_BYTES_MAX:
        return on_one_line(source[place.start : place.end].decode("utf-8", "replace"))
    return line_text(source, place.start).removesuffix(",")


def call_text(asked: Asked, place: Place) -> str:
    """The whole call at a place, on one line, with its receiver and arguments; empty where it cannot be had."""
    source = asked.neighbours.source(place.path)
    if source is None:
        return place.quote
    span = call_span(source, place.start, place.end)
    if span is None:
        return place.quote
    return on_one_line(source[span[0] : span[1]].decode("utf-8", "replace"))


def on_one_line(text: str) -> str:
    """A call that goes over several lines as it would stand on one."""
    flat = re.sub(r"\s+", " ", re.sub(r"(?m)[ \t]*#[ !][^\n\"']*$", "", text) if "\n" in text else text)
    return re.sub(r"(?<=[(\[{]) |,? (?=[)\]}])", "", flat)


def call_span(source: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The span of the call whose called name, or whole text, is at `start`..`end`; None where none is there."""
    if not 0 <= start < end <= len(source):
        return None
    if source[end - 1 : end] != b")":
        opening = end
        while opening < len(source) and source[opening] in b" \t":
            opening += 1
        if source[opening : opening + 1] != b"(":
            return None
        closed = matching(source, opening)
        if closed is None:
            return None
        end = closed
    begin = start
    while begin > 0:
        before = source[begin - 1 : begin]
        if _NAME.match(before):
            begin -= 1
        elif source[begin : begin + 1] == b"." and before in (b")", b"]"):
            opened = _matching_back(source, begin - 1)
            if opened is None:
                break
            begin = opened
        else:
            break
    return (begin, end) if end - begin <= CALL_BYTES_MAX else None


def enclosing_calls(source: bytes, at: int, calls_max: int = 3) -> list[str]:
    """The last names of the calls in whose arguments `at` lies, the innermost first, within one statement."""
    found: list[str] = []
    depth = 0
    limit = max(0, at - CALL_BYTES_MAX)
    while at > limit and len(found) < calls_max:
        at -= 1
        byte = source[at]
        if byte in _CLOSE:
            depth += 1
        elif byte in _OPEN and depth:
            depth -= 1
        elif byte in _OPEN:
            name = re.search(rb"([A-Za-z_]\w*)[ \t]*$", source[max(0, at - 80) : at])
            if byte == ord("(") and name:
                found.append(name.group(1).decode())
        elif byte == ord("\n") and depth == 0 and source[at - 1 : at] in (b":", b"}", b";"):
            break
    return found


def matching(source: bytes, opening: int) -> int | None:
    """The offset after the bracket that closes the one at `opening`; strings are stepped over."""
    depth = 0
    at = opening
    limit = min(len(source), opening + CALL_BYTES_MAX * 4)
    while at < limit and (turn := _TURNS.search(source, at, limit)):
        at = turn.start()
        byte = source[at]
        if byte in _QUOTES:
            at = _after_string(source, at)
            continue
        if byte == ord("#"):
            newline = source.find(b"\n", at)
            at = len(source) if newline < 0 else newline
            continue
        if byte in _OPEN:
            depth += 1
        elif byte in _CLOSE:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None


def condition_above(source: bytes, offset: int, floor: int) -> tuple[str, str]:
    """What the statement at `offset` stands under within a definition that begins at `floor`, as written.

    The condition of an `if`, or what a handler catches, of the next line above that is indented less; empty both where
    that line is neither, or goes over several lines.
    """
    at = source.rfind(b"\n", 0, offset)
    if before := source[at + 1 : offset].strip():
        found = _CONDITION.match(before.decode("utf-8", "replace"))
        return (found.group(1) or found.group(2) if found is not None else ""), ""
    depth = offset - at - 1
    while at > floor:
        begin = source.rfind(b"\n", 0, at) + 1
        line = source[begin:at]
        at = begin - 1
        if line.strip() and len(line) - len(line.lstrip()) < depth:
            text = line.decode("utf-8", "replace").strip()
            if found := _CONDITION.match(text):
                return found.group(1) or found.group(2), ""
            handler = _HANDLER.match(text)
            return "", handler.group(1) if handler is not None else ""
    return "", ""


def assigned_value(line: str) -> str:
    """What a line assigns, as written; empty where it is not a plain assignment."""
    found = _ASSIGNED.match(line.strip().rstrip(";"))
    return found.group(1).split("  #")[0].strip() if found else ""


def arguments(call: str) -> tuple[str, ...]:
    """The arguments of a call's text as written, split at the commas of its outermost brackets."""
    data = call.encode()
    opening = _call_bracket(data)
    if opening is None:
        return ()
    closed = matching(data, opening) or len(data)
    parts: list[str] = []
    start = at = opening + 1
    while at < closed - 1 and (turn := _ARGUMENT_TURNS.search(data, at, closed - 1)):
        at = turn.start()
        byte = data[at]
        if byte in _QUOTES:
            at = _after_string(data, at)
            continue
        if byte in _OPEN:
            at = matching(data, at) or closed
            continue
        if byte == ord(","):
            parts.append(data[start:at].decode("utf-8", "replace").strip())
            start = at + 1
        at += 1
    parts.append(data[start : closed - 1].decode("utf-8", "replace").strip())
    return tuple(part for part in parts if part)


def comment_above(source: bytes, start: int, marks: tuple[str, ...]) -> tuple[int, int] | None:
    """The span of the block of comment lines directly above the line of `start`."""
    wanted = tuple(mark.encode() for mark in marks)
    line_start = source.rfind(b"\n", 0, start) + 1
    first = line_start
    for _ in range(COMMENT_LINES_MAX):
        previous = source.rfind(b"\n", 0, max(0, first - 1)) + 1
        if first == 0 or not source[previous:first].strip().startswith(wanted):
            break
        first = previous
    if first == line_start:
        return None
    return line_span(source, first)[0], line_span(source, line_start - 1)[1]


def comments_inside(source: bytes, start: int, end: int, marks: tuple[str, ...]) -> list[tuple[int, int]]:
    """Spans of the comments within a definition, neighbouring lines joined; a mark inside a string is not one."""
    found: list[tuple[int, int]] = []
    turns = _comment_turns(marks)
    at = start
    while at < end:
        line_end = source.find(b"\n", at)
        line_end = min(end, len(source) if line_end < 0 else line_end)
        begin = at
        while begin < line_end and (turn := turns.search(source, begin, line_end)):
            begin = turn.start()
            if source[begin] in _QUOTES:
                after = _after_string(source, begin)
                if after > line_end:
                    line_end = source.find(b"\n", after)
                    line_end = min(end, len(source) if line_end < 0 else line_end)
                begin = after
                continue
            _join(found, source, begin, line_end)
            break
        at = line_end + 1
    return found


_DEFINITION = re.compile(rb"^([ \t]*)(?:async[ \t]+)?(?:" + b"|".join(DEFINING) + rb")\b", re.MULTILINE)


def definitions_inside(source: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the functions and classes within a definition, by how far their lines are set in."""
    found: list[tuple[int, int]] = []
    at = source.find(b"\n", start, end) + 1 or end
    while (match := _DEFINITION.search(source, at, end)) is not None:
        deep = re.compile(rb"(?:[^\n]*\n)(?:[ \t]*\n|" + re.escape(match.group(1)) + rb"[ \t)\]}][^\n]*(?:\n|$))*")
        body = deep.match(source, match.start(), end)
        at = max(match.end(), body.end() if body is not None else end)
        found.append((match.start(), at))
    return found


def documentation(source: bytes, record: Record) -> tuple[int, int] | None:
    """The span of the text that documents a definition: the string that opens its body, or the comment above it."""
    words = words_for(record.path)
    header = source.find(b":", record.name_end)
    parameters = source.find(b"(", record.name_end, record.name_end + 2)
    if parameters >= 0:
        closed = matching(source, parameters)
        header = source.find(b":", closed if closed is not None else record.name_end)
        arrow = source.find(b"->", closed or 0, (closed or 0) + 6)
        if arrow >= 0:
            header = _header_end(source, arrow)
    if 0 <= header < record.end:
        body = header + 1
        while body < record.end and source[body] in b" \t\r\n":
            body += 1
        for mark in words.doc_marks:
            for prefix in ("", "r", "R"):
                opening = f"{prefix}{mark}".encode()
                if source.startswith(opening, body):
                    return body, min(_after_string(source, body + len(prefix)), record.end)
    return None


def prose_of(source: bytes, span: tuple[int, int]) -> str:
    """A comment's or a documentation string's words, without its marks, on one line."""
    text = source[span[0] : span[1]].decode("utf-8", "replace")
    text = re.sub(r"^[rRuUbB]?(\"\"\"|'''|\"|'|/\*\*?)", "", text.strip())
    text = re.sub(r"(\"\"\"|'''|\"|'|\*/)$", "", text)
    lines = [re.sub(r"^\s*(#+:?|//+|\*)\s?", "", line).rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip()


def first_sentence(prose: str) -> str:
    """The first sentence of some prose, on one line."""
    paragraph = prose.strip().split("\n\n")[0]
    flat = " ".join(paragraph.split())
    found = re.match(r"(.+?[.!?])(?=\s+[A-Z`:\"(]|$)", flat)
    return (found.group(1) if found else flat).strip()


def place_of(source: bytes, path: str, span: tuple[int, int], symbol: str = "", quote: str = "") -> Place:
    """A span as a place, its line counted from the source."""
    return Place(path, span[0], span[1], line_at(source, span[0]) + 1, symbol, quote)


def place_at(asked: Asked, path: str, name: str, line: int = 0) -> Place | None:
    """Where a symbol is that was named without a span: its name by its record, else its line by the source."""
    found = asked.neighbours.record(path, name)
    if found is not None:
        return Place(path, found.name_start, found.name_end, found.line, name)
    source = asked.neighbours.source(path)
    if source is None or line < 1:
        return None
    starts = _lines(source).starts
    if line > len(starts):
        return None
    start, end = line_span(source, starts[line - 1])
    return Place(path, start, end, line, name)


def decorated(asked: Asked) -> tuple[int, int] | None:
    """The span of the first decorator above the anchor, which may hand it to somebody who calls it later."""
    source = asked.source()
    if source is None:
        return None
    mark = asked.words.decorator_mark.encode()
    record = asked.record
    for begin in (record.start, source.rfind(b"\n", 0, max(0, source.rfind(b"\n", 0, record.name_start))) + 1):
        span = line_span(source, begin)
        if begin <= record.name_start and source.startswith(mark, span[0]):
            return span
    return None


def registering(asked: Asked) -> tuple[int, int] | None:
    """The span of a decorator that may hand the anchor to somebody who calls it."""
    source, span = asked.source(), decorated(asked)
    if source is None or span is None:
        return None
    name = re.match(rb"[^\w]*([\w.]+)", source[span[0] : span[1]])
    if name is None or last_name(name.group(1).decode()) in asked.words.plain_decorators:
        return None
    return span


def is_registered(asked: Asked) -> bool:
    """Whether there is such a decorator."""
    return registering(asked) is not None


def is_annotated(asked: Asked) -> bool:
    """Whether the anchor's header says what comes back: then a type checker knows better."""
    source, record = asked.source(), asked.record
    if source is None:
        return False
    return b"->" in source[record.name_end : source.find(b":\n", record.name_end, record.end)]


def is_private(asked: Asked) -> bool:
    """Whether the anchor, or what it is defined in, is named as not meant for the outside."""
    return any(
        part.startswith(asked.words.private) and not called_by_language(asked, part)
        for part in asked.record.name.split(".")
    )


def called_by_language(asked: Asked, name: str = "") -> bool:
    """Whether the language calls a method of that name by itself, without its name being written."""
    name = name or last_name(asked.record.name)
    return any(
        name.startswith(prefix) and name.endswith(suffix) and len(name) > len(prefix) + len(suffix)
        for prefix, suffix in asked.words.implicit
    )


def _join(found: list[tuple[int, int]], source: bytes, begin: int, end: int) -> None:
    """Adds a comment; one that continues the line above on lines of its own is joined to it."""
    if found and not source[found[-1][1] : begin].strip() and source.count(b"\n", found[-1][1], begin) == 1:
        found[-1] = (found[-1][0], end)
    else:
        found.append((begin, end))


def _header_end(source: bytes, arrow: int) -> int:
    """The colon after a return annotation, brackets and strings stepped over."""
    at = arrow
    while at < len(source) and source[at] != ord("\n"):
        if source[at] in _OPEN:
            at = matching(source, at) or at + 1
        elif source[at] in _QUOTES:
            at = _after_string(source, at)
        elif source[at] == ord(":"):
            return at
        else:
            at += 1
    return -1


def _call_bracket(data: bytes) -> int | None:
    """The bracket that opens the last call of a text: the one whose closing ends it."""
    at = 0
    while turn := _CALL_TURNS.search(data, at):
        at = turn.start()
        if data[at] in _QUOTES:
            at = _after_string(data, at)
        elif data[at] == ord("("):
            closed = matching(data, at)
            if closed is None or closed >= len(data.rstrip()):
                return at
            at = closed
        else:
            at = matching(data, at) or at + 1
    return None


def _after_string(source: bytes, quote: int) -> int:
    """The offset after the string that opens at `quote`; a one-line string ends at its line's end at the latest."""
    mark = source[quote : quote + 1]
    if mark != b"`" and source[quote : quote + 3] == mark * 3:
        end = source.find(mark * 3, quote + 3)
        return len(source) if end < 0 else end + 3
    turns = _STRING_TURNS[mark]
    at = quote + 1
    while turn := turns.search(source, at):
        at = turn.start()
        byte = turn[0]
        if byte == b"\\":
            at += 2
            continue
        if byte == mark:
            return at + 1
        if mark != b"`":
            return at
        at += 1
    return len(source)


def _matching_back(source: bytes, closing: int) -> int | None:
    """The offset of the bracket that the one at `closing` closes, on a best effort: strings are not known backwards."""
    depth = 0
    for at in range(closing, max(-1, closing - CALL_BYTES_MAX), -1):
        if source[at] in _CLOSE:
            depth += 1
        elif source[at] in _OPEN:
            depth -= 1
            if depth == 0:
                return at
    return None


@lru_cache(TEXTS_KEPT_MAX)
def _lines(source: bytes) -> Lines:
    return Lines(source)


@lru_cache
def _comment_turns(marks: tuple[str, ...]) -> re.Pattern[bytes]:
    """What begins a string or one of these comments."""
    return re.compile(b"|".join([b"[" + _QUOTES + b"]", *(re.escape(mark.encode()) for mark in marks)]))
