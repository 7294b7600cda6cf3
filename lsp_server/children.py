"""Child processes: started so that nothing of the workspace can run in them, and gone when their parent is.

Architecture invariant: a child runs in Python's isolated mode (`-I`), in a folder of ours, with nothing but the
interpreter's own paths and the folder of our packages on its import path. Its standard input is its lifeline: when
the parent dies, however it dies, the operating system closes the other end, and the child ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

GRACE_S = 3.0
"""How long a child may tidy up after its lifeline is cut; it must be gone within five seconds of its parent."""

_BACKOFF_S = (0.2, 0.5, 1.0, 3.0, 10.0, 30.0, 60.0)
_STEADY_S = 60.0
"""A child that lived this long is trusted again: the next restart is quick."""
_LOG_LINES_MAX = 200
_LOG_LINE_BYTES_MAX = 4096

# The path comes as an argument, so that no quoting is needed. `import_module` finds our package first.
_BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from importlib import import_module; sys.exit(import_module(sys.argv[2]).main(sys.argv[3:]))"
)

_logger = logging.getLogger(__name__)


def package_root() -> Path:
    """The folder that holds our packages."""
    return Path(__file__).resolve().parent.parent


def spawn(module: str, arguments: Sequence[str], folder: Path, *, talk: bool = False) -> subprocess.Popen[bytes]:
    """Starts `module.main(arguments)` in a process of its own, its working directory `folder` (one of ours).

    Its standard input is a pipe, its lifeline. With `talk` its standard output is a pipe too, and its standard error
    goes nowhere; without, it is the other way round, and somebody must read that pipe.
    """
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP, str(package_root()), module, *arguments]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if talk else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if talk else subprocess.PIPE,
        cwd=folder,
        close_fds=True,
        creationflags=flags,
    )


def end(process: subprocess.Popen[bytes], grace_s: float = GRACE_S) -> None:
    """Cuts the lifeline, waits, and kills what does not go."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(grace_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def die_with_parent(on_end: Callable[[], None] | None = None) -> None:
    """For a child whose standard input carries nothing: watches the lifeline, and ends this process when it is cut.

    `on_end` may ask the process to end by itself; after `GRACE_S` it ends in any case.
    """
    ignore_interrupts()

    def watch() -> None:
        stdin = cast("BinaryIO", sys.stdin.buffer)
        with contextlib.suppress(OSError, ValueError):
            while stdin.read(1):
                pass
        if on_end is not None:
            timer = threading.Timer(GRACE_S, os._exit, args=(0,))
            timer.daemon = True
            timer.start()
            on_end()
        else:
            os._exit(0)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def ignore_interrupts() -> None:
    """Ctrl-C in a terminal reaches the whole group; a child ends when its parent does, not before."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def memory_bytes() -> int:
    """What this process holds in memory; its highest so far where only that is told, and 0 where nothing is."""
    if sys.platform == "win32":
        return 0
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


class KeptAlive:
    """A child that is started again whenever it ends, until `stop`. May be used from any thread.

    Restarts come quickly at first and slower after each early death, so that a child that cannot live costs little.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        folder: Path,
        on_exit: Callable[[int, str], None] | None = None,
    ) -> None:
        self._module = module
        self._arguments = list(arguments)
        self._folder = folder
        self._on_exit = on_exit
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: deque[str] = deque(maxlen=_LOG_LINES_MAX)
        self.starts = 0
        """How often the child was started."""
        self._thread = threading.Thread(target=self._keep, name=f"keep {module}", daemon=True)

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def log(self) -> list[str]:
        """The latest lines that the child wrote to its standard error."""
        return list(self._log)

    def start(self) -> None:
        """Starts the child, and the thread that looks after it."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the child; returns once it is gone, after `GRACE_S` at most."""
        self._stopping.set()
        process = self._process
        if process is not None:
            end(process)
        if self._thread.is_alive():
            self._thread.join(GRACE_S)

    def _keep(self) -> None:
        early_deaths = 0
        while not self._stopping.is_set():
            try:
                # Made each time: somebody may have removed it with everything in it.
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                process = spawn(self._module, self._arguments, self._folder)
            except OSError as error:
                _logger.error("cannot start %s: %s", self._module, error)
                process = None
            if process is not None:
                self.starts += 1
                self._process = process
                started_s = time.monotonic()
                if self._stopping.is_set():
                    end(process)
                self._read_log(cast("BinaryIO", process.stderr))
                code = process.wait()
                if self._stopping.is_set():
                    return
                early_deaths = 0 if time.monotonic() - started_s > _STEADY_S else early_deaths
                last = self._log[-1] if self._log else ""
                _logger.warning("%s ended with %s: %s", self._module, code, last)
                if self._on_exit is not None:
                    self._on_exit(code, last)
            self._stopping.wait(_BACKOFF_S[min(early_deaths, len(_BACKOFF_S) - 1)])
            early_deaths += 1

    def _read_log(self, stream: BinaryIO) -> None:
        with stream:
            while line := stream.readline(_LOG_LINE_BYTES_MAX):
                self._log.append(line.decode("utf-8", "replace").rstrip())
