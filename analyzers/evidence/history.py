"""History as values: which commits changed a symbol, what changes with it, what changed since.

Owns the shapes that `lsp_server/history.py` fills and the history questions read. Knows nothing of git's command line,
of processes or of the store.
"""

from __future__ import annotations

import re

import msgspec

MESSAGE_CHARS_MAX = 600
"""What is kept of a commit's message after its subject."""

SYMBOL_CHANGES_MAX = 120
"""Changes kept for one symbol, newest first; `changes_total` stays right beyond it."""

COMPANIONS_MAX = 8

TOGETHER_MIN = 3
"""In how many commits two symbols must have changed together before that is called usual."""

TOGETHER_SHARE_MIN = 0.3
"""In what share of a symbol's changes its companion must have changed too."""

CROWD_SYMBOLS_MAX = 40
"""A commit that touches more symbols than this (a reformatting, a rename) says nothing about what belongs together."""


class Commit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One commit. `name` is the full hash; empty for changes in the working tree that nobody has committed."""

    name: str
    author: str
    when: int
    """The author's time, in seconds since 1970 in UTC."""
    subject: str
    message: str = ""
    """The body without the subject, cut to `MESSAGE_CHARS_MAX`."""
    request: int = 0
    """The number of the pull request or issue that the message names, 0 if it names none."""


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One commit's change of one symbol; `commit` is an index into `FileHistory.commits`."""

    commit: int
    added: int
    removed: int
    """Lines, counted within the symbol."""
    path: str = ""
    """What the file was called then, where that was something else."""


class Companion(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A symbol that usually changes with this one: in `together` of this one's `of` changes that say something."""

    path: str
    symbol: str
    together: int
    of: int
    latest: int
    """Index into `FileHistory.commits` of the newest commit that changed both."""


class SymbolHistory(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What happened to one function, method or class; newest change first."""

    symbol: str
    """Qualified name in the file, as `facts.Symbol.qualname`; empty for the file as a whole."""
    changes: tuple[Change, ...]
    changes_total: int
    fixes_total: int = 0
    """How many of the changes say in their subject that they repair something."""
    born: int = -1
    """Index of the commit that introduced it; -1 where history does not reach back that far."""
    companions: tuple[Companion, ...] = ()
    lines: tuple[int, int] = (0, 0)
    """Half-open, counted from 0, at `FileHistory.head`: how an update recognises it again."""


class FileHistory(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is stored for one file, complete in itself: one read answers for every symbol in it."""

    path: str
    head: str
    """The commit that the working tree stood on when this was made."""
    commits: tuple[Commit, ...] = ()
    symbols: tuple[SymbolHistory, ...] = ()
    complete: bool = True
    """False where history was cut: a shallow clone, or more commits than are read."""

    def of(self, symbol: str) -> SymbolHistory | None:
        """The history of the symbol with this qualified name."""
        return next((each for each in self.symbols if each.symbol == symbol), None)


class SinceChange(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A symbol that changed since a commit, in commits or in the working tree."""

    path: str
    symbol: str
    """Empty where the change lies outside every function and class."""
    line: int
    """The first changed line as it is now, counted from 1."""
    added: int
    removed: int
    uncommitted: bool = False


class Since(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What changed since `base`, for example since the tests last passed."""

    base: str
    head: str
    commits: tuple[Commit, ...] = ()
    """The commits between, newest first."""
    changes: tuple[SinceChange, ...] = ()

    def symbols(self) -> frozenset[tuple[str, str]]:
        """The (path, qualified name) of each function and class that changed."""
        return frozenset((each.path, each.symbol) for each in self.changes if each.symbol)


class RepositoryHistory(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known about the repository as a whole, so that a reader can say why there is less to say."""

    head: str = ""
    branch: str = ""
    """Empty on a detached head."""
    commits_total: int = 0
    shallow: bool = False
    missing: str = ""
    """Why there is no history: `no git`, `not a repository`, `no commits`. Empty where there is one."""


FIX = re.compile(
    r"\b(fix(e[sd]|ing|up)?|bugs?|bug-?fix(es)?|regressions?|crash(es|ed|ing)?)\b"
    r"|(?<![(\w])(?<!PR )(?<!request )(#|GH-)\d+\b",
    re.IGNORECASE,
)
"""The one expression by which a subject is taken for a repair: fix, bug, regression, crash, or an issue's number.
`(#12)` and `PR #12` are not issues: that is how hosts append the number of the pull request to whatever was merged."""

_REQUEST = re.compile(
    r"\(#(\d{1,7})\)\s*$|^Merge pull request #(\d{1,7})\b|\b(?:PR|GH|pull request|pull|issue|issues|bug|ticket"
    r"|closes|close|fixes|fixed|fix|refs|ref|resolves)\s*[:-]?\s*#?(\d{1,7})\b|(?:^|[\s(\[])#(\d{1,7})\b",
    re.IGNORECASE | re.MULTILINE,
)


def request_number(subject: str, message: str = "") -> int:
    """The number of the pull request or issue that a commit's message names; 0 where it names none."""
    for text in (subject, message):
        match = _REQUEST.search(text)
        if match:
            return int(next(group for group in match.groups() if group))
    return 0


def is_fix(subject: str) -> bool:
    """Whether a commit's subject says that it repairs something."""
    return FIX.search(subject) is not None


_encoder = msgspec.msgpack.Encoder()
_file_decoder = msgspec.msgpack.Decoder(FileHistory)
_repository_decoder = msgspec.msgpack.Decoder(RepositoryHistory)


def encode(value: FileHistory | RepositoryHistory) -> bytes:
    """A history as bytes for the store."""
    return _encoder.encode(value)


def decode_file(data: bytes) -> FileHistory:
    """Raises `msgspec.MsgspecError` on bytes that are not a file's history."""
    return _file_decoder.decode(data)


def decode_repository(data: bytes) -> RepositoryHistory:
    """Raises `msgspec.MsgspecError` on bytes that are not a repository's history."""
    return _repository_decoder.decode(data)
