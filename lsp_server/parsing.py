"""The pool of parse workers of a cold start: many files in, their facts out, whatever a file does to a worker.

A worker that dies leaves its chunk unanswered. The files of that chunk are tried once more, each by itself; the one
that brings a second worker down is given up, and the others go on.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from lsp_server.children import end, spawn
from lsp_server.parse_worker import READY, Item, decode_answer, encode_chunk, read_message, write_message
from lsp_server.store import Extracted

_CHUNK_FILES_MAX = 48
_CHUNK_BYTES_MAX = 256 * 1024
_RESULTS_WAITING_MAX = 40
"""Chunks. Beyond this the workers wait for whoever stores the results."""
_STARTS_FAILED_MAX = 3
_END_GRACE_S = 0.5


class WorkersUnavailable(Exception):
    """No worker can be started at all; the caller reads the files by itself."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of one file. `extracted` is None where it was given up."""

    path: str
    blob: str
    extracted: Extracted | None


class Workers:
    """Processes that are started before there is work for them: while they get ready, somebody looks for files."""

    def __init__(self, folder: Path, count: int, niceness: int = 0) -> None:
        self.count = count
        self._folder = folder
        self._niceness = niceness
        self._starting: deque[subprocess.Popen[bytes]] = deque()

    def start(self) -> None:
        """Starts them, and does not wait for them."""
        while len(self._starting) < self.count:
            process = self._spawn()
            if process is None:
                return
            self._starting.append(process)

    def take(self) -> subprocess.Popen[bytes] | None:
        """One that is ready; a new one where all are taken. None where it does not start."""
        try:
            process: subprocess.Popen[bytes] | None = self._starting.popleft()
        except IndexError:
            process = self._spawn()
        if process is not None and not _is_ready(process):
            _end(process)
            return None
        return process

    def close(self) -> None:
        """Ends those that nobody took."""
        while self._starting:
            _end(self._starting.popleft())

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        try:
            return spawn("lsp_server.parse_worker", [str(self._niceness)], self._folder, talk=True)
        except OSError:
            return None


def parse_all(items: Iterable[Item], workers: Workers, count: int) -> Iterator[Parsed]:
    """Facts of all items, in any order, by `count` of the workers. `items` is consumed as they need it, on their
    threads, one at a time.

    Closing the iterator ends the workers. Raises `WorkersUnavailable`, after what was parsed by then.
    """
    pool = _Pool(items, workers)
    threads = [threading.Thread(target=pool.run, name=f"parse {number}", daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    running = len(threads)
    try:
        while running:
            results = pool.results.get()
            if results is None:
                running -= 1
            else:
                yield from results
    finally:
        pool.stop()
        workers.close()
    if pool.error is not None:
        raise pool.error
    if pool.unfinished():
        raise WorkersUnavailable("the parse workers do not start")


class _Pool:
    def __init__(self, items: Iterable[Item], workers: Workers) -> None:
        self.results: queue.Queue[list[Parsed] | None] = queue.Queue(_RESULTS_WAITING_MAX)
        self.error: Exception | None = None
        self._items = iter(items)
        self._workers = workers
        # Guards the iterator, what goes back to be tried again, and the list of processes.
        self._lock = threading.Lock()
        self._ahead: deque[list[Item]] = deque()
        """Chunks that were read, or are to be tried again, and which nobody works on."""
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._suspects: set[str] = set()
        """Blobs of chunks in which a worker died. Each goes by itself now, so the next death has one culprit."""
        self._in_hand = 0
        self._stopping = False
        self._returned = threading.Condition(self._lock)

    def run(self) -> None:
        """One worker's thread: keeps a process busy, and starts another when it dies."""
        try:
            failed = 0
            while failed < _STARTS_FAILED_MAX and (chunk := self._next()) is not None:
                process = self._start()
                if process is None:
                    failed += 1
                    self._return([chunk])
                    continue
                while chunk is not None:
                    left = self._work(process, chunk)
                    self._return(left or [])
                    if left is not None:
                        break
                    chunk = self._next()
                self._end(process)
        except Exception as error:
            # An error in `items` belongs to the caller, who waits on another thread.
            self.error = error
        finally:
            self._put(None)

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            self._returned.notify_all()
            processes = list(self._processes)
        for process in processes:
            process.kill()
        # Frees threads that wait for room.
        while True:
            try:
                self.results.get_nowait()
            except queue.Empty:
                break

    def unfinished(self) -> bool:
        with self._lock:
            return bool(self._ahead) or (not self._stopping and next(self._items, None) is not None)

    def _next(self) -> list[Item] | None:
        """The next chunk. While others are still at work, one may come back from them: so the end waits for those."""
        with self._lock:
            while not self._stopping:
                if self._ahead or (chunk := self._read()):
                    self._in_hand += 1
                    return self._ahead.popleft() if self._ahead else chunk
                if not self._in_hand:
                    return None
                self._returned.wait()
            return None

    def _read_ahead(self) -> None:
        """Reads a chunk while the workers are busy, so that none of them waits for it."""
        with self._lock:
            if not self._stopping and len(self._ahead) < len(self._processes) and (chunk := self._read()):
                self._ahead.append(chunk)
                self._returned.notify_all()

    def _read(self) -> list[Item]:
        """The next chunk of the items; empty at their end. Called with the lock held."""
        chunk: list[Item] = []
        size = 0
        while len(chunk) < _CHUNK_FILES_MAX and size < _CHUNK_BYTES_MAX:
            item = next(self._items, None)
            if item is None:
                break
            chunk.append(item)
            size += len(item.raw)
        return chunk

    def _return(self, chunks: list[list[Item]]) -> None:
        with self._lock:
            self._ahead.extend(chunk for chunk in chunks if chunk)
            self._in_hand -= 1
            self._returned.notify_all()

    def _start(self) -> subprocess.Popen[bytes] | None:
        process = self._workers.take()
        if process is not None:
            with self._lock:
                self._processes.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        _end(process)
        with self._lock:
            self._processes.discard(process)

    def _work(self, process: subprocess.Popen[bytes], chunk: list[Item]) -> list[list[Item]] | None:
        """Has one chunk parsed: None, or, where the worker died, what has to be tried again."""
        answers: list[Extracted] = []
        with contextlib.suppress(OSError):
            write_message(cast("BinaryIO", process.stdin), encode_chunk(chunk))
        self._read_ahead()
        with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
            if (data := read_message(cast("BinaryIO", process.stdout))) is not None:
                answers = decode_answer(data)
        if len(answers) == len(chunk):
            self._put([Parsed(item.path, item.blob, each) for item, each in zip(chunk, answers, strict=True)])
            return None
        if self._stopping:
            return []
        if len(chunk) == 1 and chunk[0].blob in self._suspects:
            self._put([Parsed(chunk[0].path, chunk[0].blob, None)])
            return []
        self._suspects.update(item.blob for item in chunk)
        return [[item] for item in chunk]

    def _put(self, results: list[Parsed] | None) -> None:
        while True:
            try:
                self.results.put(results, timeout=0.5)
                return
            except queue.Full:
                if self._stopping:
                    return


def _is_ready(process: subprocess.Popen[bytes]) -> bool:
    try:
        return read_message(cast("BinaryIO", process.stdout)) == READY
    except (OSError, ValueError):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    end(process, _END_GRACE_S)
    cast("BinaryIO", process.stdout).close()
