"""The server as an editor sees it: how soon it answers, how fast, also while the sleeper works, and what it costs.

Uses the tests' client, so that what is measured is what is tested.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench.memory import family_mb
from tests.server.client import Editor

HOVERS = 400
EDITS = 20
FILES = 60
SETTLE_S = 60.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A definition's name: where a hover is asked for. Line and character are counted from 0."""

    path: Path
    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds at the client."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    answered: int
    """Hovers that had something to say."""


def spots(root: Path, seed: int = 7) -> list[Spot]:
    """The same definitions in every run: functions and methods of some files, not tests."""
    rng = random.Random(seed)
    files = [path for path in sorted(root.rglob("*.py")) if "tests" not in path.parts and path.stat().st_size > 2_000]
    found: list[Spot] = []
    for path in rng.sample(files, min(FILES, len(files))):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n")):
            bare = line.lstrip()
            if bare.startswith(("def ", "class ")):
                character = len(line) - len(bare) + bare.index(" ") + 1
                found.append(Spot(path, number, character))
    rng.shuffle(found)
    return found


async def first_hover_ms(root: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """From starting the process, and from `initialize`'s result, to the first hover's answer."""
    spot = spots(root)[0]
    start = time.perf_counter()
    async with Editor(root, environment=environment, initialize=False) as editor:
        await editor.initialize()
        ready = time.perf_counter()
        editor.open(spot.path)
        await editor.hover(spot.path, spot.line, spot.character)
        end = time.perf_counter()
    return 1000 * (end - start), 1000 * (end - ready)


async def hover_latency(editor: Editor, chosen: list[Spot], count: int = HOVERS) -> Latency:
    """The time of each of `count` hovers, asked one after another as a person's cursor moves."""
    times: list[float] = []
    answered = 0
    for index in range(count):
        spot = chosen[index % len(chosen)]
        start = time.perf_counter()
        text = await editor.hover(spot.path, spot.line, spot.character)
        times.append(1000 * (time.perf_counter() - start))
        answered += bool(text)
    return latency(times, answered)


def latency(times: list[float], answered: int) -> Latency:
    """The percentiles of some milliseconds."""
    ordered = sorted(times)
    return Latency(
        round(statistics.median(ordered), 2),
        round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 2),
        round(ordered[-1], 2),
        answered,
    )


async def save_to_fresh_ms(editor: Editor, chosen: list[Spot], edits: int = EDITS) -> list[float]:
    """For some files: a line is put into a function and saved; how long until its hover is fresh again."""
    times: list[float] = []
    for path in dict.fromkeys(spot.path for spot in chosen):
        telling = [spot for spot in chosen if spot.path == path and await _says(editor, spot, "")]
        if not telling:
            continue
        spot = telling[0]
        original = path.read_text(encoding="utf-8")
        lines = original.split("\n")
        header = _end_of_header(lines, spot.line)
        indent = " " * (len(lines[spot.line]) - len(lines[spot.line].lstrip()) + 4)
        lines.insert(header + 1, f"{indent}0  # edited")
        editor.open(path, original)
        editor.insert(path, 2, header + 1, 0, f"{indent}0  # edited\n")
        path.write_text("\n".join(lines), encoding="utf-8")
        start = time.perf_counter()
        editor.save(path)
        while not await _says(editor, spot, "fresh"):
            if time.perf_counter() - start > SETTLE_S:
                break
            await asyncio.sleep(0.005)
        times.append(1000 * (time.perf_counter() - start))
        editor.close(path)
        path.write_text(original, encoding="utf-8")
        editor.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})
        if len(times) >= edits:
            break
    return times


def memory_mb(editor: Editor) -> dict[str, float]:
    """Resident memory of the server, and of its sleeper and that one's children."""
    return family_mb(editor.process.pid)


async def _says(editor: Editor, spot: Spot, word: str) -> bool:
    text = await editor.hover(spot.path, spot.line, spot.character)
    last = text.rstrip().rsplit("\n", 1)[-1]
    return bool(text) and word in last and "catching up" not in last and "stale" not in (last if word else "")


def _end_of_header(lines: list[str], start: int) -> int:
    for index in range(start, min(start + 40, len(lines))):
        if lines[index].rstrip().endswith(":"):
            return index
    return start
