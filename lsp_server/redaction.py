"""Redaction: secrets are blotted out of every text before it goes into a prompt.

Detection is `detect-secrets`' (Yelp's: keys and tokens of some twenty-five services, passwords in assignments and URLs,
strings of high entropy); blotting is ours, byte for byte, so that positions in the text stay what they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

BLOT = "*"
LINE_CHARS_MAX = 4_000
"""Longer lines are data, not code; they are blotted whole rather than searched for long."""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----.*?(?:-----END [A-Z ]*PRIVATE KEY[A-Z ]*-----|\Z)", re.S
)
_TOKEN = re.compile(r"\b(?:sk|pk|rk|gh[a-z]|glpat|pypi|hf|xox[a-z]|AIza)[-_]?[A-Za-z0-9_-]{20,}")
"""Tokens that say what they are, which the library finds only between quotes."""
_RUN = re.compile(r"[A-Za-z0-9_+/=~.%-]*")
_NOT_SECRET = {"Public IP (ipv4)"}
"""An address is often the very thing that is being debugged."""


def redact(text: str) -> tuple[str, int]:
    """The text with each secret as a row of `*`, as many bytes long, and how many there were."""
    found = 0

    def blot_block(match: re.Match[str]) -> str:
        nonlocal found
        found += 1
        return "\n".join(_blotted(line) for line in match.group().split("\n"))

    text = _PRIVATE_KEY.sub(blot_block, text)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) > LINE_CHARS_MAX:
            lines[number] = _blotted(line)
            found += 1
        elif len(line) >= 8:
            lines[number], count = _redacted_line(line)
            found += count
    return "\n".join(lines), found


def _redacted_line(line: str) -> tuple[str, int]:
    line, count = _TOKEN.subn(lambda match: _blotted(match.group()), line)
    for plugin in _plugins():
        for secret in plugin.analyze_line(filename="source.py", line=line, line_number=1, context=None):
            value = secret.secret_value
            if value and secret.type not in _NOT_SECRET and value in line:
                line = _without(line, value)
                count += 1
    return line, count


def _without(line: str, value: str) -> str:
    """Blots each occurrence, and what is attached to it: some detectors report only a token's first letters."""
    at = line.find(value)
    while at >= 0:
        end = at + len(value)
        run = _RUN.match(line, end)
        end = run.end() if run else end
        line = line[:at] + _blotted(line[at:end]) + line[end:]
        at = line.find(value, end)
    return line


def _blotted(text: str) -> str:
    """As many bytes of `*` as the text has."""
    return BLOT * len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=1)
def _plugins() -> tuple[Any, ...]:
    """All detectors with their default limits. Importing them takes a tenth of a second, so it happens when needed."""
    from detect_secrets.core.scan import get_plugins  # type: ignore[attr-defined]
    from detect_secrets.settings import default_settings

    with default_settings():
        return tuple(get_plugins())
