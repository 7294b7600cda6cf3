"""`python -m benchmarks.ask.model --url URL --name MODEL`: question-time tokens, over what is prepared or raw files.

Each question is answered twice by the same model: over what was prepared for its anchor, as `forethought/ask` does, and
over the raw file that the anchor is in, cut to the endpoint's context. An answer counts as right where it names what
the recording of the package's own tests saw: a caller's name for who calls, an exception's type for what it raises.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import time
import urllib.request
from pathlib import Path

from benchmarks.ask.__main__ import STORES, analyse
from benchmarks.sdist import TOMLKIT, Unreachable
from lsp_server import prepared
from lsp_server.asking_model import prepare
from lsp_server.model import Prompt, complete
from lsp_server.model_client import ModelClient
from lsp_server.model_settings import ModelSettings
from lsp_server.settings import Settings
from lsp_server.store import IndexReader, repository_folders
from lsp_server.view import View

RAW_SYSTEM = """\
You answer a developer's question about code, for debugging. Use only the file given. Write at most five short lines, \
each one sentence. Where the file does not answer the question, write only: not known."""
REPLY_TOKENS_MAX = 120
CHARS_PER_TOKEN = 3
"""A cautious estimate by which the raw file is cut to the context."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ask.model", description=__doc__)
    parser.add_argument("--url", required=True, help="an OpenAI-compatible endpoint")
    parser.add_argument("--name", required=True)
    parser.add_argument("--context", type=int, default=8192, help="tokens that the endpoint takes")
    parser.add_argument("--recordings", type=Path, required=True, help="folder of NAME-VERSION.json.gz")
    parser.add_argument("--roots", type=Path, help="a folder with the unpacked package")
    parser.add_argument("--count", type=int, default=6, help="questions of each of the two kinds")
    arguments = parser.parse_args()
    os.environ["FORETHOUGHT_CACHE_DIR"] = str(STORES / "cache")
    os.environ["FORETHOUGHT_STATE_DIR"] = str(STORES / "state")
    name = f"{TOMLKIT.name}-{TOMLKIT.version}"
    try:
        root = arguments.roots / name if arguments.roots else TOMLKIT.unpacked()
    except Unreachable as error:
        raise SystemExit(f"ask: {error}") from error
    analyse(root)
    truth = json.loads(gzip.decompress((arguments.recordings / f"{name}.json.gz").read_bytes()))
    asyncio.run(_measure(root.resolve(), truth, arguments))


async def _measure(root: Path, truth: dict[str, object], arguments: argparse.Namespace) -> None:
    chosen = Settings(
        model=ModelSettings(
            base_url=arguments.url, name=arguments.name, context_tokens=arguments.context, first_piece_timeout_s=900.0
        )
    )
    view = View(root, IndexReader(repository_folders(root).index), {})
    model = ModelClient(chosen.model)
    rows = []
    try:
        for path, name, question, right in questions(view, truth, arguments.count):
            record = prepared.record(view, path, name)
            request = prepare(view, record, question, (), chosen) if record is not None else None
            if request is None:
                continue
            over_prepared = Prompt(request.prompt.system, request.prompt.user, REPLY_TOKENS_MAX)
            room = (arguments.context - REPLY_TOKENS_MAX - 400) * CHARS_PER_TOKEN
            text = (view.text(path) or b"").decode("utf-8", "replace")[:room]
            raw = Prompt(RAW_SYSTEM, f"File {path}:\n\n{text}\n\nQuestion: {question}\n", REPLY_TOKENS_MAX)
            row = {"question": question}
            for way, prompt in (("prepared", over_prepared), ("raw", raw)):
                began_s = time.perf_counter()
                reply = await complete(model, prompt)
                shown = reply.text
                if way == "prepared":
                    lines = [line for line in reply.text.split("\n") if request.resolve(line) is not None]
                    row["shown"] = len(lines)
                row[way] = {
                    "input": await _count(arguments.url, prompt.system + prompt.user),
                    "output": await _count(arguments.url, reply.text),
                    "right": any(word in shown for word in right),
                    "right_as_shown": any(word in "\n".join(lines) for word in right) if way == "prepared" else None,
                    "seconds": round(time.perf_counter() - began_s, 1),
                }
            rows.append(row)
            print(json.dumps(row), flush=True)
    finally:
        await model.close()
    for way in ("prepared", "raw"):
        print(
            f"{way}: {sum(row[way]['input'] for row in rows)} input, {sum(row[way]['output'] for row in rows)} output,"
            f" {sum(row[way]['right'] for row in rows)} of {len(rows)} right"
        )
    print(
        f"prepared, as shown (cited lines alone): {sum(bool(row['prepared']['right_as_shown']) for row in rows)} right"
    )


async def _count(url: str, text: str) -> int:
    """Tokens by the model's own tokenizer, which llama.cpp's server offers; it does not bill streams."""
    where = url.removesuffix("/v1") + "/extras/tokenize/count"
    request = urllib.request.Request(where, json.dumps({"input": text}).encode(), {"Content-Type": "application/json"})
    reply = await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=60).read())
    return int(json.loads(reply)["count"])


def questions(view: View, truth: dict[str, object], count: int) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """(path, symbol, question, words one of which a right answer has), from what the recording saw."""
    callers: list[tuple[str, str, str, tuple[str, ...]]] = []
    raises: list[tuple[str, str, str, tuple[str, ...]]] = []
    for key, seen in sorted(truth.items()):
        path, name = _named(key)
        if "test" in path or view.symbol(path, name) is None or not isinstance(seen, dict):
            continue
        own = [_named(caller) for caller, _ in seen["callers"]]
        calling = {caller.rpartition(".")[2] for where, caller in own if "test" not in where}
        escaped = {kind.rpartition(".")[2] for kind, _ in seen["escaped"]}
        if calling:
            callers.append((path, name, f"who calls {name}?", tuple(sorted(calling))))
        if escaped:
            raises.append((path, name, f"what can {name} raise?", tuple(sorted(escaped))))
    # Evenly over the package, so that no file has all of them.
    callers = callers[:: max(1, len(callers) // count)][:count]
    raises = raises[:: max(1, len(raises) // count)][:count]
    return [*callers, *raises]


def _named(key: str) -> tuple[str, str]:
    """(path, qualified name) of a recording's key: `path::Class.method@line`."""
    path, _, rest = key.partition("::")
    return path, rest.rpartition("@")[0].replace(".<locals>", "")


if __name__ == "__main__":
    main()
