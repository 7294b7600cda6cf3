"""Names, literals and statements of a piece of Python source, by lexing alone.

For ranking suspects in code that may be old, broken or of another version: nothing is parsed, so nothing fails. Must
not know what a name means; `reach` resolves names.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<prefix>[rRbBuUfF]{0,2})(?P<string>
        \"\"\"(?:\\.|[^\\])*?\"\"\"|\'\'\'(?:\\.|[^\\])*?\'\'\'|\"(?:\\.|[^\\"\n])*\"|'(?:\\.|[^\\'\n])*')
    |(?P<name>(?:super\([^()\n]*\)\s*\.\s*)?[^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)(?P<call>\s*\()?
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\n)""",
    re.VERBOSE | re.DOTALL,
)
_EMBEDDED = re.compile(r"\{([^{}]*)\}")
_SUPER = re.compile(r"^super\([^()]*\)\.")
_AFTER = re.compile(r"\.\s*\Z")
_SPACE = re.compile(r"\s+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_ASSIGNED = r"(?:^|[\s(,;]){name}\s*(?::[^=\n]+)?=(?!=)|\bas\s+{name}\b|\bfor\b[^\n]*\b{name}\b[^\n]*\bin\b"

WORDS_KEPT_MAX = 1 << 16
"""Names whose words are remembered: code repeats its names."""

KEYWORDS = frozenset((*keyword.kwlist, "self", "cls"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A dotted name in code; `after` says that it follows a closing bracket: `.info` in `make().info()`."""

    name: str
    offset: int
    called: bool = False
    after: bool = False


def mentions(text: str) -> Iterator[Mention]:
    """Every dotted name outside strings and comments, those embedded in f-strings included."""
    for match in _TOKEN.finditer(text):
        if match["name"]:
            name = _SUPER.sub("super().", _SPACE.sub("", match["name"]))
            if name not in KEYWORDS:
                after = _AFTER.search(text, max(0, match.start() - 80), match.start()) is not None
                yield Mention(name, match.start(), match["call"] is not None, after)
        elif match["string"] and "f" in match["prefix"].lower():
            for part in _EMBEDDED.finditer(match["string"]):
                for inner in mentions(part[1]):
                    yield Mention(inner.name, match.start(), inner.called, inner.after)


def strings(text: str) -> Iterator[str]:
    """The contents of every string literal, escapes left as written."""
    for match in _TOKEN.finditer(text):
        if match["string"]:
            quotes = 3 if match["string"][:3] in ('"""', "'''") else 1
            yield match["string"][quotes:-quotes]


def statements(text: str) -> list[tuple[int, int]]:
    """Half-open line ranges, counted from 0, of the logical lines; a block's header does not include its block."""
    ranges: list[tuple[int, int]] = []
    depth = 0
    start = line = 0
    for match in _TOKEN.finditer(text):
        if match["open"] or match["call"]:
            depth += 1
        elif match["close"]:
            depth = max(0, depth - 1)
        if match["newline"] is None:
            line += match[0].count("\n")
            continue
        line += 1
        if depth == 0 and text[match.start() - 1 : match.start()] != "\\":
            ranges.append((start, line))
            start = line
    ranges.append((start, line + 1))
    return ranges


def statement_at(lines: list[str], ranges: list[tuple[int, int]], line: int) -> tuple[int, int]:
    """The line range of the statement around a line, with its block where it opens one."""
    start, end = next(((start, end) for start, end in ranges if start <= line < end), (line, line + 1))
    header = lines[start : min(end, len(lines))]
    if header and header[-1].split("#")[0].rstrip().endswith(":"):
        indent = _indent(header[0])
        while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
            end += 1
    return start, min(end, len(lines))


def assigns(text: str, name: str) -> bool:
    """Whether a statement's text binds the plain name, by assignment, `with`, `for` or an import."""
    return name in text and re.search(_ASSIGNED.format(name=re.escape(name)), text) is not None


@lru_cache(maxsize=WORDS_KEPT_MAX)
def subwords(text: str) -> tuple[str, ...]:
    """The lower-case words inside names: `getHTTPResponse_code` is get, http, response, code."""
    return tuple(word.lower() for word in _CAMEL.findall(text))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
