"""Paths and URIs: pure functions for every platform, so that each can be tested on any. Touches no file.

Inside Forethought a file is named by its path relative to the repository's root, with forward slashes. This module
converts between that name, absolute paths and the `file:` URIs of editors, whose spellings differ: VS Code writes
`file:///c%3A/…`, others `file:///C:/…`.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
import sys
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

Platform = Literal["linux", "macos", "windows"]

_DRIVE = re.compile(r"^/?([A-Za-z])[:|](?=/|\\|$)")
_UNRESERVED = "/~!$&'()*+,;=@"
"""What editors leave as it is in a path, besides letters, digits and `-._`."""


def platform() -> Platform:
    """The platform that this process runs on."""
    if sys.platform == "win32":
        return "windows"
    return "macos" if sys.platform == "darwin" else "linux"


def uri_to_path(uri: str, on: Platform) -> str | None:
    """The absolute path that a `file:` URI names, or None for any other URI and for what no path can be.

    A host names a UNC share on Windows; elsewhere only `localhost` and none are this machine.
    """
    parts = urlsplit(uri)
    if parts.scheme.lower() != "file":
        return None
    # Editors quote `#` and `?`, but hand-written URIs may not.
    tail = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
    path = unquote(parts.path + tail, errors="surrogateescape")
    host = parts.netloc
    if "\0" in path:
        return None
    if on != "windows":
        if host not in ("", "localhost") or not path.startswith("/"):
            return None
        return posixpath.normpath(path).replace("//", "/")
    if host and host != "localhost":
        return ntpath.normpath(f"\\\\{unquote(host)}{path}")
    drive = _DRIVE.match(path)
    if drive is not None:
        # One spelling of the drive, since the rest of the path is compared by text.
        rest = path[drive.end() :] or "/"
        return ntpath.normpath(f"{drive[1].upper()}:{rest}")
    if path.startswith("//"):
        return ntpath.normpath(path)
    return None


def path_to_uri(path: str, on: Platform) -> str:
    """The `file:` URI of an absolute path."""
    if on != "windows":
        return "file://" + _quoted(path)
    path = path.removeprefix("\\\\?\\UNC\\") if path.startswith("\\\\?\\UNC\\") else path.removeprefix("\\\\?\\")
    forward = path.replace("\\", "/")
    if forward.startswith("//"):
        host, _, rest = forward[2:].partition("/")
        return f"file://{quote(host)}/{_quoted(rest)}"
    drive = _DRIVE.match(forward)
    if drive is not None:
        return f"file:///{drive[1].upper()}:{_quoted(forward[drive.end() :] or '/')}"
    return "file://" + _quoted(forward)


def same_key(path: str, on: Platform) -> str:
    """What two spellings of one path have in common: on file systems that ignore case, the case is folded."""
    if on == "linux":
        return posixpath.normpath(path)
    if on == "macos":
        return posixpath.normpath(path).casefold()
    return ntpath.normpath(path).replace("\\", "/").casefold()


def relative_to(path: str, root: str, on: Platform) -> str | None:
    """The name of an absolute path inside the repository at `root`; None where it lies outside, `""` for the root."""
    separator = "\\" if on == "windows" else "/"
    normal = ntpath.normpath if on == "windows" else posixpath.normpath
    path, root = normal(path), normal(root)
    if same_key(path, on) == same_key(root, on):
        return ""
    prefix = root if root.endswith(separator) else root + separator
    if not _starts_with(path, prefix, on):
        return None
    return path[len(prefix) :].replace("\\", "/") if on == "windows" else path[len(prefix) :]


def absolute(name: str, root: str, on: Platform) -> str:
    """The absolute path of a name inside the repository. Raises `ValueError` for a name that leads outside it."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or (on == "windows" and (":" in name or "\\" in name)):
        raise ValueError(f"{name!r} is not a name inside a repository")
    if on == "windows":
        return ntpath.join(root, *parts)
    return posixpath.join(root, *parts)


def _quoted(path: str) -> str:
    return quote(path, safe=_UNRESERVED, errors="surrogateescape")


def _starts_with(path: str, prefix: str, on: Platform) -> bool:
    if on == "linux":
        return path.startswith(prefix)
    # Folding may change a text's length, so equally long pieces are compared.
    return path[: len(prefix)].casefold() == prefix.casefold()
