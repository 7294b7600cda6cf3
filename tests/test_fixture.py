"""The fixtures' own format."""

from __future__ import annotations

import pytest

from tests.fixture import Fixture, fixture


def test_files_and_cursor() -> None:
    text = """
        #- /a/b.py
        def f(): ...
        #- /c.py
        f$0()
        """
    assert fixture(text) == Fixture({"a/b.py": b"def f(): ...\n", "c.py": b"f()\n"}, "c.py", 1)


def test_one_file_needs_no_header() -> None:
    assert fixture("x = 1\n") == Fixture({"main.py": b"x = 1\n"})


@pytest.mark.parametrize("text", ["#- /a.py\n#- /a.py\n", "a$0b$0\n"])
def test_what_comes_twice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        fixture(text)
