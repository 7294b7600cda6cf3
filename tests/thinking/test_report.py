"""The page: self-contained, escaped, and right about what was spent and used."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from analyzers.thinking.enriched import Enriched
from lsp_server.ledger import Caps, Ledger, Purpose, Reservation
from lsp_server.model import Usage
from lsp_server.model_settings import Price
from lsp_server.render.report_page import report_page
from lsp_server.report import AnchorRow, Day, Report, gather
from lsp_server.store import IndexReader, Journal
from lsp_server.thoughts import Thoughts
from lsp_server.view import View

HOSTILE = "<script>alert(1)</script>\"'&`"


def clock() -> float:
    return 1_700_000_000.0


@pytest.fixture
def gathered(tmp_path: Path) -> Report:
    journal = Journal.open(tmp_path / "journal.sqlite3")
    ledger, thoughts = Ledger(journal, clock), Thoughts(journal, "here", clock)
    for asleep, usage in ((True, Usage(1_000, 100, 400)), (False, Usage(300, 50))):
        reservation = ledger.reserve(
            Purpose("here", "a.py", "f", "m", asleep), Price(1.0, output=2.0), Caps(10**6, 10.0), 5_000, 500
        )
        assert isinstance(reservation, Reservation)
        ledger.settle(reservation, usage, estimated=False)
    for symbol in ("used", "unused", HOSTILE):
        thoughts.keep(Enriched("a.py", symbol, "c", (), (), 2_000, 300, 2, {"quote not found": 3}), "m")
    thoughts.keep_served("a.py", "used", "raises", "enriched", 1_700)
    thoughts.keep_served("a.py", "other", "raises", "unanswered")
    return gather(journal, View(tmp_path, IndexReader(tmp_path / "none"), {}), "here")


def test_the_numbers_are_those_of_the_journal(gathered):
    assert (gathered.prepared_and_used, gathered.prepared_never_used, gathered.asked_and_not_prepared) == (1, 2, 1)
    (day,) = gathered.days
    assert (day.asleep_tokens, day.awake_tokens, day.saved_tokens, day.asked, day.hits) == (1_100, 350, 1_700, 2, 1)
    assert gathered.dropped == {"quote not found": 9}
    assert gathered.anchors[0].symbol == "used"
    assert sum(model.micros for model in gathered.models) == 1_200 + 400


def test_the_page_needs_nothing_and_escapes_everything(gathered):
    anchor = AnchorRow(HOSTILE, HOSTILE, 1, 10, 5, 0, 0, (HOSTILE,), (HOSTILE,))
    hostile = msgspec.structs.replace(
        gathered,
        root=f"/x/{HOSTILE}",
        anchors=(anchor, *gathered.anchors),
        dropped={HOSTILE: 1},
        days=(Day(HOSTILE, 1, 1, 1, 1),),
    )
    page = report_page(hostile, clock())
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(?:src|href|url)\s*[=(]|@import|https?:", page)
    assert "default-src 'none'" in page
    for title in ("Anticipated", "Hit rate", "Spent and saved", "Freshest and stalest", "Dropped claims"):
        assert f"<h2>{title}</h2>" in page


def test_a_page_about_nothing_is_a_page():
    page = report_page(Report("/x/empty", (), (), (), {}, 0, 0, 0, 0), clock())
    assert "Nothing yet" in page
    assert "nan" not in page
