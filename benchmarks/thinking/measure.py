"""Measures thinking on a prepared repository with a scripted model: sizes of c and c′, and where the time goes.

    python -m benchmarks.thinking.measure PATH [--anchors N]

The scripted model answers each draft with claims whose quotes are real lines of the spans that it was shown, as a good
model would, and with a share of invented quotes, as every model does. It measures how much of c its c′ is, not whether
claims are worth reading: that takes a model that can read. Nothing leaves the machine and nothing is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from analyzers.thinking.context import Context
from analyzers.thinking.tokens import tokens_estimate
from lsp_server.cli.opening import open_view
from lsp_server.drafting import Drafter, build
from lsp_server.ledger import Ledger
from lsp_server.likeliest import likeliest
from lsp_server.model import Delta, Done, Prompt, Usage
from lsp_server.model_settings import ModelSettings, SleepSettings
from lsp_server.sendable import Sendable
from lsp_server.store import Journal
from lsp_server.thoughts import Thoughts
from lsp_server.workspace_source import collect

INVENTED_SHARE = 0.25
CLAIMS = 8
_FENCE = re.compile(r"<<<\w+ (S\d+) [^\n]*\n(.*?)\n\w+>>>", re.S)
_NAME = re.compile(r"[A-Za-z_]\w{3,}")
_VERBS = [
    "decides",
    "changes",
    "hands on",
    "falls back to",
    "depends on",
    "hides",
    "loses",
    "repeats",
    "checks",
    "resets",
]
_ENDS = [
    "before anything is known about the caller's choice",
    "when the value was never set and the default counts",
    "so that a later call sees another state than the first",
    "only on the branch that tests never take",
    "although its name promises that nothing happens",
    "which the function around it turns into an empty result",
]


class QuotingModel:
    """Quotes lines of the prompt's spans; the same every time for the same prompt."""

    name = "scripted"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Done, None]:
        chooser = random.Random(prompt.user)
        lines = [
            (name, line.strip())
            for name, text in _FENCE.findall(prompt.user)
            for line in text.splitlines()
            if len(line.strip()) > 12 and _NAME.search(line)
        ]
        claims = []
        for name, line in chooser.sample(lines, min(CLAIMS, len(lines))):
            code = chooser.choice(_NAME.findall(line))
            text = f"The line with `{code}` {chooser.choice(_VERBS)} what comes next, {chooser.choice(_ENDS)}."
            invented = chooser.random() < INVENTED_SHARE
            quote = line.replace(code, code + "_", 1) if invented else line
            claims.append({"about": "values", "text": text, "span": name, "quote": quote})
        reply = json.dumps({"claims": claims})
        yield Delta(reply)
        yield Done("stop", Usage(tokens_estimate(prompt.system + prompt.user), tokens_estimate(reply)))

    async def context_tokens(self) -> int | None:
        return 32_768

    def limit_context(self, tokens: int, reason: str) -> None:
        raise AssertionError(reason)

    async def log_probability(self, context: str, continuation: str) -> float | None:
        return None

    async def close(self) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--anchors", type=int, default=200)
    arguments = parser.parse_args()
    asyncio.run(_measure(arguments.path, arguments.anchors))


async def _measure(path: Path, anchors: int) -> None:
    view = open_view(path)
    sendable = Sendable(view.root)
    sleep = SleepSettings(tokens_per_day_max=10**9)
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal.open(Path(folder) / "journal.sqlite3")
        drafter = Drafter(
            QuotingModel(),
            ledger=Ledger(journal),
            thoughts=Thoughts(journal, "measured"),
            settings=ModelSettings("http://localhost", "scripted"),
            sleep=sleep,
            repository="measured",
        )
        shares, contexts, sizes, build_ms, think_ms, claims, dropped = [], [], [], [], [], 0, 0
        for record in likeliest(view, anchors):
            material = collect(view, record, sendable)
            began_s = time.perf_counter()
            context: Context = build(material, sleep.context_tokens_max)
            built_s = time.perf_counter()
            outcome = await drafter.think(material)
            build_ms.append((built_s - began_s) * 1000)
            think_ms.append((time.perf_counter() - built_s) * 1000)
            if outcome.enriched is None:
                continue
            enriched = outcome.enriched
            assert all(thought.claim.places for thought in enriched.thoughts)
            contexts.append(context.tokens)
            sizes.append(enriched.tokens)
            shares.append(enriched.tokens / context.tokens)
            claims += len(enriched.thoughts)
            dropped += sum(enriched.dropped.values())
        journal.close()
    print(f"{path.name}: {len(shares)} anchors, {claims} claims kept, {dropped} dropped")
    print(f"  c    median {statistics.median(contexts):,.0f} tokens, largest {max(contexts):,}")
    print(f"  c′   median {statistics.median(sizes):,.0f} tokens, largest {max(sizes):,}")
    print(f"  c′/c median {statistics.median(shares):.3f}, largest {max(shares):.3f}")
    built, thought = statistics.median(build_ms), statistics.median(think_ms)
    print(f"  context built in {built:.0f} ms, thought about in {thought:.0f} ms, at the median")


if __name__ == "__main__":
    main()
