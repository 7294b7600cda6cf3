"""Writes what `git log` would print for a few versions of a few files, so that tests need neither git nor a clock."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence

Files = Mapping[str, str]


def blob(text: str | None) -> str:
    return hashlib.sha1(text.encode()).hexdigest() if text is not None else "0" * 40


def log_text(versions: Sequence[tuple[str, Files]], renames: Mapping[str, str] | None = None) -> bytes:
    """A linear history, given oldest first as (subject, all files after it), printed newest first.

    `renames` maps a new path to the old one; git would have found that out from the contents.
    """
    printed = []
    before: Files = {}
    for number, (subject, after) in enumerate(versions):
        parent = commit_name(number - 1) if number else ""
        header = f"\0{commit_name(number)}\0{parent}\0Ann\0{1000 + number}\0{subject}\0\0\n\n"
        printed.append(header + _changes(before, after, renames or {}))
        before = after
    return "\n".join(reversed(printed)).encode()


def commit_name(number: int) -> str:
    return f"{number + 1:040x}"


def _changes(before: Files, after: Files, renames: Mapping[str, str]) -> str:
    raw, patches = [], []
    moved = {old for new, old in renames.items() if new in after and new not in before and old in before}
    for path in sorted({*before, *after} - moved):
        origin = renames.get(path, path) if path not in before else path
        old, new = before.get(origin), after.get(path)
        if old == new and origin == path:
            continue
        status = "A" if old is None else "D" if new is None else "R090" if origin != path else "M"
        modes = f"{'000000' if old is None else '100644'} {'000000' if new is None else '100644'}"
        names = f"{origin}\t{path}" if origin != path else path
        raw.append(f":{modes} {blob(old)} {blob(new)} {status}\t{names}\n")
        diff = list(difflib.unified_diff((old or "").splitlines(), (new or "").splitlines(), lineterm="", n=1))
        patches.append("\n".join([f"diff --git a/{origin} b/{path}", *diff]) + "\n")
    return "".join(raw) + "\n" + "".join(patches)
