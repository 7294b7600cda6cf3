"""The parse worker: bytes in, facts out, in a process of its own that may crash. It opens no file.

`extract` is the work itself, which the sleeper also calls for single files. `main` is the child process: it reads
chunks of files from its standard input and answers each whole. A chunk in which it dies is tried again file by file,
which names the culprit and costs less than telling of every file. Messages are a length of four bytes and msgpack.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import sys
import time
from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from analyzers import languages
from analyzers.facts import FileFacts, called_names, defined_names, encode
from lsp_server.children import ignore_interrupts
from lsp_server.store import Extracted

FILE_S_MAX = 10.0
"""A file that takes longer counts as one that crashes. Kept by a thread that needs no lock of Python's."""
_REARM_S = 1.0
"""Starting that thread costs more than reading a small file: it goes on from file to file, and is started anew
when it is this old."""

CHUNK_BYTES_MAX = 256 * 1024 * 1024
READY = b"ready"


class Item(msgspec.Struct, frozen=True, array_like=True):
    """One file to read. The path only tells the language."""

    path: str
    blob: str
    raw: bytes


_chunks = msgspec.msgpack.Decoder(list[Item])
_answers = msgspec.msgpack.Decoder(list[Extracted])
_encoder = msgspec.msgpack.Encoder()


def extract(item: Item) -> Extracted:
    """The facts of a file and the names by which it is found. Never raises for what a file holds."""
    language = languages.for_path(item.path)
    try:
        facts = language.facts(item.raw) if language is not None else FileFacts("")
    except Exception as error:
        # One file must never stop the rest, whatever it does to an adapter.
        name = language.name if language is not None else ""
        facts = FileFacts(name, notes=(f"cannot be read: {type(error).__name__}: {error}",))
    return Extracted(
        blob=item.blob,
        size=len(item.raw),
        symbols=len(facts.symbols),
        lines=len(facts.line_starts),
        facts=encode(facts),
        calling=called_names(facts),
        defining=defined_names(facts),
        notes=facts.notes,
    )


def write_message(stream: BinaryIO, data: bytes) -> None:
    """One message, sent at once."""
    stream.write(len(data).to_bytes(4, "big"))
    stream.write(data)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes | None:
    """One message; None at the end of the stream. Raises `ValueError` for one that is too long."""
    header = stream.read(4)
    if len(header) < 4:
        return None
    size = int.from_bytes(header, "big")
    if size > CHUNK_BYTES_MAX:
        raise ValueError(f"a message of {size} bytes")
    data = stream.read(size)
    return data if len(data) == size else None


def encode_chunk(items: Sequence[Item]) -> bytes:
    """A chunk as the worker reads it."""
    return _encoder.encode(items)


def decode_answer(data: bytes) -> list[Extracted]:
    """What the worker made of a chunk. Raises `msgspec.MsgspecError` on anything else."""
    return _answers.decode(data)


def main(arguments: Sequence[str]) -> int:
    """The child process. Ends when its standard input does."""
    ignore_interrupts()
    lower_priority(int(arguments[0]) if arguments else 0)
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    # Whatever a library prints must not end up between the messages.
    sys.stdout = sys.stderr
    # Reading a file makes many short-lived objects and no cycles: looking for some costs a twentieth of a cold start.
    gc.set_threshold(200_000, 10, 10)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        write_message(stdout, READY)
        while (data := read_message(stdin)) is not None:
            answers: list[Extracted] = []
            armed_s = 0.0
            for item in _chunks.decode(data):
                if (now_s := time.monotonic()) - armed_s > _REARM_S:
                    armed_s = now_s
                    faulthandler.dump_traceback_later(FILE_S_MAX + _REARM_S, exit=True, file=nowhere)
                answers.append(extract(item))
            faulthandler.cancel_dump_traceback_later()
            write_message(stdout, _encoder.encode(answers))
    return 0


def lower_priority(niceness: int) -> None:
    """Lets every other program go first."""
    if sys.platform != "win32" and niceness > 0:
        try:
            os.nice(niceness)
        except OSError:
            pass
