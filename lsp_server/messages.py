"""What a client and the sleeper say to each other, as plain values. Knows nothing of sockets.

A message with an `id` other than 0 gets exactly one reply with the same `id`: `Status` or `Done`. The others are hints
and get none. Paths are relative to the repository's root, with forward slashes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

PROTOCOL = 3
"""Raised when a message changes its meaning; a client and a sleeper of different protocols do not talk."""

MESSAGE_BYTES_MAX = 16 * 1024 * 1024
TABLE_PART_FILES_MAX = 5000
"""Files in one `TablePart`, so that a table of any size stays within the limit on a message."""
HINT_PATHS_MAX = 1000
"""Paths in one `FilesChanged`; a client with more asks to `Reconcile`."""


class StatusAsked(msgspec.Struct, frozen=True, tag="status?"):
    """Answered with `Status` at once, whatever the sleeper is doing."""

    id: int = 0


class AnalyzeAsked(msgspec.Struct, frozen=True, tag="analyze"):
    """Brings the table up to date now, without yielding to anybody. Answered with `Done`: after the facts of every
    file are stored, or after the deep records too where `deep`."""

    id: int = 0
    deep: bool = False
    since_ns: int = 0
    """By `time.monotonic_ns`, one clock for all processes: a comparison that began then or later will do. Without it,
    only one that begins after this arrived."""


class FilesChanged(msgspec.Struct, frozen=True, tag="changed"):
    """A hint that these files may differ: saved in the editor, or reported by its own watcher."""

    paths: tuple[str, ...]
    cause: str = "the editor says so"


class Reconcile(msgspec.Struct, frozen=True, tag="reconcile"):
    """A hint that anything may differ: the editor regained focus."""

    cause: str


class Focused(msgspec.Struct, frozen=True, tag="focused"):
    """Where the cursor rests: this file's records come first."""

    path: str
    symbol: str = ""


class Active(msgspec.Struct, frozen=True, tag="active"):
    """The user is doing something: background work yields for a while."""


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    """Stops or resumes deep analysis and everything after it; facts of saved files are always kept current."""

    paused: bool
    id: int = 0


class Suspect(msgspec.Struct, frozen=True, tag="suspect"):
    """A reader met damage in the index: the sleeper checks it, and builds it again where that is true."""

    detail: str = ""


Road = Literal["prepared", "composed", "enriched", "context", "unanswered"]
"""How a question was answered: prepared, from several prepared ones, by a model over c′, over c, or not at all."""


class Asked(msgspec.Struct, frozen=True, tag="asked"):
    """Somebody really asked this kind of question about a symbol: learned from, and put into the ledger."""

    path: str
    symbol: str
    kind: str
    road: Road = "prepared"
    saved_tokens: int = 0
    """What the answer would have cost without preparation."""


class Rated(msgspec.Struct, frozen=True, tag="rated"):
    """Somebody said whether an answer helped."""

    path: str
    symbol: str
    kind: str
    useful: bool


Sign = Literal["edited", "diagnostic"]
"""What a server sees of a function: somebody types in it, or the editor shows another tool's problem in it."""


class Noticed(msgspec.Struct, frozen=True, tag="noticed"):
    """Something is so of this function at this moment, saved or not: it is likelier to be asked about."""

    path: str
    symbol: str
    sign: Sign


class RetryCrashed(msgspec.Struct, frozen=True, tag="retry"):
    """Forgive the files that brought an analysing process down, and read them again."""

    id: int = 0


ToSleeper = (
    StatusAsked
    | AnalyzeAsked
    | FilesChanged
    | Reconcile
    | Focused
    | Active
    | Paused
    | Suspect
    | Asked
    | Rated
    | Noticed
    | RetryCrashed
)


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """The first message on every connection."""

    protocol: int
    version: str
    pid: int
    root: str


class TablePart(msgspec.Struct, frozen=True, tag="table"):
    """A change of the table of current blobs. The first part after `Welcome` has `whole` set and replaces the table;
    further parts add to it."""

    version: int
    files: dict[str, str]
    """Path → blob."""
    removed: tuple[str, ...] = ()
    whole: bool = False
    complete: bool = True
    """Unset where another part of the same version follows."""


Currency = Literal["current", "catching up", "unwatched"]
"""Whether the table can be trusted: it is up to date; it is being brought up to date; nobody hears of changes."""


class TableState(msgspec.Struct, frozen=True, tag="state"):
    """Whether the table of current blobs is up to date, and why it is not."""

    currency: Currency
    detail: str = ""


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """How far a stage has come. `total` of 0: not known. The last one of a stage has `done == total`."""

    stage: Literal["scan", "facts", "deep", "think"]
    done: int
    total: int
    detail: str = ""


class RecordsStored(msgspec.Struct, frozen=True, tag="records"):
    """New deep records of these files can be read."""

    paths: tuple[str, ...]


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """Something that the user must be told, once and visibly: that code is about to leave this machine."""

    text: str


class TestsRead(msgspec.Struct, frozen=True, tag="tests"):
    """Other tests fail than before, or the same ones for other reasons; what is known of them can be read."""

    __test__ = False  # Pytest takes the name for a test's.

    failing: int


class Status(msgspec.Struct, frozen=True, tag="status"):
    """What the sleeper is doing."""

    id: int
    pid: int
    version: str
    root: str
    doing: str
    """One clause: `reading 120 of 2818 files`, `nothing to do`."""
    currency: Currency
    watching: str
    """One clause: `watching`, `not watching: the limit on inotify watches is reached`."""
    files: int
    deep_done: int
    """Files whose deep records are up to date."""
    deep_total: int
    paused: bool
    clients: int
    uptime_s: float
    memory_bytes: int
    set_aside: dict[str, str] = {}
    """Path → why the file is not read."""
    notes: tuple[str, ...] = ()
    """What was left out on purpose: repositories inside, folders that cannot be read."""
    background: dict[str, str] = {}
    """What each further job of the sleeper says about itself."""
    causes: tuple[str, ...] = ()
    """Why the latest rounds of work were done, the latest last."""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The reply to a request; `error` is empty where it was done."""

    id: int
    error: str = ""


FromSleeper = Welcome | TablePart | TableState | Progress | RecordsStored | TestsRead | Notice | Status | Done

_encoder = msgspec.msgpack.Encoder()
_to_sleeper: msgspec.msgpack.Decoder[ToSleeper] = msgspec.msgpack.Decoder(ToSleeper)
_from_sleeper: msgspec.msgpack.Decoder[FromSleeper] = msgspec.msgpack.Decoder(FromSleeper)


def encode(message: ToSleeper | FromSleeper) -> bytes:
    """A message as bytes."""
    return _encoder.encode(message)


def decode_to_sleeper(data: bytes) -> ToSleeper:
    """Raises `msgspec.MsgspecError` on anything else."""
    return _to_sleeper.decode(data)


def decode_from_sleeper(data: bytes) -> FromSleeper:
    """Raises `msgspec.MsgspecError` on anything else."""
    return _from_sleeper.decode(data)


def table_parts(version: int, files: dict[str, str], removed: tuple[str, ...] = (), *, whole: bool) -> list[TablePart]:
    """A table, or a change of it, cut into messages that stay within the limit."""
    items = list(files.items())
    starts = range(0, max(1, len(items)), TABLE_PART_FILES_MAX)
    return [
        TablePart(
            version,
            dict(items[start : start + TABLE_PART_FILES_MAX]),
            removed if start == 0 else (),
            whole and start == 0,
            start + TABLE_PART_FILES_MAX >= len(items),
        )
        for start in starts
    ]
