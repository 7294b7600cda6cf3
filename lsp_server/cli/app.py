"""The command line's commands and their help. Each body is a call; the work is elsewhere, imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="forethought",
    help="A language server for debugging: it prepares cited answers while nobody is asking.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"forethought {version('forethought')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A language server for debugging: it prepares cited answers while nobody is asking."""


@app.command()
def explain(
    path: Annotated[
        Path, typer.Argument(help="The folder of the code that failed; the current one by default.")
    ] = Path("."),
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")] = False,
) -> None:
    """Rank the functions at fault for a traceback or a test report, read from standard input."""
    from lsp_server.cli.explaining import run

    run(path, as_json=json)
