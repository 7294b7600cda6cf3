"""A debugger's stop: the text that the evidence readers understand, made from exception and frames."""

from __future__ import annotations

from lsp_server.shapes import Stop

FRAMES_MAX = 200


def stop_text(stop: Stop) -> str:
    """The stop as a traceback would print it: the outermost frame first."""
    lines = ["Traceback (most recent call last):"]
    for frame in reversed(stop.frames[:FRAMES_MAX]):
        path = frame.path.replace('"', "").replace("\n", " ")
        lines.append(f'  File "{path}", line {frame.line}, in {frame.name.rpartition(".")[2] or "<module>"}')
    if stop.exception is not None:
        lines.append(f"{stop.exception.type}: {stop.exception.message}")
    return "\n".join(lines)
