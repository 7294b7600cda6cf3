"""Whose file a printed path means: Windows and container paths, relative ones, paths of another checkout.

Pure functions over strings. A printed path is matched by the longest suffix that one known path alone has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_DRIVE = re.compile(r"^(?:[A-Za-z]:|//[^/]+/[^/]+)?/*")
_FOREIGN = re.compile(
    r"(?:^|/)(?:site-packages|dist-packages|lib/python\d[\d.]*|\.tox|\.nox|\.venv|venv|node_modules)/|^<|^/usr/lib/"
)


def plain(printed: str) -> str:
    """Forward slashes, no `file:` scheme, no `./` in front, no doubled slashes."""
    path = printed.strip().removeprefix("file://").replace("\\", "/")
    head = "//" if path.startswith("//") else ""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return (head or ("/" if path.startswith("/") else "")) + "/".join(parts)


def is_foreign(printed: str) -> bool:
    """Whether a path lies in an installed package or the standard library, or is no file at all (`<string>`)."""
    return _FOREIGN.search(plain(printed)) is not None


class Known:
    """The workspace's paths by their last component. Built once for a list of paths."""

    __slots__ = ("_by_name", "_paths")

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._by_name: dict[str, list[str]] = {}
        for path in self._paths:
            self._by_name.setdefault(path.rpartition("/")[2].lower(), []).append(path)

    def find(self, printed: str, root: str = "") -> str | None:
        """The workspace's path for a printed one; None where it is foreign, unknown or two fit equally well.

        `root` is the workspace's absolute path, where there is one: what lies under it needs no guessing.
        """
        path = plain(printed)
        if root and path.startswith(plain(root) + "/"):
            inside = path[len(plain(root)) + 1 :]
            if inside in self._paths:
                return inside
        if path in self._paths:
            return path
        if is_foreign(path):
            return None
        wanted = [part.lower() for part in _DRIVE.sub("", path).split("/")]
        best: tuple[int, str] = (0, "")
        tied = False
        for candidate in self._by_name.get(wanted[-1], ()):
            length = _common_suffix(wanted, [part.lower() for part in candidate.split("/")])
            if length == candidate.count("/") + 1:
                length += 1  # The whole path of the candidate fits: what is printed in front is another root.
            if length > best[0]:
                best, tied = (length, candidate), False
            elif length == best[0]:
                tied = True
        # A file's name alone is too little unless it is all that was printed or all that the workspace has.
        if not best[1] or tied or (best[0] == 1 and len(wanted) > 1 and len(self._by_name[wanted[-1]]) > 1):
            return None
        return best[1]


def _common_suffix(left: list[str], right: list[str]) -> int:
    length = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if one != other:
            break
        length += 1
    return length
