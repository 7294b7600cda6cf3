"""The `forethought` command: what it accepts, how it fails and what its exit codes mean.

Starting it must be light: editors and shells start it all the time. So `app` imports nothing but typer, and each
command imports its own module when it runs. Nothing here analyses or renders.
"""

from __future__ import annotations

import sys

from lsp_server.cli.exits import INTERRUPTED, Failure


def main() -> None:
    """Run the command line and exit with one of the codes in `exits`."""
    try:
        if sys.argv[1:] == ["serve"]:
            # What editors start: without what reads the other commands' options it is there sooner, and smaller.
            from lsp_server.cli.serving import serve

            serve("")
        from lsp_server.cli.app import app

        app(prog_name="forethought")
    except Failure as failure:
        print(f"forethought: {failure.line}", file=sys.stderr)
        sys.exit(failure.code)
    except KeyboardInterrupt:
        print("forethought: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`forethought export | head`): that is its right, not an error.
        sys.stderr.close()
        sys.exit(0)
