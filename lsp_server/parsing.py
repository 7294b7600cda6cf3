"""The pool of parse workers of a cold start: many files in, their facts out, whatever a file does to a worker.

A worker that dies names its culprit by the first file that it had not answered. That file is tried once more by
itself; when it brings a second worker down it is given up, and the others go on.
"""

from __future__ import annotations

import queue
import subprocess
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from lsp_server.children import end, spawn
from lsp_server.parse_worker import READY, Item, encode_chunk, read_message, write_message
from lsp_server.store import Extracted

CRASHES_MAX = 2
"""A file that brought a worker down this often is given up."""

_CHUNK_FILES_MAX = 24
_CHUNK_BYTES_MAX = 512 * 1024
_RESULTS_WAITING_MAX = 1000
"""Beyond this the workers wait for whoever stores the results."""
_STARTS_FAILED_MAX = 3
_END_GRACE_S = 0.5

_results = msgspec.msgpack.Decoder(Extracted)


class WorkersUnavailable(Exception):
    """No worker can be started at all; the caller reads the files by itself."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of one file. `extracted` is None where it was given up."""

    path: str
    blob: str
    extracted: Extracted | None


def parse_all(items: Iterable[Item], workers: int, folder: Path, niceness: int = 0) -> Iterator[Parsed]:
    """Facts of all items, in any order. `items` is consumed as the workers need it, on their threads, one at a time.

    Closing the iterator ends the workers. Raises `WorkersUnavailable`, after what was parsed by then.
    """
    pool = _Pool(items, folder, niceness)
    threads = [threading.Thread(target=pool.run, name=f"parse {number}", daemon=True) for number in range(workers)]
    for thread in threads:
        thread.start()
    running = len(threads)
    try:
        while running:
            result = pool.results.get()
            if result is None:
                running -= 1
            else:
                yield result
    finally:
        pool.stop()
    if pool.error is not None:
        raise pool.error
    if pool.unfinished():
        raise WorkersUnavailable("the parse workers do not start")


class _Pool:
    def __init__(self, items: Iterable[Item], folder: Path, niceness: int) -> None:
        self.results: queue.Queue[Parsed | None] = queue.Queue(_RESULTS_WAITING_MAX)
        self.error: Exception | None = None
        self._items = iter(items)
        self._folder = folder
        self._niceness = niceness
        # Guards the iterator, what goes back to be tried again, and the list of processes.
        self._lock = threading.Lock()
        self._again: deque[list[Item]] = deque()
        self._crashes: Counter[str] = Counter()
        self._processes: set[subprocess.Popen[bytes]] = set()
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
                    self._return(left)
                    if left:
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
            return bool(self._again) or (not self._stopping and next(self._items, None) is not None)

    def _next(self) -> list[Item] | None:
        """The next chunk. While others are still at work, one may come back from them: so the end waits for those."""
        with self._lock:
            while not self._stopping:
                if self._again:
                    self._in_hand += 1
                    return self._again.popleft()
                chunk: list[Item] = []
                size = 0
                while len(chunk) < _CHUNK_FILES_MAX and size < _CHUNK_BYTES_MAX:
                    item = next(self._items, None)
                    if item is None:
                        break
                    chunk.append(item)
                    size += len(item.raw)
                if chunk:
                    self._in_hand += 1
                    return chunk
                if not self._in_hand:
                    return None
                self._returned.wait()
            return None

    def _return(self, chunks: list[list[Item]]) -> None:
        with self._lock:
            self._again.extend(chunk for chunk in chunks if chunk)
            self._in_hand -= 1
            self._returned.notify_all()

    def _start(self) -> subprocess.Popen[bytes] | None:
        try:
            process = spawn("lsp_server.parse_worker", [str(self._niceness)], self._folder, talk=True)
        except OSError:
            return None
        with self._lock:
            self._processes.add(process)
        try:
            if read_message(cast("BinaryIO", process.stdout)) == READY:
                return process
        except (OSError, ValueError):
            pass
        self._end(process)
        return None

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        end(process, _END_GRACE_S)
        cast("BinaryIO", process.stdout).close()
        with self._lock:
            self._processes.discard(process)

    def _work(self, process: subprocess.Popen[bytes], chunk: list[Item]) -> list[list[Item]]:
        """Has one chunk parsed. Returns what has to be tried again, where the worker died."""
        done = 0
        try:
            write_message(cast("BinaryIO", process.stdin), encode_chunk(chunk))
            while done < len(chunk):
                data = read_message(cast("BinaryIO", process.stdout))
                if data is None:
                    break
                self._put(Parsed(chunk[done].path, chunk[done].blob, _results.decode(data)))
                done += 1
        except (OSError, ValueError, msgspec.MsgspecError):
            pass
        if done == len(chunk) or self._stopping:
            return []
        culprit = chunk[done]
        with self._lock:
            self._crashes[culprit.blob] += 1
            crashes = self._crashes[culprit.blob]
        if crashes >= CRASHES_MAX:
            self._put(Parsed(culprit.path, culprit.blob, None))
            return [chunk[done + 1 :]] if chunk[done + 1 :] else [[]]
        return [[culprit], chunk[done + 1 :]]

    def _put(self, result: Parsed | None) -> None:
        while True:
            try:
                self.results.put(result, timeout=0.5)
                return
            except queue.Full:
                if self._stopping:
                    return
