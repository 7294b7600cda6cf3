"""Buffers: edits as an editor sends them, trees that keep up, and bytes that can be followed through edits."""

from __future__ import annotations

import random

import pytest

from analyzers.text import Encoding
from lsp_server.buffers import Buffer, difference


def buffer(text: str) -> Buffer:
    return Buffer("a.py", None, 1, text.encode())


@pytest.mark.parametrize(
    ("text", "span", "new", "expected"),
    [
        ("ab\ncd\n", (0, 1, 1, 1), "X", "aXd\n"),
        ("ab\r\ncd", (1, 0, 1, 2), "", "ab\r\n"),
        ("ab\rcd", (1, 1, 1, 1), "-", "ab\rc-d"),
        ("a\N{GRINNING FACE}b", (0, 3, 0, 4), "c", "a\N{GRINNING FACE}c"),
        ("é = 1", (0, 0, 0, 1), "è", "è = 1"),
        ("", (0, 0, 0, 0), "x\n", "x\n"),
        ("ab", (7, 3, 9, 1), "!", "ab!"),
        ("ab", (0, 2, 0, 0), "!", "ab!"),
        ("\f\v\N{LINE SEPARATOR}\nb", (1, 0, 1, 1), "c", "\f\v\N{LINE SEPARATOR}\nc"),
    ],
)
def test_edits_land_where_the_protocol_says(
    text: str, span: tuple[int, int, int, int], new: str, expected: str
) -> None:
    made = buffer(text)
    made.edit(span, new, Encoding.UTF16, 2)
    assert made.data.decode() == expected
    assert made.version == 2


def test_half_a_surrogate_pair_does_not_break_the_text() -> None:
    made = buffer("ab")
    made.edit((0, 1, 0, 1), "\ud83d", Encoding.UTF16, 2)
    assert made.data == b"a?b"


def test_a_byte_is_followed_through_edits_and_back() -> None:
    made = buffer("one\ntwo\nthree\n")
    saved = made.blob
    made.edit((0, 0, 0, 0), "zero\n", Encoding.UTF8, 2)
    made.edit((2, 0, 2, 3), "deux", Encoding.UTF8, 3)
    now = made.follow(8, saved)
    assert now is not None
    assert made.data[now:].startswith(b"three")
    assert made.trace_back(now, saved) == 8
    assert made.follow(0, saved) == 5
    assert made.follow(0, "a blob that never was") is None


def test_a_byte_is_followed_from_each_saved_text() -> None:
    made = buffer("a\nb\n")
    made.edit((0, 0, 0, 0), "x\n", Encoding.UTF8, 2)
    made.mark_saved()
    second = made.blob
    made.edit((0, 0, 0, 0), "y\n", Encoding.UTF8, 3)
    assert made.follow(4, second) == 6
    assert made.data[6:7] == b"b"


def test_following_agrees_with_the_text_after_random_edits() -> None:
    rng = random.Random(5)
    for _ in range(200):
        text = "".join(f"<{index}>\n" for index in range(12))
        made = buffer(text)
        saved = made.blob
        for version in range(rng.randrange(1, 8)):
            line = rng.randrange(0, 12)
            made.edit(
                (line, 0, line, 0), "." * rng.randrange(1, 4) + "\n" * rng.randrange(0, 2), Encoding.UTF8, version
            )
        for index in range(12):
            mark = f"<{index}>".encode()
            now = made.follow(text.encode().index(mark), saved)
            assert now is not None
            assert made.data[now:].startswith(mark)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"abc", b"abc", (3, 3, 3)),
        (b"abc", b"abXc", (2, 2, 3)),
        (b"aaaa", b"aa", (2, 4, 2)),
        (b"", b"x", (0, 0, 1)),
        (b"abcdef", b"abXYef", (2, 4, 4)),
    ],
)
def test_difference_is_the_smallest_range(old: bytes, new: bytes, expected: tuple[int, int, int]) -> None:
    assert difference(old, new) == expected
