"""pytest's cache of last failures (`.pytest_cache/v/cache/lastfailed`): which tests failed, without why."""

from __future__ import annotations

import json

TESTS_MAX = 5_000


def read_last_failed(text: str) -> list[tuple[str, str]]:
    """(path, test) of each test that failed last, tests named as pytest's headings do; a broken cache gives none."""
    try:
        data = json.loads(text)
    except ValueError:
        return []
    if not isinstance(data, dict):
        return []
    return [node_id(key) for key, failed in list(data.items())[:TESTS_MAX] if failed and isinstance(key, str)]


def node_id(text: str) -> tuple[str, str]:
    """(path, test) of a pytest node id: `tests/test_a.py::TestA::test_b[x::y]` is `TestA.test_b[x::y]`."""
    whole, bracket, parameters = text.partition("[")
    path, _, test = whole.partition("::")
    return path, test.replace("::", ".") + bracket + parameters
