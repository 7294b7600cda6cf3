"""Running git on a repository that nobody vouches for: nothing that the repository configures gets to run.

Architecture invariant: every git process of Forethought starts here, with file-system monitors, hooks, external diffs,
text conversion, pagers, lazy fetches and optional locks off, without `GIT_*` variables of whoever started us, with a
deadline and a limit on what it may print. No command here writes to the repository.

    result = run_git(root, ["log", "--format=%H", "-n", "50"])
    if result.ok: result.output
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

OUTPUT_BYTES_MAX = 64 * 1024 * 1024
TIMEOUT_S = 60.0
_ERROR_BYTES_MAX = 4096
_CHUNK_BYTES = 64 * 1024

_OPTIONS = (
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    *(
        part
        for setting in (
            "core.fsmonitor=false",
            "core.hooksPath=/dev/null",
            "core.pager=cat",
            "core.attributesFile=/dev/null",
            "core.quotePath=false",
            "core.untrackedCache=false",
            "diff.external=",
            "diff.noprefix=false",
            "diff.mnemonicPrefix=false",
            "interactive.diffFilter=",
            "log.showSignature=false",
            "protocol.allow=never",
            "submodule.recurse=false",
            "credential.helper=",
            "color.ui=false",
        )
        for part in ("-c", setting)
    ),
)

_DIFF_COMMANDS = frozenset({"diff-tree", "log", "show"})
"""Commands that may show a diff, and so could run a driver that `.gitattributes` and `.git/config` name together."""

_NO_DRIVERS = ("--no-ext-diff", "--no-textconv")
_BLAME_NO_DRIVERS = ("--no-textconv",)

_ALLOWED = _DIFF_COMMANDS | {
    "blame",
    "cat-file",
    "for-each-ref",
    "ls-tree",
    "merge-base",
    "rev-list",
    "rev-parse",
    "symbolic-ref",
    "var",
    "version",
}
"""The commands that Forethought needs. Each only reads, and none looks at the work tree: comparing that with a commit
would run the clean filters which `.gitattributes` and `.git/config` name together."""

Outcome = Literal["ok", "failed", "no git", "timed out", "too much output"]


@dataclass(frozen=True, slots=True)
class GitResult:
    """What git said. `output` is what was read before the outcome, also where it is cut short."""

    outcome: Outcome
    output: bytes = b""
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether git ended by itself and without an error."""
        return self.outcome == "ok"


def run_git(
    root: Path, arguments: Sequence[str], *, timeout_s: float = TIMEOUT_S, output_bytes_max: int = OUTPUT_BYTES_MAX
) -> GitResult:
    """Runs one reading command in `root`. Raises `ValueError` for a command that is not in the list of readers."""
    command = git_command(root, arguments)
    if command is None:
        return GitResult("no git", error="git is not installed")
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(os.environ),
            cwd=root,
            creationflags=_creation_flags(),
        )
    except OSError as error:
        return GitResult("failed", error=str(error))
    return _collect(process, timeout_s, output_bytes_max)


def stream_git(
    root: Path, arguments: Sequence[str], *, timeout_s: float = TIMEOUT_S * 10, globs: bool = False
) -> Iterator[bytes]:
    """The output of one reading command in chunks, for histories too long to hold. Ends early where git fails or the
    deadline passes; closing the iterator ends git. `globs`: the paths are patterns of ours, such as `*.py`."""
    command = git_command(root, arguments)
    if command is not None and globs:
        command.remove("--literal-pathspecs")
    if command is None:
        return
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environment(os.environ),
        cwd=root,
        creationflags=_creation_flags(),
    )
    timer = threading.Timer(timeout_s, process.kill)
    timer.daemon = True
    timer.start()
    try:
        stream = cast("BinaryIO", process.stdout)
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
    finally:
        timer.cancel()
        process.kill()
        cast("BinaryIO", process.stdout).close()
        process.wait()


def git_command(root: Path, arguments: Sequence[str]) -> list[str] | None:
    """The whole command line, or None where git is not installed. Git is found on the path, never in the repository."""
    name, *rest = arguments
    if name not in _ALLOWED:
        raise ValueError(f"git {name} is not a command that only reads")
    program = _program(root)
    if program is None:
        return None
    drivers = _NO_DRIVERS if name in _DIFF_COMMANDS else _BLAME_NO_DRIVERS if name == "blame" else ()
    return [program, *_OPTIONS, name, *drivers, *rest]


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would redirect git or make it ask, page, trace or fetch."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.upper().startswith("GIT_") and name.upper() not in ("PAGER", "EDITOR", "VISUAL", "SSH_ASKPASS")
    }
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }


def git_folder(root: Path) -> Path | None:
    """Where git keeps what belongs to this work tree: `.git`, or the folder that a worktree's `.git` file names."""
    dot_git = root / ".git"
    try:
        if dot_git.is_dir():
            return dot_git
        text = dot_git.read_text(encoding="utf-8", errors="surrogateescape")[:4096]
    except OSError:
        return None
    if not text.startswith("gitdir:"):
        return None
    folder = root / text.removeprefix("gitdir:").strip()
    return folder if folder.is_dir() else None


def head(root: Path) -> str:
    """What HEAD says, a branch's name or a commit, and the commit of that branch where it is one file away. Read
    without running git, so that it can be compared at every occasion. Empty outside a repository."""
    folder = git_folder(root)
    if folder is None:
        return ""
    try:
        text = (folder / "HEAD").read_text(encoding="utf-8", errors="replace")[:1024].strip()
    except OSError:
        return ""
    reference = text.removeprefix("ref:").strip()
    if text.startswith("ref:") and ".." not in reference.split("/") and not os.path.isabs(reference):
        for base in (folder, folder / ".." / ".."):
            with contextlib.suppress(OSError):
                return f"{text} {(base / reference).read_text(encoding='utf-8', errors='replace')[:256].strip()}"
    return text


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def _program(root: Path) -> str | None:
    # On Windows `shutil.which` looks in the current folder first; only absolute folders outside the repository count.
    inside = os.path.realpath(root)
    folders = [
        folder
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if os.path.isabs(folder) and not _within(os.path.realpath(folder), inside)
    ]
    return shutil.which("git", path=os.pathsep.join(folders)) if folders else None


def _within(path: str, root: str) -> bool:
    try:
        return os.path.commonpath([path, root]) == root
    except ValueError:
        return False


def _collect(process: subprocess.Popen[bytes], timeout_s: float, output_bytes_max: int) -> GitResult:
    timed_out = threading.Event()

    def expire() -> None:
        timed_out.set()
        process.kill()

    errors = bytearray()

    def read_errors() -> None:
        stream = cast("BinaryIO", process.stderr)
        while chunk := stream.read(_ERROR_BYTES_MAX):
            errors.extend(chunk[: _ERROR_BYTES_MAX - len(errors)])

    timer = threading.Timer(timeout_s, expire)
    timer.daemon = True
    timer.start()
    # Read apart from the output, so that neither pipe fills up while the other is waited for.
    error_reader = threading.Thread(target=read_errors, daemon=True)
    error_reader.start()
    output = bytearray()
    too_much = False
    with process:
        stream = cast("BinaryIO", process.stdout)
        while chunk := stream.read(_CHUNK_BYTES):
            output += chunk
            if len(output) > output_bytes_max:
                too_much = True
                process.kill()
                break
        error_reader.join()
    timer.cancel()
    error = bytes(errors).decode("utf-8", "replace").strip()
    if too_much:
        return GitResult("too much output", bytes(output[:output_bytes_max]), error)
    if timed_out.is_set():
        return GitResult("timed out", bytes(output), f"git did not finish within {timeout_s:g} s")
    return GitResult("ok" if process.returncode == 0 else "failed", bytes(output), error)
