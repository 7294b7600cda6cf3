"""Whether the machine runs on mains power, so that thinking does not empty somebody's battery.

Where it cannot be known (servers, containers, desktops), the answer is yes. What systems print is read by pure
functions; nothing else here is worth testing.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SUPPLIES = Path("/sys/class/power_supply")
_PMSET_TIMEOUT_S = 2.0


def on_mains() -> bool:
    """Asks the operating system; takes a few milliseconds on macOS and less elsewhere."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _macos()
    return mains_by_supplies(_supplies(_SUPPLIES))


def mains_by_supplies(supplies: Mapping[str, Mapping[str, str]]) -> bool:
    """By Linux's power supplies: any mains that is online, or no battery of the machine's own that is discharging."""
    own = [supply for supply in supplies.values() if supply.get("scope", "System") != "Device"]
    if any(supply.get("type") in ("Mains", "USB") and supply.get("online") == "1" for supply in own):
        return True
    return not any(supply.get("type") == "Battery" and supply.get("status") == "Discharging" for supply in own)


def mains_by_pmset(printed: str) -> bool:
    """By what macOS's `pmset -g batt` prints first."""
    return "Battery Power" not in printed.partition("\n")[0]


def _supplies(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    try:
        for supply in sorted(folder.iterdir()):
            found[supply.name] = {
                name: value for name in ("type", "online", "status", "scope") if (value := _read(supply / name))
            }
    except OSError:
        return {}
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _macos() -> bool:
    try:
        result = subprocess.run(
            ["/usr/bin/pmset", "-g", "batt"], capture_output=True, text=True, timeout=_PMSET_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return True
    return mains_by_pmset(result.stdout)


def _windows() -> bool:
    status = (ctypes.c_ubyte * 12)()
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the name exists on Windows alone
    # The first byte is the line's status: 0 means battery, 255 means unknown.
    return not kernel.GetSystemPowerStatus(ctypes.byref(status)) or status[0] != 0
