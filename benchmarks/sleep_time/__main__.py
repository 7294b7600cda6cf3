"""`python -m benchmarks.sleep_time`: the sleep-time-compute experiments against any OpenAI-compatible endpoint.

    python -m benchmarks.sleep_time --base-url http://localhost:8000/v1 --model NAME --data FOLDER --limit 20

FOLDER holds `stateful_gsm_symbolic/*.jsonl` and `stateful_aime/*.jsonl`: Apple's GSM-Symbolic P2 and the AIME problems
of 2024, split into context and question by the paper's scripts (context, question, answer, and for the former
`intermediate_values`). They are not part of this project. Experiment 8 needs `--package SOURCES RECORDING`, with a
recording made by `benchmarks.truth.recorder`; it runs calls from that package's tests. Every call is kept in
OUT/calls.jsonl, so that a run can be interrupted, continued and extended without paying for anything twice.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from benchmarks.sleep_time import plots, report
from benchmarks.sleep_time.estimate import Cost, Counter
from benchmarks.sleep_time.experiments import EXPERIMENTS
from benchmarks.sleep_time.findings import Finding
from benchmarks.sleep_time.problems import Problem, ProblemSet, load
from benchmarks.sleep_time.questions import ARMS
from benchmarks.sleep_time.recording import Call, Recorder
from benchmarks.sleep_time.world import Limits, Package, World
from lsp_server.model import ModelError
from lsp_server.model_client import ModelClient
from lsp_server.model_settings import ModelSettings, Price, SleepSettings

HERE = Path(__file__).resolve().parent
CONTEXT_TOKENS_ASSUMED = 4096
DEFAULT = SleepSettings()


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 the endpoint failed or nothing is there to measure, 2 a bad argument."""
    arguments = _parser().parse_args(argv)
    console = Console(stderr=True)
    try:
        sets = load(arguments.data, arguments.limit, arguments.aime_limit)
        pool = load(arguments.data, 10**6, 0) if sets else []
    except (OSError, ValueError, KeyError) as error:
        console.print(f"sleep-time: the data cannot be read: {error}")
        return 1
    if not sets:
        console.print(f"sleep-time: there are no problems in {arguments.data}")
        return 1
    try:
        return asyncio.run(_run(arguments, sets, pool[0].problems if pool else (), console))
    except ModelError as error:
        console.print(f"sleep-time: {error.kind}: {error}; what was answered is kept, so run the same again")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sleep_time",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--base-url", required=True, help="an OpenAI-compatible endpoint, ending in /v1")
    add("--model", required=True, help="the model's name there")
    add("--key-variable", default="", help="the environment variable that holds the endpoint's key")
    add("--data", type=Path, required=True, help="the folder with the two sets")
    add("--limit", type=int, default=20, help="problems of GSM-Symbolic, spread over its templates")
    add("--aime-limit", type=int, default=10, help="problems of AIME")
    add("--experiments", default="1,2,3,4,5,6,7,8", help="which ones, by number")
    add("--arms", default=",".join(ARMS), help=f"what is read at question time, of: {', '.join(ARMS)}")
    add("--package", nargs=2, action="append", type=Path, default=[], metavar=("SOURCES", "RECORDING"))
    add("--small", type=int, default=Limits().small, help="problems of experiments 2, 4 and 6")
    add("--samples", type=int, default=Limits().samples, help="parallel samples a problem in experiment 4")
    add("--shared-contexts", type=int, default=Limits().shared_contexts, help="contexts of experiment 3")
    add("--draft-counts", default="1,2,5,10", help="drafts of experiment 2")
    add("--code-questions", type=int, default=Limits().code_questions, help="of each kind and package")
    add("--code-levels", default="0,1,2,3,4", help="levels of verbosity of experiment 8")
    add("--code-context-tokens", type=int, default=Limits().code_context_tokens)
    add("--drafts", type=int, default=DEFAULT.drafts, help="drafts of a context; the product's default")
    add("--reply-tokens", type=int, default=DEFAULT.reply_tokens_max, help="of a draft; the product's default")
    add("--enriched-tokens", type=int, default=DEFAULT.enriched_tokens_max, help="of c′; the product's default")
    add("--context-tokens", type=int, default=0, help="what the endpoint takes; 0 asks it")
    add("--price-input", type=float, default=2.5, help="per million tokens; the defaults are GPT-4o's list prices")
    add("--price-cached", type=float, default=1.25)
    add("--price-output", type=float, default=10.0)
    add("--output-tokens-max", type=int, default=0, help="do not start what may generate more; 0 is no limit")
    add("--estimate", action="store_true", help="say what it would cost, and stop")
    add("--out", type=Path, default=HERE / "out", help="where calls, tables, JSON and plots go")
    return parser


async def _run(
    arguments: argparse.Namespace, sets: Sequence[ProblemSet], pool: Sequence[Problem], console: Console
) -> int:
    numbers = [int(number) for number in arguments.experiments.split(",")]
    settings = ModelSettings(
        base_url=arguments.base_url,
        name=arguments.model,
        key=os.environ.get(arguments.key_variable, "") if arguments.key_variable else "",
        context_tokens=arguments.context_tokens,
        # Nobody waits, and a small machine reads a long prompt for minutes.
        first_piece_timeout_s=900.0,
        stall_timeout_s=300.0,
    )
    client = ModelClient(settings)
    file = arguments.out / "calls.jsonl"
    try:
        context = await client.context_tokens() or CONTEXT_TOKENS_ASSUMED
        cost, total = await _estimated(arguments, settings, sets, pool, numbers, file, context)
        past = Recorder(client, file).calls()
        seconds = sum(call.seconds for call in past if call.output_tokens > 1)
        speed = sum(call.output_tokens for call in past if call.output_tokens > 1) / seconds if seconds else 0.0
        console.print(f"sleep-time: {cost.sentence(speed)}", highlight=False)
        if arguments.estimate:
            return 0
        if arguments.output_tokens_max and cost.output_tokens_max > arguments.output_tokens_max:
            console.print("sleep-time: that may be more than --output-tokens-max; not started")
            return 2
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        findings: list[Finding] = []
        written: list[Finding] = []
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task("calls", total=total)
            recorder = Recorder(client, file, hear=lambda call, paid: progress.advance(bar))
            world = _world(arguments, recorder, settings, sets, pool)
            for number in numbers:
                title, run = EXPERIMENTS[number]
                progress.update(bar, description=f"{number}. {title}")
                findings.append(await run(world))
                # After each, so that an interrupted run has something to show.
                written = report.write(arguments.out, findings, _about(arguments, recorder.calls()))
        try:
            plots.draw(arguments.out, written)
        except ImportError:
            console.print(f"sleep-time: {plots.MISSING}")
        if any(call.estimated for call in recorder.calls() if call.log_probability is None):
            console.print("sleep-time: the endpoint does not say what some replies took: those tokens are estimates")
        for note in client.notes:
            console.print(f"sleep-time: the endpoint: {note}", highlight=False)
    finally:
        await client.close()
    print("\n".join(report.markdown(finding) for finding in findings))
    console.print(f"sleep-time: written to {arguments.out}", highlight=False)
    return 0


async def _estimated(
    arguments: argparse.Namespace,
    settings: ModelSettings,
    sets: Sequence[ProblemSet],
    pool: Sequence[Problem],
    numbers: Sequence[int],
    file: Path,
    context_tokens: int,
) -> tuple[Cost, int]:
    """What is left to pay for, and how many calls there are with the recorded ones."""
    counter = Counter(settings.name, context_tokens)
    replayed: set[str] = set()
    heard = 0

    def hear(call: Call, paid: bool) -> None:
        nonlocal heard
        heard += 1
        if not paid and call.text:
            replayed.add(call.digest)

    recorder = Recorder(counter, file, hear=hear, writes=False)
    world = _world(arguments, recorder, settings, sets, pool)
    for number in numbers:
        await EXPERIMENTS[number][1](world)
    return counter.cost(len(replayed), world.price), heard


def _world(
    arguments: argparse.Namespace,
    recorder: Recorder,
    settings: ModelSettings,
    sets: Sequence[ProblemSet],
    pool: Sequence[Problem],
) -> World:
    sleep = SleepSettings(
        drafts=arguments.drafts,
        concurrency=1,
        reply_tokens_max=arguments.reply_tokens,
        enriched_tokens_max=arguments.enriched_tokens,
    )
    limits = Limits(
        small=arguments.small,
        samples=arguments.samples,
        draft_counts=_whole_numbers(arguments.draft_counts),
        shared_contexts=arguments.shared_contexts,
        code_questions=arguments.code_questions,
        code_context_tokens=arguments.code_context_tokens,
        code_levels=_whole_numbers(arguments.code_levels),
    )
    return World(
        recorder,
        settings,
        sleep,
        sets,
        pool=pool,
        packages=[Package(root.resolve(), recording) for root, recording in arguments.package],
        limits=limits,
        arms=[arm for arm in ARMS if arm in arguments.arms.split(",") or arm == "c"],
        price=Price(arguments.price_input, arguments.price_cached, arguments.price_output),
    )


def _whole_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(","))


def _about(arguments: argparse.Namespace, calls: Sequence[Call]) -> dict[str, object]:
    """What a reader of the figures has to know. No address: whose endpoint it was is nobody's business."""
    return {
        "model": arguments.model,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "limits": {
            name: value
            for name, value in sorted(vars(arguments).items())
            if isinstance(value, int | float | str) and name not in ("base_url", "key_variable", "model")
        },
        "calls": len(calls),
        "input_tokens": sum(call.input_tokens for call in calls),
        "output_tokens": sum(call.output_tokens for call in calls),
        "cached_tokens": sum(call.cached_tokens for call in calls),
        "calls_with_estimated_tokens": sum(call.estimated for call in calls),
        "seconds": round(sum(call.seconds for call in calls)),
    }


if __name__ == "__main__":
    sys.exit(main())
