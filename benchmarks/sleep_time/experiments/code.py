"""Experiment 8: on code. Raw files against c and c′, and against the product's router without any model."""

from __future__ import annotations

import gzip
import json
import statistics
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from analyzers.languages import for_path
from analyzers.questions import catalogue
from analyzers.records import Record
from analyzers.text import Lines
from analyzers.thinking.context import Material, neighbour_paths
from analyzers.thinking.prompt import CODE, context_text
from analyzers.thinking.tokens import tokens_estimate
from benchmarks.hover_review.deep import Deep
from benchmarks.sleep_time import bootstrap
from benchmarks.sleep_time.code_questions import KINDS, UNKNOWN, CodeQuestion, questions, score, vocabulary
from benchmarks.sleep_time.findings import Cell, Finding, Plot, Point, Series, Table, point
from benchmarks.sleep_time.questions import LEVELS, Answered, ask
from benchmarks.sleep_time.router import ask_router
from benchmarks.sleep_time.world import World
from lsp_server.drafting import build

TITLE = "On code"
WAYS = ("raw file", "c", "c′")
ROUTER = "router, no model"
COLUMNS = (
    "read",
    "kind",
    "level",
    "questions",
    "score",
    "wholly right",
    "over the raw file",
    "output tokens",
    "input tokens",
)
ABSENT = "No package was named, so nothing was measured."


class Asked(msgspec.Struct, frozen=True):
    """A question with everything that it was answered from."""

    question: CodeQuestion
    known: frozenset[str]
    replies: dict[str, list[Answered]]
    """Way → a reply for each level."""
    enriched: bool
    sleep_tokens: int

    def score(self, way: str, level: int) -> float:
        """From 0 to 1; the product has no levels."""
        reply = self.question.routed if way == ROUTER else self.replies[way][level].reply
        return score(self.question, reply, self.known)


async def run(world: World) -> Finding:
    """`c` is what the product's contexts are: packed source and what analysis knows. c′ alone is the product's road;
    where it is empty the product reads c, and so does this."""
    asked: list[Asked] = []
    for package in world.packages:
        asked += await _package(world, package.root, package.recording)
    if not asked:
        return Finding(8, TITLE, (), (), (ABSENT,))
    rows: list[tuple[Cell, ...]] = []
    lines: dict[str, list[Point]] = defaultdict(list)
    groups = [("all", asked)] + [(kind, [each for each in asked if each.question.kind == kind]) for kind in KINDS]
    for kind, members in groups:
        if not members:
            continue
        raws: dict[int, list[float]] = {}
        for way in WAYS:
            for at, level in enumerate(world.limits.code_levels):
                values = [each.score(way, at) for each in members]
                raws.setdefault(at, values)
                replies = [each.replies[way][at] for each in members]
                tokens = statistics.fmean(reply.usage.output_tokens for reply in replies)
                if kind == "all":
                    lines[way].append(point(tokens, bootstrap.mean(values)))
                rows.append(
                    (
                        way, kind, LEVELS[level].name, len(members), bootstrap.mean(values),
                        bootstrap.mean([float(value == 1.0) for value in values]),
                        None if way == WAYS[0] else bootstrap.difference(values, raws[at]), round(tokens, 1),
                        round(statistics.fmean(reply.usage.input_tokens for reply in replies), 1),
                    )
                )  # fmt: skip
        values = [each.score(ROUTER, 0) for each in members]
        best = max(raws.values(), key=statistics.fmean)
        rows.append(
            (
                ROUTER, kind, None, len(members), bootstrap.mean(values),
                bootstrap.mean([float(value == 1.0) for value in values]), bootstrap.difference(values, best), 0, 0,
            )
        )  # fmt: skip
        if kind == "all":
            lines[ROUTER].append(point(0.0, bootstrap.mean(values)))
    note = (
        "Scores are F1 over names for callers and raises, right or wrong for the others. The router's difference is to"
        " the best level of the raw file. Callers and exceptions are those that were observed: a lower bound."
    )
    sleep_tokens = statistics.fmean(each.sleep_tokens for each in asked)
    slept = (len(asked), sum(each.enriched for each in asked), round(sleep_tokens, 1))
    tables = (
        Table("Questions about functions", COLUMNS, tuple(rows), note),
        Table("Asleep", ("questions", "with a c′ that is not empty", "sleep output tokens a function"), (slept,)),
        _unaided(world),
    )
    series = tuple(Series(way, tuple(points)) for way, points in lines.items())
    return Finding(8, TITLE, tables, (Plot("8-code", "All kinds", "question-time output tokens", "score", series),))


@cache
def _analysed(root: Path, recording: Path) -> tuple[Deep, dict[str, Any]]:
    """A package analysed, and what was recorded of it; once for the estimate and the run."""
    return Deep(root), json.loads(gzip.decompress(recording.read_bytes()))


@cache
def _opened(root: Path, recording: Path, each: int, most: int) -> tuple[Deep, frozenset[str], list[CodeQuestion]]:
    """A package, the names that an answer can have, and what is asked, with the router's answers to the most asked."""
    deep, truth = _analysed(root, recording)
    return deep, vocabulary(deep, truth), [
        msgspec.structs.replace(question, routed=_routed(root, recording, max(each, most))[question.question])
        for question in questions(deep, root, truth, each)
    ]  # fmt: skip


@cache
def _routed(root: Path, recording: Path, each: int) -> dict[str, str]:
    """Question → what the router answers."""
    deep, truth = _analysed(root, recording)
    asked = questions(deep, root, truth, each)
    return dict(zip((question.question for question in asked), ask_router(root, asked), strict=True))


def _unaided(world: World) -> Table:
    """What the router says to many more questions, since that costs nothing, beside what the records hold."""
    found: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    most = world.limits.router_questions
    for package in world.packages:
        _, known, chosen = _opened(package.root, package.recording, most, most)
        for question in chosen:
            routed, prepared = (score(question, said, known) for said in (question.routed, question.prepared))
            for kind in ("all", question.kind):
                found[kind].append((routed, prepared, UNKNOWN in question.routed))
    rows = tuple(
        (
            kind,
            len(found[kind]),
            bootstrap.mean([routed for routed, _, _ in found[kind]]),
            bootstrap.mean([float(routed == 1.0) for routed, _, _ in found[kind]]),
            sum(unknown for _, _, unknown in found[kind]),
            bootstrap.mean([prepared for _, prepared, _ in found[kind]]),
        )
        for kind in ("all", *KINDS)
        if found[kind]
    )
    columns = ("kind", "questions", "router", "router wholly right", "router says not known", "records")
    return Table(f"{ROUTER}, at most {world.limits.router_questions} questions a kind and package", columns, rows)


async def _package(world: World, root: Path, recording: Path) -> list[Asked]:
    deep, known, chosen = _opened(root, recording, world.limits.code_questions, world.limits.router_questions)
    found = []
    for question in chosen:
        record = deep.record(question.path, question.name)
        if record is not None:
            found.append(await _asked(world, deep, record, question, known))
    return found


async def _asked(world: World, deep: Deep, record: Record, question: CodeQuestion, known: frozenset[str]) -> Asked:
    material = collect(deep, record)
    context = build(material, world.limits.code_context_tokens)
    limited = msgspec.structs.replace(world.sleep, context_tokens_max=world.limits.code_context_tokens)
    asleep = await world.sleeper.material(material, CODE, limited)
    whole = context_text(context)
    read = {
        "raw file": raw(deep.sources[record.path], record, world.limits.code_context_tokens),
        "c": whole,
        "c′": f"Notes about `{record.name}` in {record.path}:\n{asleep.notes}" if asleep.notes else whole,
    }
    levels = [LEVELS[at] for at in world.limits.code_levels]
    replies = {
        way: [await ask(world.model, text, question.question, level) for level in levels] for way, text in read.items()
    }
    return Asked(question, known, replies, bool(asleep.notes), asleep.output_tokens)


def collect(deep: Deep, record: Record) -> Material:
    """What the product would think about: the sources and facts that a context can use, and what analysis answers."""
    sources, facts = {}, {}
    for path in neighbour_paths(record):
        source, language = deep.source(path), for_path(path)
        if source is not None and language is not None:
            sources[path], facts[path] = source, language.facts(source)
    answers = [answer for answer in catalogue.for_record(record, neighbours=deep) if answer.weight > 0]
    return Material(record, sources, facts, answers)


def raw(source: bytes, record: Record, tokens_max: int) -> str:
    """The file that defines a function: all of it, or as many lines around the definition as the budget holds."""
    lines = Lines(source)
    low = high = lines.line_of(record.start)
    last = len(lines.starts) - 1
    spent = 0

    def size(line: int) -> int:
        begin, end = lines.span_of_line(line)
        return tokens_estimate(source[begin:end].decode("utf-8", "replace")) + 2

    # What follows the head is the function itself: three lines down for one up.
    while spent < tokens_max and (low > 0 or high < last):
        steps = [*range(high + 1, min(last, high + 3) + 1), *([low - 1] if low > 0 else [])]
        spent += sum(size(line) for line in steps)
        low, high = max(0, low - 1), min(last, high + 3)
    text = source[lines.starts[low] : lines.span_of_line(high)[1]].decode("utf-8", "replace")
    return f"From {record.path}:\n{text}"
