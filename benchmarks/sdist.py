"""Real packages to measure and test on: source distributions from the package index, pinned by hash, kept in `.cache`.

Fetched by pip, so that whatever index, proxy or certificate this machine is set up for is used. Pinning makes today's
numbers comparable with tomorrow's.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "sdists"
FETCH_S_MAX = 300


class Unreachable(Exception):
    """The index could not be reached, or did not have the file; the text says why in one line."""


@dataclass(frozen=True, slots=True)
class Sdist:
    """One source distribution."""

    name: str
    version: str
    sha256: str

    def unpacked(self) -> Path:
        """Its unpacked folder, fetched if need be. Raises `Unreachable`."""
        folder = CACHE / f"{self.name}-{self.version}"
        if not folder.is_dir():
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
                archive = self._download(Path(temporary))
                with tarfile.open(archive) as tar:
                    _extract(tar, Path(temporary) / "out")
                (top,) = (Path(temporary) / "out").iterdir()
                try:
                    top.rename(folder)
                except OSError:
                    if not folder.is_dir():  # Somebody else was faster, which is as good.
                        raise
        return folder

    def _download(self, into: Path) -> Path:
        wanted = into / "requirements.txt"
        wanted.write_text(f"{self.name}=={self.version} --hash=sha256:{self.sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", self.name]
        try:
            subprocess.run(
                [*command, "--requirement", str(wanted), "--dest", str(into)],
                check=True,
                capture_output=True,
                text=True,
                timeout=FETCH_S_MAX,
            )
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise Unreachable(f"{self.name} {self.version} could not be fetched: {last}") from error
        except subprocess.TimeoutExpired as error:
            raise Unreachable(f"{self.name} {self.version} was not fetched within {FETCH_S_MAX} s") from error
        return next(path for path in into.iterdir() if path.suffix == ".gz")


def _extract(tar: tarfile.TarFile, into: Path) -> None:
    """Unpacks with what the interpreter has against hostile archives; the first releases of 3.11 have nothing, and what
    is pinned by hash needs it least."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(into, filter="data")
    else:
        tar.extractall(into)


CLICK = Sdist("click", "8.1.8", "ed53c9d8990d83c2a27deae68e4ee337473f6330c040a31d4225c9574d16096a")
DJANGO = Sdist("django", "5.2.1", "57fe1f1b59462caed092c80b3dd324fd92161b620d59a9ba9181c34746c97284")
MARSHMALLOW = Sdist("marshmallow", "3.26.1", "e6d8affb6cb61d39d26402096dc0aee12d5a26d490a121f118d2e81dc0719dc6")
TOMLKIT = Sdist("tomlkit", "0.13.2", "fff5fe59a87295b278abd31bec92c15d9bc4a06885ab12bcea52c71119392e79")
