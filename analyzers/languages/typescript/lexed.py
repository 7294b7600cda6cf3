"""A file's text as ranking by words reads it: what is not Python's way of writing is put into it, byte for byte.

Ranking suspects looks at names, strings and statements by lexing alone, in code that may be broken. It knows one way of
writing comments, blocks and the object whose method runs. The text here has the same length and the same lines, so
that every offset means the same place. It is never shown to anybody.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    rb"""(?P<line>//[^\n]*)
    |(?P<block>/\*.*?\*/)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
    |(?P<this>\bthis\b)
    |(?P<noise>\b(?:const|let|var|function|new|await|async|export|extends|typeof|throw)\b)
    |(?P<arrow>=>)
    |(?P<same>===|!==)
    |(?P<chain>\?\.(?=[\w$]))
    |(?P<brace>[{}])
    |(?P<dollar>\$)""",
    re.VERBOSE | re.DOTALL,
)
_VISIBLE = re.compile(rb"[^\n]")


def lexed(data: bytes) -> bytes:
    """The text with the same offsets, written as the lexer expects it."""
    return _TOKEN.sub(_token, data)


def _token(match: re.Match[bytes]) -> bytes:
    text = match[0]
    match match.lastgroup:
        case "line":
            return b"# " + text[2:]
        case "string":
            # What is embedded in a template is code; the rest of a string is left as it is.
            return _VISIBLE.sub(b" ", text) if text[:1] == b"`" and b"${" not in text else text.replace(b"`", b" ")
        case "this":
            return b"self"
        case "same":
            return text[:2] + b" "
        case "chain":
            return b" ."
        case "dollar":
            return b"_"
        case _:
            return _VISIBLE.sub(b" ", text)
