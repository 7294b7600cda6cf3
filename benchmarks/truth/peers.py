"""What others reach on the same recordings, and what Forethought means to reach.

Language servers were asked for incoming calls (pyright 1.1.414) or references (ty 0.0.105) at every function that ran;
"names alone" is any call of that last name anywhere. PyCG was run on its own benchmark.
"""

from __future__ import annotations

CALLERS = {
    "pyright, incoming calls": {"click": (0.689, 0.832), "marshmallow": (0.513, 0.958), "tomlkit": (0.549, 0.745)},
    "ty, references": {"click": (0.418, 0.527), "marshmallow": (0.341, 0.958), "tomlkit": (0.446, 0.466)},
    "names alone": {"click": (0.881, 0.415), "marshmallow": (0.813, 0.416), "tomlkit": (0.815, 0.304)},
}
"""Recall and observed share of callers outside tests."""

CALLGRAPHS = {
    "pycg_micro": {
        "PyCG, as published figures have it": (0.958, 0.871, 91),
        "PyCG 0.0.8 on Python 3.11": (0.976, 0.932, 106),
    },
    "pycg_extended": {
        "PyCG, as published figures have it": (0.910, 0.865, 84),
        "PyCG 0.0.8 on Python 3.11": (0.933, 0.936, 100),
    },
}
"""Precision, recall, exact cases. PyCG reads dictionaries and subscripts worse on newer versions of Python."""

FLOORS = {
    "callers possible": (0.85, 0.45),
    "callers likely": (0.65, 0.78),
    "callers certain": (None, 0.95),
    "raises likely": (0.50, None),
    "raises possible": (0.70, None),
    "none": (0.92, None),
    "tests": (0.75, 0.40),
}
GOALS = {
    "callers possible": (0.93, 0.60),
    "callers likely": (0.80, 0.88),
    "callers certain": (None, 0.98),
    "raises likely": (0.75, None),
    "raises possible": (0.88, None),
    "none": (0.98, None),
    "tests": (0.92, 0.60),
}
"""Recall and observed share, as the mean over packages."""
