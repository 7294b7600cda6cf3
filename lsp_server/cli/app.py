"""The command line's commands and their help. Each body is one call; the work is elsewhere, imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="forethought",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Repository = Annotated[Path, typer.Argument(help="A folder of the repository; the current one by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.command()
def serve(
    tcp: Annotated[
        str, typer.Option("--tcp", metavar="HOST:PORT", help="Listen on a port instead, for debugging.")
    ] = "",
) -> None:
    """Answer an editor over standard input and output."""
    from lsp_server.cli.serving import serve as run

    run(tcp)


@app.command()
def analyze(
    path: Repository = Path("."),
    shallow: Annotated[
        bool,
        typer.Option("--shallow", help="Stop when hover and callers answer; leave the deep answers to the sleeper."),
    ] = False,
    json: Json = False,
) -> None:
    """Analyse a repository, and show the likeliest questions with their answers."""
    from lsp_server.cli.analyzing import analyze as run

    run(path, shallow=shallow, as_json=json)


@app.command()
def questions(
    path: Repository = Path("."),
    at: Annotated[str, typer.Option("--at", metavar="FILE:LINE", help="Only the symbol on this line.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many symbols to show.")] = 5,
    why: Annotated[bool, typer.Option("--why", help="Say what makes each symbol likely to be asked about.")] = False,
    json: Json = False,
) -> None:
    """Show prepared questions and answers, the likeliest first."""
    from lsp_server.cli.asking import questions as run

    run(path, at=at, symbols_max=limit, why=why, as_json=json)


@app.command(short_help="Write what is known about every function, one JSON object a line.")
def export(
    path: Repository = Path("."),
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Where to write; - is standard output.")
    ] = "-",
    shallow: Annotated[bool, typer.Option("--shallow", help="Only what linking by name says, from the index.")] = False,
    callgraph: Annotated[
        bool, typer.Option("--callgraph", help="Only who calls whom by dotted names, as one JSON object.")
    ] = False,
) -> None:
    """Analyse all files now and write what is known about every function and method, one JSON object a line."""
    from lsp_server.cli.exporting import export as run

    run(path, output, shallow=shallow, callgraph=callgraph)


@app.command()
def status(path: Repository = Path("."), json: Json = False) -> None:
    """Say what is prepared, and what the sleeper is doing."""
    from lsp_server.cli.housekeeping import status as run

    run(path, as_json=json)


@app.command()
def doctor(path: Repository = Path("."), json: Json = False) -> None:
    """Look for what keeps Forethought from working well here, and say what to do."""
    from lsp_server.cli.housekeeping import doctor as run

    run(path, as_json=json)


@app.command()
def clean(
    path: Repository = Path("."),
    vanished: Annotated[
        bool, typer.Option("--vanished", help="Remove what belongs to repositories that are gone, instead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a repository's index. It is rebuilt when needed; nothing that was paid for is lost."""
    from lsp_server.cli.housekeeping import clean as run

    run(path, vanished=vanished, yes=yes)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(f"forethought {version('forethought')}")
        except PackageNotFoundError:
            typer.echo("forethought, not installed")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """A language server for debugging: it prepares cited answers while nobody is asking."""


@app.command(short_help="Rank the functions at fault for a traceback or test report.")
def explain(
    path: Annotated[
        Path, typer.Argument(help="The folder of the code that failed; the current one by default.")
    ] = Path("."),
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")] = False,
) -> None:
    """Rank the functions at fault for a traceback or a test report, read from standard input."""
    from lsp_server.cli.explaining import run

    run(path, as_json=json)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in your own words; - reads it from standard input.")],
    path: Repository = Path("."),
    at: Annotated[str, typer.Option("--at", metavar="FILE:LINE", help="What `this` means.")] = "",
    json: Json = False,
) -> None:
    """Answer a question in your own words, with its places."""
    from lsp_server.cli.answering import ask as run

    run(question, path, at=at, as_json=json)


@app.command()
def mcp(path: Repository = Path(".")) -> None:
    """Answer an agent over standard input and output, by the Model Context Protocol."""
    from lsp_server.cli.mcp import serve as run

    run(path)


@app.command(short_help="Think ahead with the language model of your settings.")
def think(
    path: Repository = Path("."),
    budget_tokens: Annotated[
        int | None,
        typer.Option("--budget-tokens", min=0, metavar="N", help="The most that this run may take; never passed."),
    ] = None,
    show_context: Annotated[
        bool, typer.Option("--show-context", help="Send nothing; show what would be sent about the likeliest symbol.")
    ] = False,
) -> None:
    """Think ahead with the language model of your settings, about the likeliest symbols first."""
    from lsp_server.cli.thinking import think as run

    run(path, budget_tokens=budget_tokens, show_context=show_context)


@app.command()
def sent(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many requests, the latest.")] = 1,
    json: Json = False,
) -> None:
    """Show the exact text of what was sent to a model."""
    from lsp_server.cli.thinking import sent as run

    run(limit=limit, as_json=json)


@app.command(short_help="Write a page about what was anticipated, spent and saved.")
def report(
    path: Repository = Path("."),
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The page to write.")] = Path(
        "report.html"
    ),
) -> None:
    """Write a page about what was anticipated, how often it was right, what was spent and what that saved."""
    from lsp_server.cli.reporting import report as run

    run(path, output)


@app.command(short_help="Stop deep analysis and thinking until you say resume.")
def pause(path: Repository = Path(".")) -> None:
    """Stop deep analysis and thinking until you say resume; saved files are still kept current."""
    from lsp_server.cli.pausing import pause as run

    run(path, paused=True)


@app.command()
def resume(path: Repository = Path(".")) -> None:
    """Go on after a pause."""
    from lsp_server.cli.pausing import pause as run

    run(path, paused=False)
