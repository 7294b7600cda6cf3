"""Fixtures: a whole repository written as one string, with a mark where the cursor is.

    check(
        '''
        #- /app/models.py
        class Order:
            def total(self): ...
        #- /app/views.py
        from app.models import Order
        Order().to$0tal()
        ''',
        expected,
    )

A line `#- /path` starts a file (`//- /path` in other languages); `$0` stands for the cursor and is taken out. A string
without headers is one file, `main.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

CURSOR = b"$0"
_HEADER = re.compile(r"^(?:#|//)- /(?P<path>\S+)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fixture:
    """Files by path, relative to the root and with forward slashes, and the cursor, if the text has one."""

    files: Mapping[str, bytes]
    cursor_path: str = ""
    cursor_offset: int = -1
    """Byte offset of the cursor in its file; -1 where there is none."""

    @property
    def cursor_text(self) -> bytes:
        """The file that holds the cursor."""
        return self.files[self.cursor_path]

    def write(self, root: Path) -> None:
        """Writes the files under `root`, for tests that need a real folder."""
        for path, data in self.files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def fixture(text: str) -> Fixture:
    """Reads a fixture. Raises `ValueError` where a path comes twice or the cursor does."""
    text = dedent(text).removeprefix("\n")
    headers = list(_HEADER.finditer(text))
    parts: list[tuple[str, str]] = []
    if not headers:
        parts.append(("main.py", text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=False):
        parts.append((header["path"], text[header.end() + 1 : end]))

    files: dict[str, bytes] = {}
    cursor_path, cursor_offset = "", -1
    for path, body in parts:
        if path in files:
            raise ValueError(f"{path} comes twice in one fixture")
        data = body.encode()
        if CURSOR in data:
            if cursor_path or data.count(CURSOR) > 1:
                raise ValueError("the cursor comes twice in one fixture")
            cursor_path, cursor_offset = path, data.index(CURSOR)
            data = data.replace(CURSOR, b"")
        files[path] = data
    return Fixture(files, cursor_path, cursor_offset)
