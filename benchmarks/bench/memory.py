"""Resident memory of a process and of those it started, read from `/proc`; empty where there is none."""

from __future__ import annotations

from pathlib import Path


def family_mb(pid: int) -> dict[str, float]:
    """`server`: the process itself; `sleeper`: all those below it, together."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
    below = {pid}
    while grown := {child for child, parent in parents.items() if parent in below} - below:
        below |= grown
    if not parents:
        return {}
    return {"server": _resident_mb(pid), "sleeper": round(sum(_resident_mb(child) for child in below - {pid}), 1)}


def _resident_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
    except OSError:
        pass
    return 0.0
