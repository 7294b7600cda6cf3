"""The user's settings: a TOML file in the platform's own folder, and `FORETHOUGHT_<SECTION>_<NAME>` variables.

Architecture invariant: a workspace and an editor's configuration can only lower budgets, exclude files and mute
questions (`lowered_by`). Where code is sent, and with which key, comes from here alone. What is wrong in the file is
a problem with a name, never an exception: everything else in it still counts.

    [analysis]
    workers_max = 4
    exclude = ["third_party/"]
    [sleep]
    enabled = false
    [questions]
    muted = ["history"]
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from lsp_server.model_settings import ModelSettings, SleepSettings
from lsp_server.model_settings import lowered as lowered_sleep

_T = TypeVar("_T")

_PREFIX = "FORETHOUGHT_"
_SETTINGS_BYTES_MAX = 1024 * 1024


class AnalysisSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is read, and what reading may cost."""

    workers_max: int = 8
    """Parse workers of a cold start; never more than the machine has cores."""
    idle_ms: int = 400
    """How long the user must have done nothing before deep analysis goes on."""
    deep: bool = True
    """Whether to go beyond facts and links."""
    deep_memory_bytes_max: int = 1_500_000_000
    """What the sleeper may hold in memory; a repository whose deep analysis needs more is answered from names."""
    niceness: int = 10
    """How politely the sleeper competes for the processor: 0 as any program, 19 only when nothing else runs."""
    file_bytes_max: int = 8 * 1024 * 1024
    files_max: int = 100_000
    index_bytes_max: int = 2 * 1024 * 1024 * 1024
    """The index's ceiling; beyond it what the current files do not need goes first."""
    watch: bool = True
    """Whether to listen for changes of files; without, files are compared from time to time."""
    reconcile_s: float = 15.0
    """How often the files are compared with the disk where events cannot be trusted."""
    exclude: tuple[str, ...] = ()
    """Patterns as in `.gitignore`, relative to each repository's root."""


class QuestionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers a hover offers."""

    muted: tuple[str, ...] = ()
    """Kinds and families of questions that are not offered."""
    lenses: bool = False
    """Whether each function shows its likeliest answer above it."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the user can choose."""

    analysis: AnalysisSettings = AnalysisSettings()
    questions: QuestionSettings = QuestionSettings()
    sleep: SleepSettings = SleepSettings()
    model: ModelSettings = ModelSettings()


class WorkspaceSettings(msgspec.Struct, frozen=True):
    """What a workspace or an LSP configuration may ask for. Other names in it are ignored on purpose."""

    analysis: dict[str, Any] = {}
    questions: dict[str, Any] = {}
    sleep: dict[str, Any] = {}


def load(file: Path, environment: Mapping[str, str] = os.environ) -> tuple[Settings, list[str]]:
    """The settings, and what is wrong with them in one line each. A missing file is no problem."""
    problems: list[str] = []
    sections = _read(file, problems)
    found = {name: dict(value) for name, value in sections.items() if isinstance(value, dict)}
    _take_environment(found, environment)
    known = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    problems += [f"{file}: there is no section [{name}]" for name in sections if name not in known]
    values = {
        name: _section(kind, found[name], f"{file} [{name}]", problems) for name, kind in known.items() if name in found
    }
    return Settings(**values), problems


def lowered_by(own: Settings, asked: Mapping[str, Any]) -> Settings:
    """`own` with what a workspace or an LSP configuration may change: smaller budgets, more exclusions, muted kinds.

    Values of the wrong type are ignored; nothing about the model is looked at.
    """
    try:
        wanted = msgspec.convert(dict(asked), WorkspaceSettings)
    except msgspec.ValidationError:
        return own
    ignored: list[str] = []
    analysis = _section(AnalysisSettings, _over(own.analysis, wanted.analysis), "", ignored)
    questions = _section(QuestionSettings, _over(own.questions, wanted.questions), "", ignored)
    sleep = _section(SleepSettings, _over(own.sleep, wanted.sleep), "", ignored)
    return Settings(
        analysis=AnalysisSettings(
            workers_max=min(own.analysis.workers_max, analysis.workers_max),
            idle_ms=max(own.analysis.idle_ms, analysis.idle_ms),
            deep=own.analysis.deep and analysis.deep,
            deep_memory_bytes_max=min(own.analysis.deep_memory_bytes_max, analysis.deep_memory_bytes_max),
            niceness=max(own.analysis.niceness, analysis.niceness),
            file_bytes_max=min(own.analysis.file_bytes_max, analysis.file_bytes_max),
            files_max=min(own.analysis.files_max, analysis.files_max),
            index_bytes_max=min(own.analysis.index_bytes_max, analysis.index_bytes_max),
            watch=own.analysis.watch and analysis.watch,
            reconcile_s=max(own.analysis.reconcile_s, analysis.reconcile_s),
            exclude=_union(own.analysis.exclude, analysis.exclude),
        ),
        # A lens shows more and sends nothing: whoever asks for it may have it.
        questions=QuestionSettings(_union(own.questions.muted, questions.muted), questions.lenses),
        sleep=lowered_sleep(own.sleep, sleep),
        model=own.model,
    )


def _read(file: Path, problems: list[str]) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            data = opened.read(_SETTINGS_BYTES_MAX + 1)
        if len(data) > _SETTINGS_BYTES_MAX:
            raise ValueError("the file is too large")
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        problems.append(f"{file}: {error}")
        return {}


def _take_environment(sections: dict[str, dict[str, Any]], environment: Mapping[str, str]) -> None:
    """Variables win over the file: they are set for one run. Lists are separated by commas."""
    for field in msgspec.structs.fields(Settings):
        for inner in msgspec.structs.fields(field.type):
            value = environment.get(f"{_PREFIX}{field.name}_{inner.name}".upper())
            if value is not None:
                is_list = str(inner.type).startswith("tuple")
                parsed = tuple(part.strip() for part in value.split(",") if part.strip()) if is_list else value
                sections.setdefault(field.name, {})[inner.name] = parsed


def _section(kind: type[_T], values: Mapping[str, Any], where: str, problems: list[str]) -> _T:
    """A section with every value that is right; each wrong one is named and its default kept."""
    good: dict[str, Any] = {}
    for name, value in values.items():
        try:
            msgspec.convert({name: value}, kind, strict=not isinstance(value, str))
            good[name] = value
        except msgspec.ValidationError as error:
            problems.append(f"{where} {name}: {error}")
    return msgspec.convert(good, kind, strict=False)


def _over(own: msgspec.Struct, asked: Mapping[str, Any]) -> dict[str, Any]:
    return {**msgspec.structs.asdict(own), **asked}


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
