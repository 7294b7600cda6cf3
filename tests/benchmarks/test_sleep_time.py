"""The sleep-time experiments with a scripted model: what is asked, what is counted and kept, and what is right."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analyzers.thinking.tokens import tokens_estimate
from benchmarks.sleep_time import bootstrap, plots, report
from benchmarks.sleep_time.code_questions import CodeQuestion, score
from benchmarks.sleep_time.estimate import Counter
from benchmarks.sleep_time.experiments import EXPERIMENTS, code
from benchmarks.sleep_time.experiments.sampling import pass_at
from benchmarks.sleep_time.findings import Finding
from benchmarks.sleep_time.problems import Problem, ProblemSet, joined, load, spread
from benchmarks.sleep_time.questions import ARMS, LEVELS, block
from benchmarks.sleep_time.recording import Recorder
from benchmarks.sleep_time.scoring import final_answer, is_number, is_text, names_f1, numbers, recalled, yes_or_no
from benchmarks.sleep_time.texts import TEXTS, Asleep, Sleeper
from benchmarks.sleep_time.world import Limits, Package, World
from lsp_server.model import ModelError, Prompt, Usage, complete
from lsp_server.model_settings import ModelSettings, Price, SleepSettings
from tests.fixture import fixture
from tests.thinking.scripted_model import ScriptedModel

STORY = "Ada has 12 apples and eats half of them. She buys 4 bags with 5 apples each."
PROBLEM = Problem("gsm-0-0", "gsm-0", STORY, "How many apples has Ada now?", "26", ("6", "20", "26"))
SETTINGS = ModelSettings("http://localhost/v1", "scripted")
SLEEP = SleepSettings(drafts=2, concurrency=1, reply_tokens_max=200)


def claim(text: str, quote: str) -> dict[str, str]:
    return {"about": "values", "text": text, "span": "S1", "quote": quote}


HALF = claim("Half of the 12 apples are eaten, so 12 / 2 = 6 are left.", "12 apples and eats half of them")
BAGS = claim("The 4 bags hold 4 * 5 = 20 apples together.", "4 bags with 5 apples each")
INVENTED = claim("The 3 pears weigh 99 grams when taken together.", "3 pears of 33 grams")


def script(prompt: Prompt) -> str:
    """Knows the sum only where both parts were noted, and quotes a text that is not there once."""
    if prompt.schema is not None:
        return json.dumps({"claims": [HALF, BAGS, INVENTED]})
    return "6 + 20 = 26\nAnswer: 26" if "= 20" in prompt.user else "I think\nAnswer: 24"


def recorder(path: Path, say: Callable[[Prompt], Any] = script) -> Recorder:
    return Recorder(ScriptedModel(say), path / "calls.jsonl")


def world(model: Recorder, problems: tuple[Problem, ...] = (PROBLEM,), **given: Any) -> World:
    limits = Limits(small=2, samples=2, draft_counts=(1, 2), shared_contexts=1, questions_each=(1, 2))
    sets = [ProblemSet("stories", problems)]
    return World(model, SETTINGS, SLEEP, sets, limits=limits, price=Price(1.0, 0.5, 4.0), **given)


def run(number: int, given: World) -> Finding:
    return asyncio.run(_run(number, given))


async def _run(number: int, given: World) -> Finding:
    return await EXPERIMENTS[number][1](given)


@pytest.mark.parametrize(
    ("reply", "gold", "numeric", "textual"),
    [
        ("so it is\nAnswer: 26", "26", True, True),
        ("Answer: 26.00", "26", True, False),
        ("Answer: $1,200 in all", "1200", True, False),
        ("**Answer:** 32.5%", "32.5", True, False),
        ("The answer is 7/2", "3.5", True, False),
        ("#### 50.0", "50.0", True, True),
        (r"\boxed{204}", "204", True, True),
        ("Answer: 12 of 26", "26", False, False),
        ("first 26, then 30", "26", False, False),
        ("first 30, then 26", "26", True, False),
        ("Answer: 5\nno wait\nAnswer: 26", "26", True, True),
        ("Answer: -26", "26", False, False),
        ("", "26", False, False),
        ("Answer:", "26", False, False),
        ("1" * 500, "26", False, False),
    ],
)
def test_answers_are_right_by_number_and_by_text(reply, gold, numeric, textual):
    assert (is_number(reply, gold), is_text(reply, gold)) == (numeric, textual)


def test_numbers_are_read_as_people_write_them():
    assert [str(each) for each in numbers("1,250 and 3.5 or .5, 3/4, v2 and 10-4")] == ["1250", "7/2", "1/2", "3/4", "10", "4"]  # fmt: skip  # noqa: E501


def test_recall_counts_values_not_spellings():
    assert recalled("12 / 2 = 6.0 apples", ["6", "20"]) == 0.5
    assert recalled("nothing", []) == 0.0


def test_names_are_scored_by_f1_over_what_is_known():
    known = {"load", "dump", "parse"}
    assert names_f1("Answer: pkg.load(), dump and whatever", ["load"], known) == pytest.approx(2 / 3)
    assert names_f1("It calls parse.\nAnswer: load", ["load"], known) == 1.0
    assert names_f1("Answer: nobody", ["load"], known) == 0.0
    assert [yes_or_no(text) for text in ("Answer: Yes.", "No, never", "perhaps")] == [True, False, None]
    assert final_answer("just this") == "just this"


def test_an_interval_holds_the_mean_and_narrows_with_more():
    few, many = bootstrap.mean([0.0, 1.0] * 4), bootstrap.mean([0.0, 1.0] * 100)
    assert few.low < few.mean == 0.5 < few.high
    assert many.high - many.low < few.high - few.low
    assert bootstrap.difference([1.0] * 9, [0.0] * 9).excludes_zero()
    assert not bootstrap.difference([0.0, 1.0], [1.0, 0.0]).excludes_zero()
    assert bootstrap.mean([]).count == 0
    assert bootstrap.apart([1.0, 1.0], [0.0, 0.0]).excludes_zero()


def test_damaged_splits_are_kept_apart_and_empty_contexts_left_out(tmp_path):
    gsm, aime = tmp_path / "stateful_gsm_symbolic", tmp_path / "stateful_aime"
    gsm.mkdir()
    aime.mkdir()
    rows = [
        {"template": template, "instance": instance, "context": "c", "question": "q", "answer": "1",
         "intermediate_values": ["1"], "split_flags": ["decimal_broken"] if template == 2 else []}
        for template in range(3) for instance in range(10)
    ]  # fmt: skip
    (gsm / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    row = {"year": 2024, "idx": 0, "stateful_aime_context": "", "stateful_aime_question": "q", "answer": 1}
    (aime / "a.jsonl").write_text(json.dumps({**row, "flags": ["empty_context"]}))
    sound, damaged = load(tmp_path, 10, 10)
    assert [problem.id for problem in sound.problems[:3]] == ["gsm-0-0", "gsm-1-0", "gsm-0-1"]
    assert [problem.group for problem in damaged.problems] == ["gsm-2"]
    (gsm / "b.jsonl").write_text("{")
    with pytest.raises(ValueError, match=r"b\.jsonl:1"):
        load(tmp_path, 1, 1)


def test_questions_share_a_joined_context():
    problems = [msgspec.structs.replace(PROBLEM, group=f"gsm-{n}", context=f"story of {n}") for n in range(5)]
    first, second = joined(problems, 2, 2)
    assert first[0].context == first[1].context == "Story 1. story of 0\n\nStory 2. story of 1"
    assert first[1].question.startswith("About story 2: ")
    assert second[0].context != first[0].context
    assert [problem.context for problem in spread(problems, 2)] == ["story of 0", "story of 1"]


def test_a_call_is_paid_for_once(tmp_path):
    model = ScriptedModel(lambda prompt: f"reply {len(prompt.user)}")
    prompt = Prompt("s", "ask", 10)
    first = asyncio.run(complete(Recorder(model, tmp_path / "calls.jsonl"), prompt))
    (tmp_path / "calls.jsonl").write_text((tmp_path / "calls.jsonl").read_text() + '{"digest": "cut off by a cra')
    heard: list[bool] = []
    again = Recorder(model, tmp_path / "calls.jsonl", hear=lambda call, paid: heard.append(paid))
    assert asyncio.run(complete(again, prompt)) == first
    assert (len(model.prompts), heard) == (1, [False])
    assert first.usage == Usage(tokens_estimate("sask"), tokens_estimate("reply 3"))
    # Another sample, another limit and another temperature are other calls.
    for other in (again.sampled(1), again):
        asyncio.run(complete(other, msgspec.structs.replace(prompt, reply_tokens_max=11 if other is again else 10)))
    assert len(model.prompts) == 3
    assert len(again.calls()) == 3


def test_a_call_that_failed_is_asked_again(tmp_path):
    replies = iter([ModelError("timeout", "slow"), "well"])
    model = recorder(tmp_path, lambda prompt: next(replies))
    with pytest.raises(ModelError):
        asyncio.run(complete(model, Prompt("s", "u", 5)))
    assert asyncio.run(complete(model, Prompt("s", "u", 5))).text == "well"


def test_texts_are_thought_about_by_the_products_code(tmp_path):
    model = recorder(tmp_path)
    asleep = asyncio.run(Sleeper(model, SETTINGS, SLEEP).text(STORY))
    assert asleep.notes.splitlines() == [
        f"- {HALF['text']} [story.txt:1]",
        f"- {BAGS['text']} [story.txt:1]",
    ]
    assert "99 grams" in asleep.unchecked
    assert asleep.dropped == {"quote not found": 2}
    assert (asleep.drafts, asleep.claims) == (2, 2)
    assert asleep.output_tokens > 0
    (scripted,) = {call.request["system"] for call in model.calls()}
    assert scripted == TEXTS.system


def test_where_c_prime_is_empty_c_is_read():
    nothing = Asleep("", "a guess", 1, 0, {}, 0, 0, 0)
    assert block(STORY, "c′", nothing) == block(STORY, "c + c′", nothing) == STORY
    assert block(STORY, "c′", msgspec.structs.replace(nothing, notes="n")).endswith("\nn")
    assert STORY in block(STORY, "c + unchecked", nothing)


def test_accuracy_tells_the_ways_of_reading_apart(tmp_path):
    finding = run(1, world(recorder(tmp_path)))
    table = finding.tables[0]
    assert len(table.rows) == len(ARMS) * len(LEVELS)
    accuracy = {(row[0], row[1]): row[3] for row in table.rows}
    assert {accuracy["c", level.name].mean for level in LEVELS} == {0.0}
    assert {accuracy["c + c′", level.name].mean for level in LEVELS} == {1.0}
    assert finding.tables[1].rows[0][-1] == "quote not found 2"
    assert "is right 1.000 of the time, that of `c` 0.000" in "\n".join(finding.said)


@pytest.mark.parametrize("number", [2, 3, 4, 6, 7])
def test_each_experiment_fills_its_tables(number, tmp_path):
    other = msgspec.structs.replace(PROBLEM, id="gsm-1-0", group="gsm-1", context=f"{STORY} It rains.")
    finding = run(number, world(recorder(tmp_path), (PROBLEM, other), pool=(PROBLEM, other)))
    assert finding.number == number
    for table in finding.tables:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_thinking_is_shared_between_the_questions_of_a_context(tmp_path):
    other = msgspec.structs.replace(PROBLEM, id="gsm-1-0", group="gsm-1")
    rows = run(3, world(recorder(tmp_path), (PROBLEM, other), pool=(PROBLEM, other))).tables[0].rows
    cost = {(row[0], row[1], row[2]): row[4] for row in rows}
    level = LEVELS[1].name
    asleep = [cost["c + c′", level, count] - cost["c", level, count] for count in (1, 2)]
    assert cost["c", level, 1] == cost["c", level, 2]
    assert asleep[1] < asleep[0]


def test_recall_leaves_out_what_the_context_states(tmp_path):
    rows = {row[1]: row for row in run(7, world(recorder(tmp_path))).tables[0].rows}
    assert rows["c itself"][4].mean == 0.0
    assert rows["c′"][4].mean == pytest.approx(2 / 3)
    assert rows["c′"][5].mean == 0.0


def test_predictability_needs_log_probabilities(tmp_path):
    assert run(5, world(recorder(tmp_path))).tables == ()
    problems = tuple(msgspec.structs.replace(PROBLEM, id=str(n), question=f"{'How ' * n}many?") for n in range(10))
    model = ScriptedModel(script)
    model.log_probabilities = lambda context, continuation: -float(len(continuation))
    finding = run(5, world(Recorder(model, tmp_path / "other.jsonl"), problems))
    rows = [row for row in finding.tables[0].rows if row[0] == "c + c′"]
    assert [row[2] for row in rows] == [2] * 5
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)
    assert "does not exclude zero" in finding.said[0]


def test_passing_with_more_samples_is_likelier():
    assert [round(pass_at(4, 1, k), 2) for k in (1, 2, 4)] == [0.25, 0.5, 1.0]
    assert pass_at(4, 0, 4) == 0.0


def test_the_estimate_counts_what_is_not_recorded(tmp_path):
    file = tmp_path / "calls.jsonl"

    def left() -> int:
        counter = Counter("scripted", 16_384)
        run(1, world(Recorder(counter, file, writes=False)))
        return counter.cost(0, Price(1.0, None, 4.0)).calls

    before = left()
    assert not file.exists()
    run(1, world(recorder(tmp_path)))
    assert before >= len(ARMS) * len(LEVELS)
    assert left() == 0
    cost = msgspec.structs.replace(Counter("scripted", 1).cost(3, Price()), calls=2, output_tokens_max=600)
    assert cost.sentence(10.0).endswith("at most 1 minutes at 10 tokens/s")


def test_reports_and_plots_are_written_and_the_same_every_time(tmp_path):
    pytest.importorskip("matplotlib")
    finding = run(1, world(recorder(tmp_path)))
    report.write(tmp_path, [finding], {"model": "scripted"})
    (file,) = plots.draw(tmp_path, [finding])
    before = file.read_bytes()
    plots.draw(tmp_path, [finding])
    assert file.read_bytes() == before
    parsed = json.loads((tmp_path / "results.json").read_text())
    assert parsed["1"]["about"] == {"model": "scripted"}
    other = run(7, world(recorder(tmp_path)))
    assert report.write(tmp_path, [other], {}) == [finding, other]
    assert "| c | 0 answer only | 1 | .00 [.00, .00] |" in (tmp_path / "tables.md").read_text()


PACKAGE = fixture("""
#- /src/jar/__init__.py
#- /src/jar/core.py
def double(value):
    if value is None:
        raise ValueError("nothing to double")
    return value * 2


def first(items):
    if not items:
        return None
    return double(items[0])
#- /tests/test_core.py
import shutil
from jar.core import double, first


def test_double():
    assert double(21) == 42
    assert first([2]) == 4
    shutil.rmtree("nothing")
""").files

NOTHING = {"callers": [], "escaped": [], "own_raise": [], "none": False, "value": True, "tests": []}
TRUTH = {
    "src/jar/core.py::double@1": {
        **NOTHING,
        "callers": [["src/jar/core.py::first@7", 10], ["tests/test_core.py::test_double@5", 6]],
        "escaped": [["ValueError", ["ValueError", "Exception", "BaseException", "object"]]],
    },
    "src/jar/core.py::first@7": {**NOTHING, "none": True},
}


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Package:
    root = tmp_path_factory.mktemp("jar")
    for name, data in PACKAGE.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "truth.json.gz").write_bytes(gzip.compress(json.dumps(TRUTH).encode()))
    return Package(root, root / "truth.json.gz")


def test_questions_about_code_have_checked_answers(package):
    _, known, asked = code._opened(package.root, package.recording, 8, 40)
    found = {(each.kind, each.name): (each.wanted, score(each, each.prepared, known)) for each in asked}
    assert found == {
        ("callers", "double"): (("first",), 1.0),
        ("raises", "double"): (("ValueError",), 1.0),
        ("none", "double"): (("no",), 1.0),
        ("none", "first"): (("yes",), 1.0),
        ("returns", "double"): (("42",), 0.0),
        ("returns", "first"): (("4",), 0.0),
    }


def test_code_is_read_raw_and_thought_about(package, tmp_path):
    def say(prompt: Prompt) -> str:
        noted = claim("A call of `double` raises when the value is missing.", 'raise ValueError("nothing to double")')
        if prompt.schema is not None:
            return json.dumps({"claims": [noted]})
        return "Answer: ValueError" if "is missing" in prompt.user else "Answer: no"

    finding = run(8, world(recorder(tmp_path, say), packages=[package]))
    scores = {(row[0], row[1]): row[4].mean for row in finding.tables[0].rows if row[2] in (None, LEVELS[0].name)}
    assert scores["c′", "raises"] == 1.0
    assert scores["raw file", "raises"] == 0.0
    assert scores["raw file", "none"] == 0.5
    assert scores[code.ROUTER, "callers"] == 1.0
    assert run(8, world(recorder(tmp_path, say))).said == (code.ABSENT,)


def test_values_are_compared_as_python_reads_them():
    asked = CodeQuestion("returns", "a.py", "f", "?", ("{'a': 1}",), "")
    replies = ('Answer: {"a": 1}', "Answer: {'a': True}", "Answer: __import__('os')", "")
    assert [score(asked, reply, frozenset()) for reply in replies] == [1.0, 1.0, 0.0, 0.0]
