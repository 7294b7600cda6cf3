"""Questions asked awake: what is sent, what of a reply is shown, and what it costs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lsp_server.asking_model import answer, prepare
from lsp_server.composing import Reply
from lsp_server.ledger import Ledger
from lsp_server.model import ModelError, Prompt
from lsp_server.model_settings import ModelSettings
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, Journal
from lsp_server.store.folders import journal_file
from lsp_server.threads import Turn
from lsp_server.view import View
from tests.fixture import fixture
from tests.thinking.scripted_model import Script, ScriptedModel
from tests.thinking.test_workspace_source import Shelf
from tests.thinking.virtual_time import run

SHOP = fixture(
    """
    #- /store.py
    def find(name, table):
        if name not in table:
            raise KeyError(name)
        return table.get(name)
    #- /orders.py
    from store import find

    def price(name, table):
        return find(name, table).price
    """
)
LOCAL = Settings(model=ModelSettings(base_url="http://localhost:1/v1", name="scripted"))
REMOTE = Settings(model=ModelSettings(base_url="https://models.example/v1", name="scripted"))
QUESTION = "what does find do when the name is absent?"


@pytest.fixture
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> View:
    monkeypatch.setenv("FORETHOUGHT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("FORETHOUGHT_CACHE_DIR", str(tmp_path / "cache"))
    SHOP.write(tmp_path)
    reader: IndexReader = Shelf(dict(SHOP.files))
    return View(tmp_path, reader, {})


class Asked:
    """One question put to a scripted model."""

    def __init__(self, view: View, script: Script, settings: Settings = LOCAL) -> None:
        from lsp_server import prepared

        self.model = ScriptedModel(script)
        self.said: list[str] = []
        self.warned: list[str] = []
        record = prepared.record(view, "store.py", "find")
        assert record is not None
        thread = (Turn("who calls find?", "store.py", "find", "callers"),)
        self.reply: Reply = run(
            answer(view, record, "does", QUESTION, thread, settings, self.model, self.said.append, self.warned.append)
        )

    @property
    def prompt(self) -> Prompt:
        (prompt,) = self.model.prompts
        return prompt


def test_a_line_is_shown_with_the_places_of_what_it_rests_on(view: View) -> None:
    asked = Asked(view, lambda prompt: ["It raises `KeyError` where the na", "me is absent. [K1]\nThe moon is"])
    assert asked.reply.road == "enriched"
    (claim,) = asked.reply.answers[0].claims
    assert claim.text == "It raises `KeyError` where the name is absent"
    assert claim.provenance == "model"
    assert claim.confidence != "certain"
    assert claim.places
    assert "moon" not in "".join(asked.said)
    assert "".join(asked.said) == asked.reply.markdown
    assert any("cited nothing" in each for each in asked.reply.answers[0].unknown)


def test_the_question_comes_last_so_that_prompts_share_their_beginning(view: View) -> None:
    first = Asked(view, lambda prompt: "x").prompt
    second = Asked(view, lambda prompt: "x").prompt
    assert first == second
    body, _, question = first.user.partition("\nAsked before:")
    assert "find" in body
    assert question.rstrip().endswith(QUESTION)


def test_where_nothing_is_prepared_the_source_is_read_and_quotes_are_checked(
    view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lsp_server.prepared.answers", lambda *arguments, **named: [])
    reply = "It raises here: `raise KeyError(name)` [S1]\nIt opens a file: `open(name)` [S1]"
    asked = Asked(view, lambda prompt: reply)
    assert asked.reply.road == "context"
    (claim,) = asked.reply.answers[0].claims
    assert [(place.path, place.line) for place in claim.places] == [("store.py", 3)]
    assert "def find" in asked.prompt.user


def test_what_cites_nothing_leaves_what_is_prepared(view: View) -> None:
    asked = Asked(view, lambda prompt: "Sure! It finds things. [K99] See https://x.example [K1]")
    assert asked.reply.road in ("prepared", "composed")
    assert "not of use" in asked.reply.markdown
    assert asked.reply.input_tokens > 0
    assert not asked.said


def test_a_failure_of_the_endpoint_is_said_and_costs_nothing(view: View) -> None:
    asked = Asked(view, lambda prompt: ModelError("unreachable", "no route"))
    assert asked.reply.input_tokens == 0
    assert asked.reply.road in ("prepared", "composed")
    journal = Journal.open_to_read(journal_file())
    assert Ledger(journal).spent_today().tokens == 0
    journal.close()


def test_what_it_takes_is_in_the_ledger_as_awake(view: View) -> None:
    asked = Asked(view, lambda prompt: "It raises `KeyError`, then nothing is found. [K1]")
    journal = Journal.open_to_read(journal_file())
    spent = Ledger(journal).spent_today(asleep=False)
    journal.close()
    assert (spent.input_tokens, spent.output_tokens) == (asked.reply.input_tokens, asked.reply.output_tokens)
    assert spent.tokens > 0


def test_the_user_is_told_once_before_code_leaves_the_machine(view: View) -> None:
    assert not Asked(view, lambda prompt: "x").warned
    (told,) = Asked(view, lambda prompt: "x", REMOTE).warned
    assert "models.example" in told
    assert not Asked(view, lambda prompt: "x", REMOTE).warned


def test_cancelling_closes_the_connection_and_the_bill(view: View) -> None:
    from lsp_server import prepared

    record = prepared.record(view, "store.py", "find")
    assert record is not None
    model = ScriptedModel(lambda prompt: ["It raises `KeyError` here. [K1]\n", 1000.0, "and more [K1]"])
    said: list[str] = []

    async def scenario() -> None:
        asking = asyncio.create_task(
            answer(view, record, "does", QUESTION, (), LOCAL, model, said.append, lambda text: None)
        )
        while len(said) < 2:
            await asyncio.sleep(1.0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    run(scenario())
    assert model.closed == 1
    journal = Journal.open_to_read(journal_file())
    ((unsettled,),) = journal.query("SELECT count(*) FROM spending WHERE settled = 0")
    journal.close()
    assert unsettled == 0


def test_what_is_kept_back_is_not_sent(view: View) -> None:
    (view.root / ".forethoughtignore").write_text("store.py\n")
    asked = Asked(view, lambda prompt: "x")
    assert not asked.model.prompts
    assert "may not be sent" in asked.reply.markdown


def test_a_secret_in_a_question_is_blotted_out(view: View) -> None:
    from lsp_server import prepared

    record = prepared.record(view, "store.py", "find")
    assert record is not None
    request = prepare(view, record, "why does sk-abcdefghijklmnopqrstuvwxyz012345 fail?", (), LOCAL)
    assert request is not None
    assert "abcdefghij" not in request.prompt.user
