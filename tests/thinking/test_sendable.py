"""What is kept back is kept back, also where the rules cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_server.endpoint import check_endpoint, host_of, notice_due
from lsp_server.ledger import Ledger
from lsp_server.model import ModelError
from lsp_server.model_settings import ModelSettings, SleepSettings, lowered
from lsp_server.sendable import IGNORE_FILE, Sendable
from lsp_server.store import Journal
from tests.thinking.scripted_model import ScriptedModel
from tests.thinking.virtual_time import run


def test_ignored_files_are_not_sent_and_rules_are_read_again(tmp_path: Path):
    rules = Sendable(tmp_path, ["*.key.py"])
    assert rules.may_send("private/a.py")
    (tmp_path / IGNORE_FILE).write_text("private/\n!my.key.py\n")
    assert not rules.may_send("private/a.py")
    assert not rules.may_send("my.key.py")
    assert rules.may_send("public/a.py")
    (tmp_path / IGNORE_FILE).write_text("public/  # longer than before\npublic/\n")
    assert not rules.may_send("public/a.py")
    (tmp_path / IGNORE_FILE).unlink()
    assert rules.may_send("public/a.py")


def test_a_folder_keeps_its_own_back(tmp_path: Path):
    (tmp_path / "app/deep").mkdir(parents=True)
    (tmp_path / IGNORE_FILE).write_text("*.pem.py\n")
    (tmp_path / "app" / IGNORE_FILE).write_text("/keys.py\nsecret*/\n!deep/x.pem.py\n")
    rules = Sendable(tmp_path)
    assert not rules.may_send("app/keys.py")
    assert rules.may_send("keys.py")
    assert rules.may_send("app/deep/keys.py"), "a leading slash means that folder alone"
    assert not rules.may_send("app/deep/secrets/a.py")
    assert rules.may_send("secrets/a.py")
    assert not rules.may_send("app/deep/x.pem.py"), "what one file keeps back, no other gives away"
    (tmp_path / "app" / IGNORE_FILE).write_bytes(b"\xff\xfe")
    assert not rules.may_send("app/a.py")
    assert rules.may_send("b.py")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs something that cannot be read as text")
def test_rules_that_cannot_be_read_forbid(tmp_path: Path):
    (tmp_path / IGNORE_FILE).write_bytes(b"\xff\xfe\x00\xd8")
    assert not Sendable(tmp_path).may_send("a.py")


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:11434/v1", True),
        ("http://127.0.0.1:8080/v1", True),
        ("http://[::1]:8080/v1", True),
        ("https://api.openai.com/v1", False),
        ("http://localhost.evil.example/v1", False),
        ("http://localhost@evil.example/v1", False),
        ("http://10.0.0.5/v1", False),
    ],
)
def test_the_notice_comes_once_and_only_where_code_leaves_the_machine(tmp_path, url, local):
    settings = ModelSettings(url, "m")
    ledger = Ledger(Journal.open(tmp_path / "journal.sqlite3"))
    assert settings.local is local
    notice = notice_due(settings, ledger)
    assert bool(notice) is not local
    if notice:
        assert host_of(settings) in notice
        ledger.keep_notice(host_of(settings))
        assert notice_due(settings, ledger) == ""


def test_the_check_sends_one_tiny_request(tmp_path):
    ledger = Ledger(Journal.open(tmp_path / "journal.sqlite3"))
    model = ScriptedModel(lambda prompt: "ready")
    report = run(check_endpoint(model, ledger, ModelSettings("http://localhost/v1", "scripted"), SleepSettings()))
    assert report.problem == ""
    assert "effective context: 16384 tokens" in report.lines
    assert [prompt.user for prompt in model.prompts] == ["Say: ready"]
    gone = ScriptedModel(lambda prompt: ModelError("unreachable", "no route"))
    report = run(check_endpoint(gone, ledger, ModelSettings("http://localhost/v1", "scripted"), SleepSettings()))
    assert report.problem == "unreachable: no route"


def test_a_workspace_only_lowers():
    own = SleepSettings(tokens_per_day_max=1_000, exclude=("a",))
    asked = SleepSettings(tokens_per_day_max=10**9, idle_seconds=1.0, drafts=10, on_battery=True, exclude=("b",))
    result = lowered(own, asked)
    assert result.tokens_per_day_max == 1_000
    assert result.idle_seconds == own.idle_seconds
    assert (result.drafts, result.on_battery, result.exclude) == (own.drafts, False, ("a", "b"))
