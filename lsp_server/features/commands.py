"""The table of `workspace/executeCommand`: what a client may ask the server to do by name.

A command takes the session and the client's arguments, which may be anything, and returns what JSON can hold; one that
may take long is a coroutine. To add one: write its function in a module of its own, and name it in `COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from lsp_server.features import ask_command, pausing, report_command, retry_crashed, show_answer
from lsp_server.session import Session

Command = Callable[[Session, Sequence[Any]], Any]

COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "forethought.showAnswer": show_answer.run,
        "forethought.retryCrashed": retry_crashed.run,
        "forethought.ask": ask_command.run,
        "forethought.pause": pausing.pause,
        "forethought.resume": pausing.resume,
        "forethought.report": report_command.run,
    }
)
