"""Paths and URIs on each platform, whichever one the tests run on."""

from __future__ import annotations

import pytest

from lsp_server.locations import Platform, absolute, path_to_uri, relative_to, same_key, uri_to_path

URIS: list[tuple[Platform, str, str | None]] = [
    ("linux", "file:///home/ann/a.py", "/home/ann/a.py"),
    ("linux", "file://localhost/home/a.py", "/home/a.py"),
    ("linux", "file:///home/a%20b/%C3%A9%23%3F.py", "/home/a b/é#?.py"),
    ("linux", "file:///home/a#b?c.py", "/home/a#b?c.py"),
    ("linux", "file:///home/../etc/x", "/etc/x"),
    ("linux", "file:///bad%FFname.py", "/bad\udcffname.py"),
    ("linux", "file:///100%25.py", "/100%.py"),
    ("linux", "file://server/share/a.py", None),
    ("linux", "untitled:Untitled-1", None),
    ("linux", "vscode-notebook-cell:/a.ipynb#x", None),
    ("linux", "file:///nul%00.py", None),
    ("linux", "file:relative.py", None),
    ("macos", "file:///Users/Ann/A.py", "/Users/Ann/A.py"),
    ("windows", "file:///c%3A/Users/Ann/a.py", "C:\\Users\\Ann\\a.py"),
    ("windows", "file:///C:/Users/Ann/a.py", "C:\\Users\\Ann\\a.py"),
    ("windows", "file:///c:/a%20b/x.py", "C:\\a b\\x.py"),
    ("windows", "file:///C%7C/old.py", "C:\\old.py"),
    ("windows", "file:///c:", "C:\\"),
    ("windows", "file://server/share/a.py", "\\\\server\\share\\a.py"),
    ("windows", "file:////server/share/a.py", "\\\\server\\share\\a.py"),
    ("windows", "file:///no/drive.py", None),
]


@pytest.mark.parametrize(("on", "uri", "path"), URIS)
def test_a_uri_names_a_path(on: Platform, uri: str, path: str | None) -> None:
    assert uri_to_path(uri, on) == path


PATHS: list[tuple[Platform, str, str]] = [
    ("linux", "/home/ann/a.py", "file:///home/ann/a.py"),
    ("linux", "/a b/é#?%.py", "file:///a%20b/%C3%A9%23%3F%25.py"),
    ("linux", "/c:/odd.py", "file:///c%3A/odd.py"),
    ("linux", "/bad\udcffname.py", "file:///bad%FFname.py"),
    ("macos", "/Users/Ann/A.py", "file:///Users/Ann/A.py"),
    ("windows", "c:\\Users\\Ann\\a b.py", "file:///C:/Users/Ann/a%20b.py"),
    ("windows", "\\\\server\\share\\a.py", "file://server/share/a.py"),
    ("windows", "\\\\?\\C:\\long\\a.py", "file:///C:/long/a.py"),
]


@pytest.mark.parametrize(("on", "path", "uri"), PATHS)
def test_a_path_has_a_uri(on: Platform, path: str, uri: str) -> None:
    assert path_to_uri(path, on) == uri
    back = uri_to_path(uri, on)
    assert back is not None
    assert path_to_uri(back, on) == uri


NAMES: list[tuple[Platform, str, str, str | None]] = [
    ("linux", "/repo/src/a.py", "/repo", "src/a.py"),
    ("linux", "/repo/src/a.py", "/repo/", "src/a.py"),
    ("linux", "/repo", "/repo", ""),
    ("linux", "/", "/", ""),
    ("linux", "/a.py", "/", "a.py"),
    ("linux", "/repository/a.py", "/repo", None),
    ("linux", "/Repo/a.py", "/repo", None),
    ("linux", "/repo/back\\slash.py", "/repo", "back\\slash.py"),
    ("macos", "/Repo/A.py", "/repo", "A.py"),
    ("windows", "C:\\Repo\\src\\A.py", "c:\\repo", "src/A.py"),
    ("windows", "C:\\a.py", "C:\\", "a.py"),
    ("windows", "D:\\repo\\a.py", "C:\\repo", None),
    ("windows", "\\\\server\\share\\repo\\a.py", "\\\\SERVER\\share\\repo", "a.py"),
]


@pytest.mark.parametrize(("on", "path", "root", "name"), NAMES)
def test_a_name_inside_the_repository(on: Platform, path: str, root: str, name: str | None) -> None:
    assert relative_to(path, root, on) == name
    if name:
        assert same_key(absolute(name, root, on), on) == same_key(path, on)


@pytest.mark.parametrize(
    ("on", "name"),
    [("linux", "../x"), ("linux", "/etc/x"), ("linux", "a/../../x"), ("windows", "C:x"), ("windows", "a\\x")],
)
def test_a_name_cannot_lead_outside(on: Platform, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        absolute(name, "/repo", on)
