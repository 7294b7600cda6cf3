"""Promises that nobody waits for, in words: what looks wrong about one, where enough is known to say so.

For languages in which a call of an asynchronous function runs it. It makes no records and looks nothing up.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.inference.escapes import Escape, type_name
from analyzers.inference.scopes import Loose

TYPES_MAX = 3
"""Types of rejections that one clause names."""


def clause(loose: Loose, name: str, text: str, rejections: Iterable[Escape]) -> str:
    """What is wrong with a promise that `name` gives at the expression `text`; empty where that is not known.

    One that is only dropped is told of where something is known that it may be rejected with: many are meant.
    """
    if loose.kind == "tested":
        return f"`{text}` is a promise that nobody awaits, and a promise is always true"
    if loose.kind == "asked":
        return f"`{name}` does not await the promise that its function gives, and a promise is always true"
    known = sorted({type_name(e.type) for e in rejections if e.confidence != "possible"})
    if not known:
        return ""
    rejected = f"rejected with {' or '.join(f'`{each}`' for each in known[:TYPES_MAX])}"
    if loose.kind == "returned":
        return f"it is returned without `await`, so the `catch` around it does not see that it is {rejected}"
    if loose.kind == "ignored":
        return f"`{name}` waits for no promise, and nothing handles the one that may be {rejected}"
    if loose.guarded:
        return f"`{name}` is not awaited, so the `catch` around it does not see that it is {rejected}"
    return f"`{name}` is not awaited, and nothing handles the promise that may be {rejected}"
