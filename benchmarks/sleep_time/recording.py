"""Every call to the model, kept in a file of JSON lines by the digest of its request: what was paid for is paid once.

`Recorder` is a `Model` around another one. It must not know what is asked or why. A call that was interrupted or failed
is not kept: its request is asked again by the next run.
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import msgspec

from analyzers.thinking.tokens import tokens_estimate
from lsp_server.model import Delta, Done, Model, Prompt, Usage


class Call(msgspec.Struct, frozen=True):
    """One kept call: a reply, or with `log_probability` a score."""

    digest: str
    model: str
    text: str = ""
    finish: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    estimated: bool = False
    """Whether the tokens are our estimate, because the endpoint did not say."""
    log_probability: float | None = None
    seconds: float = 0.0
    request: dict[str, Any] = {}


class Recorder:
    """Implements `model.Model`. Belongs to one event loop; one process writes a file at a time."""

    def __init__(
        self, model: Model, file: Path, *, hear: Callable[[Call, bool], None] = lambda call, paid: None,
        writes: bool = True,
    ) -> None:  # fmt: skip
        """`hear` is told of every call, and whether it was paid for now; without `writes` the file stays as it is."""
        self._model = model
        self._file = file
        self._hear = hear
        self._writes = writes
        self._sample = 0
        self._kept = _read(file)

    @property
    def name(self) -> str:
        return self._model.name

    def sampled(self, sample: int) -> Recorder:
        """The same record, for the n-th repetition of a request: the zeroth is this one."""
        other = copy.copy(self)
        other._sample = sample
        return other

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Done, None]:
        request = {
            "model": self.name,
            "sample": self._sample,
            "system": prompt.system,
            "user": prompt.user,
            "reply_tokens_max": prompt.reply_tokens_max,
            "temperature": prompt.temperature,
            "schema": prompt.schema is not None,
        }
        call = self._kept.get(_digest(request))
        paid = call is None
        if call is None:
            began_s = time.monotonic()
            text: list[str] = []
            finish, usage = "stop", None
            async for piece in self._model.stream(prompt):
                if isinstance(piece, Done):
                    finish, usage = piece.finish, piece.usage
                else:
                    text.append(piece.text)
                    yield Delta("")
            said = "".join(text)
            counted = usage or Usage(tokens_estimate(prompt.system + prompt.user), tokens_estimate(said))
            call = Call(
                _digest(request), self.name, said, finish, counted.input_tokens, counted.output_tokens,
                counted.cached_tokens, usage is None, None, round(time.monotonic() - began_s, 2), request,
            )  # fmt: skip
            self._keep(call)
        self._hear(call, paid)
        yield Delta(call.text)
        yield Done(call.finish, Usage(call.input_tokens, call.output_tokens, call.cached_tokens))

    async def log_probability(self, context: str, continuation: str) -> float | None:
        request = {"model": self.name, "context": context, "continuation": continuation}
        call = self._kept.get(_digest(request))
        paid = call is None
        if call is None:
            began_s = time.monotonic()
            value = await self._model.log_probability(context, continuation)
            if value is None:
                # Not offered, by this server: another one with the same model may offer it.
                return None
            tokens = tokens_estimate(context + continuation)
            seconds = round(time.monotonic() - began_s, 2)
            call = Call(_digest(request), self.name, "", "", tokens, 1, 0, True, value, seconds, request)
            self._keep(call)
        self._hear(call, paid)
        return call.log_probability

    async def context_tokens(self) -> int | None:
        return await self._model.context_tokens()

    def limit_context(self, tokens: int, reason: str) -> None:
        self._model.limit_context(tokens, reason)

    async def close(self) -> None:
        await self._model.close()

    def calls(self) -> list[Call]:
        """Everything that is kept, of this model."""
        return [call for call in self._kept.values() if call.model == self.name]

    def _keep(self, call: Call) -> None:
        self._kept[call.digest] = call
        if not self._writes:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(msgspec.to_builtins(call), ensure_ascii=False) + "\n")


def _read(file: Path) -> dict[str, Call]:
    """What an earlier run kept. A last line that was cut by a crash is passed over."""
    kept: dict[str, Call] = {}
    if not file.exists():
        return kept
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            call = msgspec.json.decode(line, type=Call)
        except msgspec.MsgspecError:
            continue
        kept[call.digest] = call
    return kept


def _digest(request: dict[str, Any]) -> str:
    text = json.dumps(request, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
