"""The predictor: what happened in, what is likely next and why out."""

from __future__ import annotations

import random

import pytest

from analyzers import activity, anticipation, languages
from analyzers.activity import Activity, Candidate, Happening, Key
from analyzers.anticipation import Predictor, Signals
from analyzers.evidence.history import Change, Commit, FileHistory, SymbolHistory

DAY_S = 86_400


def commit(*touched: Key, fix: bool = False, when_s: int = 0, author: str = "Ann", **more: object) -> Happening:
    paths = {path for path, _ in touched}
    return Happening(when_s, fix, dict.fromkeys(touched, 5), paths, author=author, **more)  # type: ignore[arg-type]


def features(past: Activity, *candidates: Candidate, **more: object) -> list[dict[str, float]]:
    rows = past.features(candidates, **more)  # type: ignore[arg-type]
    return [dict(zip(activity.NAMES, row, strict=True)) for row in rows]


F, G, H = ("a.py", "f"), ("a.py", "g"), ("b.py", "h")
CANDIDATES = (Candidate("a.py", "f", 10), Candidate("a.py", "g", 10), Candidate("b.py", "h", 10))


def ranking(past: Activity, *candidates: Candidate) -> list[str]:
    rows = [anticipation.row(row) for row in past.features(candidates)]
    return [candidates[number].symbol for number in anticipation.best(Predictor().scores(rows), len(candidates))]


@pytest.mark.parametrize(
    ("happenings", "expected"),
    [
        pytest.param([commit(F)], ["f", "g", "h"], id="the latest, then its file"),
        pytest.param(
            [commit(H), commit(F), *[commit(("c.py", "x"))] * 40, commit(H)], ["h", "f", "g"], id="work moves on"
        ),
        pytest.param([commit(F, H), commit(H), commit(H), commit(("c.py", "x"))], ["h", "f", "g"], id="often"),
    ],
)
def test_the_prior_ranks(happenings: list[Happening], expected: list[str]) -> None:
    past = Activity()
    for each in happenings:
        past.observe(each)
    assert ranking(past, *CANDIDATES) == expected


def test_long_functions_come_first_where_nothing_happened() -> None:
    assert ranking(Activity(), Candidate("a.py", "short", 3), Candidate("a.py", "long", 90, 20)) == ["long", "short"]


def test_a_count_fades_with_commits() -> None:
    past = Activity()
    past.observe(commit(F))
    fresh = features(past, CANDIDATES[0])[0]
    for _ in range(30):
        past.observe(commit(H))
    faded = features(past, CANDIDATES[0])[0]
    assert fresh["changed_6"] > faded["changed_6"]
    assert faded["changed_6"] < 0.1 < faded["changed_1000"]


def test_a_moved_function_keeps_its_past() -> None:
    past = Activity()
    past.observe(commit(F, fix=True))
    past.observe(commit(("b.py", "f"), moved={F: ("b.py", "f")}))
    moved, stayed = features(past, Candidate("b.py", "f", 10), Candidate("a.py", "f", 10))
    assert moved["fixed_1000"] > 0 == stayed["fixed_1000"]
    assert past.recency(("b.py", "f")) == (1, 2)


def test_what_is_at_work() -> None:
    past = Activity()
    past.observe(commit(F, author="Ann"))
    past.observe(commit(H, author="Bob", mentioned={"g"}))
    f, g, h = features(past, *CANDIDATES, line=[0], author="Ann")
    assert f["line"] > 0 == h["line"]
    assert f["own"] > 0 == h["own"]
    assert g["own_file"] > 0 == h["own_file"]
    assert g["mentioned"] > 0
    assert g["adjacent"] > 0


def test_what_changes_together() -> None:
    past = Activity()
    for _ in range(3):
        past.observe(commit(F, H))
    past.observe(commit(F))
    _, g, h = features(past, *CANDIDATES)
    assert h["together"] > 0 == g["together"]


def test_a_commit_that_touches_everything_says_little() -> None:
    past = Activity()
    past.observe(commit(*(("a.py", f"f{number}") for number in range(activity.CROWD_MAX + 1)), mentioned={"g"}))
    assert features(past, Candidate("a.py", "g", 3))[0]["mentioned"] == 0


def test_learning_moves_towards_what_is_asked_and_stays_bounded() -> None:
    generator = random.Random(0)
    predictor = Predictor()
    column = anticipation.NUMBER["raises"]
    before = predictor.weights[column]
    for _ in range(300):
        rows = [[generator.random() for _ in anticipation.FEATURES] for _ in range(20)]
        meant = max(range(20), key=lambda number: rows[number][column])
        predictor.learn(rows, [meant])
    assert before + 0.1 < predictor.weights[column] <= before + anticipation.DRIFT_MAX
    assert anticipation.decode(anticipation.encode(predictor.learned())) == predictor.learned()
    again = Predictor(predictor.learned())
    assert again.weights == pytest.approx(predictor.weights)


def test_learning_survives_anything() -> None:
    predictor = Predictor()
    weights = list(predictor.weights)
    predictor.learn([], [])
    predictor.learn([[0.0] * len(weights)], [0])
    predictor.learn([[0.0] * len(weights)] * 3, [])
    assert predictor.weights == weights


def test_why_adds_up_to_the_difference() -> None:
    past = Activity()
    past.observe(commit(F, fix=True))
    rows = [anticipation.row(row) for row in past.features(CANDIDATES)]
    rows[0] = anticipation.row(rows[0][: len(activity.NAMES)], Signals(failing_test=1.0))
    predictor = Predictor()
    usual = anticipation.usual(rows)
    why = predictor.why(rows[0], usual)
    assert why[0][0].name == "failing_test"
    assert why[0][0].reason
    scores = predictor.scores([rows[0], usual])
    assert sum(part for _, part in why) == pytest.approx(scores[0] - scores[1], abs=0.3)


def test_kinds_that_are_asked_count_more_and_never_all() -> None:
    priors = {"changed": 0.2, "raises": 0.6, "dead": 0.2}
    assert anticipation.preference("changed", priors, {}) == 1.0
    some = {"changed": 5.0, "raises": 5.0}
    assert 1.0 < anticipation.preference("changed", priors, some) < 2.0
    assert 0.5 < anticipation.preference("dead", priors, some) < 1.0
    assert anticipation.preference("changed", priors, {"changed": 10_000.0}) == 2.0
    assert anticipation.preference("dead", priors, {"changed": 10_000.0}) == 0.5
    assert anticipation.preference("unheard of", priors, some) == 1.0


def test_what_is_so_at_an_anchor_raises_its_kinds() -> None:
    factors = (("failing_test", 3.0), ("recent_edit", 2.0))
    assert anticipation.raised(factors, {}) == 1.0
    assert anticipation.raised(factors, {"failing_test": 1.0}) == 3.0
    assert anticipation.raised(factors, {"failing_test": 0.5, "recent_edit": 7.0}) == 4.0


def test_strengths_have_the_names_that_kinds_use() -> None:
    row = anticipation.row(next(Activity().features(CANDIDATES)), Signals(frame=0.5))
    strengths = anticipation.strengths(row)
    assert strengths["frame"] == 0.5
    from analyzers.questions import catalogue

    used = {name for kind in catalogue.CATALOGUE for name, _ in kind.features}
    assert used <= set(strengths)


def test_stored_histories_add_up_to_the_same_past() -> None:
    commits = (Commit("c2", "Ann", 2 * DAY_S, "Fix f"), Commit("c1", "Ann", DAY_S, "Begin"))
    own = SymbolHistory("f", (Change(0, 1, 1), Change(1, 5, 0)), 2, 1, 1)
    whole = SymbolHistory("", (Change(0, 1, 1), Change(1, 5, 0)), 2, 1, 1)
    histories = [
        FileHistory("a.py", "c2", commits, (whole, own)),
        FileHistory("tests/test_a.py", "c2", commits, (own,)),
    ]
    past, numbers = activity.from_histories(histories, languages.LANGUAGES[0].is_test_path)
    assert numbers == {"c1": 0, "c2": 1}
    assert past.now == 2
    assert past.recency(("a.py", "f")) == (1, 2)
    assert features(past, CANDIDATES[0])[0]["fixed_20"] > 0
    assert past.recency(("tests/test_a.py", "f")) == (-5000, 0)


def test_functions_and_what_their_source_says() -> None:
    facts = languages.LANGUAGES[0].facts(
        b"@d\ndef f(a):\n    if a:\n        raise E(a)\n    return g(a)\n\n\nclass A:\n    x = 1\n"
    )
    (function,) = activity.functions_in("a.py", facts)
    assert (function.start, function.end) == (0, 5)
    assert (
        function.candidate == Candidate("a.py", "f", 5, 2, 1, 1, 1, frozenset({"g", "E"}), 1)
        or function.candidate.calls == 3
    )
