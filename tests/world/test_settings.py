"""The user's settings count; a workspace can only lower them; nothing wrong in a file is more than a named problem."""

from __future__ import annotations

from pathlib import Path

import msgspec

from lsp_server.settings import AnalysisSettings, QuestionSettings, Settings, load, lowered_by

FILE = """
[analysis]
workers_max = 3
exclude = ["third_party/"]
[questions]
muted = ["history"]
[sleep]
drafts = 4
[model]
base_url = "http://localhost:11434/v1"
name = "small"
"""


def check(tmp_path: Path, text: str, environment: dict[str, str], expected: Settings, problems: list[str]) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    found, said = load(file, environment)
    assert found == expected
    assert [line.replace(str(file), "F") for line in said] == problems


def test_no_file_means_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml", {}) == (Settings(), [])


def test_file_and_environment(tmp_path: Path) -> None:
    found, problems = load(_written(tmp_path, FILE), {})
    assert problems == []
    assert found.analysis == AnalysisSettings(workers_max=3, exclude=("third_party/",))
    assert found.questions == QuestionSettings(("history",))
    assert (found.sleep.drafts, found.model.name) == (4, "small")
    environment = {
        "FORETHOUGHT_ANALYSIS_WORKERS_MAX": "1",
        "FORETHOUGHT_ANALYSIS_EXCLUDE": "a/, b/",
        "FORETHOUGHT_ANALYSIS_DEEP": "false",
        "FORETHOUGHT_MODEL_NAME": "7",
        "FORETHOUGHT_CACHE_DIR": "/elsewhere",
    }
    found, problems = load(_written(tmp_path, FILE), environment)
    assert problems == []
    assert found.analysis == AnalysisSettings(workers_max=1, exclude=("a/", "b/"), deep=False)
    assert found.model.name == "7"


def test_what_is_wrong_is_named_and_the_rest_counts(tmp_path: Path) -> None:
    check(
        tmp_path,
        "[analysis]\nworkers_max = 'many'\nidle_ms = 9\ncolour = 1\n[nonsense]\n",
        {},
        Settings(analysis=AnalysisSettings(idle_ms=9)),
        [
            "F: there is no section [nonsense]",
            "F [analysis] workers_max: Expected `int`, got `str` - at `$.workers_max`",
            "F [analysis] colour: Object contains unknown field `colour`",
        ],
    )
    _, problems = load(_written(tmp_path, "[analysis"), {})
    assert len(problems) == 1


def test_a_workspace_can_only_lower() -> None:
    own = Settings(analysis=AnalysisSettings(workers_max=4, exclude=("a/",)))
    asked = {
        "analysis": {"workers_max": 64, "idle_ms": 1, "index_bytes_max": 5, "exclude": ["b/"], "deep": True, "bad": 1},
        "questions": {"muted": ["history"]},
        "sleep": {"tokens_per_day_max": 10**9, "drafts": 1},
        "model": {"base_url": "https://evil.example/v1", "name": "evil"},
    }
    found = lowered_by(own, asked)
    assert found.analysis == msgspec.structs.replace(own.analysis, index_bytes_max=5, exclude=("a/", "b/"))
    assert found.questions.muted == ("history",)
    assert (found.sleep.drafts, found.sleep.tokens_per_day_max) == (1, own.sleep.tokens_per_day_max)
    assert found.model == own.model


def test_a_workspace_that_says_nonsense_changes_nothing() -> None:
    assert lowered_by(Settings(), {"analysis": 3}) == Settings()
    assert lowered_by(Settings(), {"analysis": {"workers_max": "x", "exclude": 5}}) == Settings()


def _written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file
