"""`forethought serve`: starts the server on standard input and output, or on a port. The server does the rest."""

from __future__ import annotations

import gc
import sys

from lsp_server.cli.exits import FAILED, Failure
from lsp_server.cli.paths import address_of


def serve(tcp: str) -> None:
    address = address_of(tcp) if tcp else None
    # Importing makes objects that stay: to look for garbage among them is a sixth of a start. The server turns it on.
    gc.disable()
    from lsp_server import protocol_classes

    protocol_classes.import_lightly()
    from lsp_server import server

    if address is None:
        if sys.stdin.isatty():
            print(
                "forethought: speaking the language server protocol on standard input; this is for editors",
                file=sys.stderr,
            )
        sys.exit(server.run_stdio())
    try:
        sys.exit(server.run_tcp(*address))
    except OSError as error:
        raise Failure(FAILED, f"--tcp {tcp}: {error.strerror or error}") from error
