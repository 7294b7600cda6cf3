"""`forethought mcp`: starts the server for agents on standard input and output."""

from __future__ import annotations

from pathlib import Path

from lsp_server.cli.opening import open_view


def serve(path: Path) -> None:
    view = open_view(path)
    from lsp_server import mcp_server

    mcp_server.serve(view)
