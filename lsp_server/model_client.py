"""The model client: asks any OpenAI-compatible endpoint. Only this module imports `openai`, and only when it is used.

It owns the wire: what endpoints differ in, timeouts, retries, cancellation and how long a context may be. It must not
know what is asked or why, nor what it costs: the ledger reserves before it is called.

A request is repeated only until the first piece of a reply: nothing was done for it until then. Everything later may be
billed, so it is the caller's to decide.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from lsp_server.model import REPLY_BYTES_MAX, Delta, Done, Failure, ModelError, Prompt, Usage
from lsp_server.model_settings import ModelSettings

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 30.0
RETRY_AFTER_MAX_S = 60.0
"""Longer waits are the scheduler's business: it is told, and thinks again later."""
MODELS_BYTES_MAX = 4_000_000
LOG_PROBABILITIES = 5
"""Alternatives asked for at each token: the most that OpenAI's interface allows."""
FORMATS = ["json_schema", "json_object with a schema", "json_object", "words"]
"""How a reply's shape can be asked for, the strictest first; the second is what llama.cpp's Python server takes."""
OLLAMA_CONTEXT_DEFAULT = 4096
"""What Ollama runs a model with unless told otherwise, whatever the model itself could take."""

Sleep = Callable[[float], Awaitable[object]]


class ModelClient:
    """Implements `model.Model`. One task at a time may be inside any one stream; streams may run side by side."""

    def __init__(
        self, settings: ModelSettings, *, transport: object = None, sleep: Sleep = asyncio.sleep, seed: int = 0
    ) -> None:
        """`transport` is an HTTP transport of the library's own kind: the seam for fault tests."""
        self._settings = settings
        self._transport = transport
        self._sleep = sleep
        self._random = random.Random(seed)
        self._client: Any = None
        self._context: int | None = settings.context_tokens or None
        self._context_asked = bool(settings.context_tokens)
        self._formats = list(FORMATS) if settings.structured_output else FORMATS[-1:]
        self._limit_name = "max_tokens"
        self._with_usage = True
        self._with_temperature = True
        self._with_log_probabilities = True
        self.notes: list[str] = []
        """What this endpoint does not do, learned by asking; for `doctor`. Each is said once."""

    @property
    def name(self) -> str:
        return self._settings.name

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Done, None]:
        """The reply, piece by piece. Cancelling the consumer, or leaving the loop, closes the connection."""
        stream = await self._opened(prompt)
        try:
            async for piece in self._pieces(stream):
                yield piece
        finally:
            # Shielded by nothing: closing only drops the socket, which is what the person who cancelled wants.
            await stream.close()

    async def context_tokens(self) -> int | None:
        if not self._context_asked:
            self._context_asked = True
            self._context = await self._found_context()
        return self._context

    def limit_context(self, tokens: int, reason: str) -> None:
        """Remembers that the endpoint takes less than it said."""
        self._context = min(self._context or tokens, tokens)
        self._context_asked = True
        self._note(reason)

    async def log_probability(self, context: str, continuation: str) -> float | None:
        if not self._with_log_probabilities:
            return None
        arguments = {
            "model": self._settings.name,
            "prompt": context + continuation,
            # One token rather than none: some servers take 0 for "as many as fit".
            "max_tokens": 1,
            "echo": True,
            "logprobs": LOG_PROBABILITIES,
            "temperature": 0,
        }
        try:
            async with asyncio.timeout(self._settings.first_piece_timeout_s):
                reply = await self._ready().completions.create(**arguments)
            return mean_after(reply.choices[0].logprobs, len(context), len(context) + len(continuation))
        except Exception as error:
            failure = as_failure(error)
            # A refusal or an unreadable reply means that it is not offered; a network's mood says nothing about that.
            if failure.kind in ("refused", "malformed"):
                self._with_log_probabilities = False
                self._note("no prompt log-probabilities: the predictor scores questions instead")
                return None
            raise failure from error

    async def _opened(self, prompt: Prompt) -> Any:
        """An open stream. Repeats what may be repeated, and drops what the endpoint does not know."""
        attempt = 0
        while True:
            try:
                async with asyncio.timeout(self._settings.first_piece_timeout_s):
                    return await self._ready().chat.completions.create(**self._arguments(prompt))
            except Exception as error:
                failure = as_failure(error)
                if self._learned(error):
                    continue
                attempt += 1
                if failure.kind == "timeout":
                    # The endpoint may have read the whole prompt by now.
                    failure.started = True
                wait_s = self._wait_s(failure, attempt)
                if wait_s is None:
                    raise failure from error
            await self._sleep(wait_s)

    def _wait_s(self, failure: ModelError, attempt: int) -> float | None:
        """How long to wait before the next attempt; None where there shall be none."""
        if failure.kind not in ("rate_limited", "server", "unreachable") or attempt >= self._settings.attempts_max:
            return None
        if failure.retry_after_s is not None:
            return failure.retry_after_s if failure.retry_after_s <= RETRY_AFTER_MAX_S else None
        return min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** (attempt - 1)) * self._random.uniform(0.75, 1.25)

    def _arguments(self, prompt: Prompt) -> dict[str, Any]:
        arguments: dict[str, Any] = {
            "model": self._settings.name,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "stream": True,
            self._limit_name: prompt.reply_tokens_max,
        }
        if self._with_temperature:
            arguments["temperature"] = prompt.temperature
        if self._with_usage:
            arguments["stream_options"] = {"include_usage": True}
        if prompt.schema is not None and self._formats[0] == "json_schema":
            schema = {"name": "claims", "schema": prompt.schema, "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif prompt.schema is not None and self._formats[0] == "json_object with a schema":
            arguments["response_format"] = {"type": "json_object", "schema": prompt.schema}
        elif prompt.schema is not None and self._formats[0] == "json_object":
            arguments["response_format"] = {"type": "json_object"}
        return arguments

    def _learned(self, error: Exception) -> bool:
        """Whether a refusal named something that can be left out, which the next request then does."""
        status = getattr(error, "status_code", 0)
        if status not in (400, 404, 415, 422, 500, 501):
            return False
        said = str(error).lower()
        if "max_completion_tokens" in said and self._limit_name == "max_tokens":
            self._limit_name = "max_completion_tokens"
        elif "temperature" in said and self._with_temperature:
            self._with_temperature = False
        elif "stream_options" in said and self._with_usage:
            self._with_usage = False
            self._note("does not say what a streamed reply took: tokens are estimated")
        elif len(self._formats) > 1 and status != 404 and _about_format(said, status):
            self._note(f"does not offer {self._formats.pop(0)} output")
        else:
            return False
        return True

    async def _pieces(self, stream: Any) -> AsyncIterator[Delta | Done]:
        finish, usage, size, started = "", None, 0, False
        chunks = self._chunks(stream)
        while True:
            timeout_s = self._settings.stall_timeout_s if started else self._settings.first_piece_timeout_s
            try:
                async with asyncio.timeout(timeout_s):
                    chunk = await anext(chunks, None)
            except Exception as error:
                failure = as_failure(error)
                failure.started = True
                raise failure from error
            if chunk is None:
                break
            started = True
            usage = usage_of(chunk) or usage
            text, ended = text_of(chunk)
            finish = ended or finish
            size += len(text.encode("utf-8", "replace"))
            yield Delta(text)
            if size > REPLY_BYTES_MAX:
                yield Done("cut", usage)
                return
        if not finish and not size:
            failure = ModelError("malformed", "the endpoint ended its reply without saying anything")
            failure.started = True
            raise failure
        yield Done(finish or "stop", usage)

    async def _chunks(self, stream: Any) -> AsyncIterator[dict[str, Any]]:
        """The chunks as plain dictionaries; an endpoint that does not stream sends one whole reply instead."""
        if "text/event-stream" not in stream.response.headers.get("content-type", "text/event-stream"):
            body = await stream.response.aread()
            if len(body) > MODELS_BYTES_MAX:
                raise ModelError("malformed", "the endpoint's reply is too large to be one")
            whole = json.loads(body)
            if not isinstance(whole, dict):
                raise ModelError("malformed", "the endpoint's reply is not an object")
            yield whole
            return
        async for chunk in stream:
            yield chunk.to_dict() if hasattr(chunk, "to_dict") else {}

    async def _found_context(self) -> int | None:
        """Asks the endpoint in the ways that the known servers offer; the surest (what is running) first."""
        for path, read in (
            ("/props", _llama_cpp_context),
            ("/api/ps", self._ollama_context),
            ("/api/v0/models", self._listed_context),
            ("/v1/models", self._listed_context),
        ):
            base = self._settings.base_url.rstrip("/")
            root = base.removesuffix("/v1") if path != "/v1/models" else base
            document = await self._document(root + (path if path != "/v1/models" else "/models"))
            found = read(document)
            if found:
                return found
        self._note("does not say how long a context may be: set model.context_tokens, or 8192 is assumed")
        return None

    async def _document(self, url: str) -> Any:
        try:
            async with asyncio.timeout(self._settings.connect_timeout_s):
                return await self._ready().get(url, cast_to=object)
        except Exception:
            # Each address is one server's custom; that it is missing elsewhere is no error.
            return None

    def _ollama_context(self, document: Any) -> int | None:
        """What a running model was loaded with; Ollama's default where it answers but has not loaded it yet."""
        if not isinstance(document, dict) or not isinstance(document.get("models"), list):
            return None
        for model in document["models"]:
            if isinstance(model, dict) and self._settings.name in (model.get("name"), model.get("model")):
                length = model.get("context_length")
                return length if isinstance(length, int) and length > 0 else OLLAMA_CONTEXT_DEFAULT
        return OLLAMA_CONTEXT_DEFAULT

    def _listed_context(self, document: Any) -> int | None:
        """vLLM, LM Studio, OpenRouter and llama.cpp each add a field of their own to the list of models."""
        models = document.get("data") if isinstance(document, dict) else None
        for model in models if isinstance(models, list) else ():
            if not isinstance(model, dict) or model.get("id") != self._settings.name:
                continue
            for field in ("loaded_context_length", "max_model_len", "context_length", "max_context_length"):
                if isinstance(model.get(field), int) and model[field] > 0:
                    return int(model[field])
        return None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _ready(self) -> Any:
        if self._client is None:
            self._client = build_client(self._settings, self._transport)
        return self._client


def load_library() -> None:
    """Imports the library, which takes half a second: whoever must not wait for that has a thread do it."""
    import openai  # noqa: F401


def build_client(settings: ModelSettings, transport: object = None) -> Any:
    """The library's client, told everything explicitly. Importing it takes half a second, so it happens here."""
    with contextlib.nullcontext() if settings.use_openai_environment else _without_openai_environment():
        import openai

        options: dict[str, Any] = {"trust_env": settings.use_openai_environment, "follow_redirects": False}
        if transport is not None:
            options["transport"] = transport
        elif settings.proxy:
            options["proxy"] = settings.proxy
        given: dict[str, Any] = {
            # A keyless endpoint wants no key, and the library insists on one.
            "api_key": settings.key or (None if settings.use_openai_environment else "none"),
            "default_headers": settings.headers,
            "max_retries": 0,
            "timeout": openai.Timeout(None, connect=settings.connect_timeout_s),
            "http_client": openai.DefaultAsyncHttpxClient(**options),
        }
        if settings.azure_api_version:
            return openai.AsyncAzureOpenAI(
                **given, azure_endpoint=settings.base_url, api_version=settings.azure_api_version
            )
        return openai.AsyncOpenAI(**given, base_url=settings.base_url or None)


@contextlib.contextmanager
def _without_openai_environment() -> Iterator[None]:
    """Hides `OPENAI_*` while the library reads its defaults: it takes headers and organisations from there unasked.

    The environment belongs to the whole process, so this spans one synchronous constructor and nothing that waits.
    """
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(("OPENAI_", "AZURE_OPENAI_"))}
    try:
        yield
    finally:
        os.environ.update(hidden)


def as_failure(error: BaseException) -> ModelError:
    """Any error of the library or the network as one of ours. Cancellation is not one and is never passed here."""
    if isinstance(error, ModelError):
        return error
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return ModelError(
            _kind_of_status(status, str(error).lower()), _short(error), retry_after_s=_retry_after_s(error)
        )
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return ModelError("timeout", f"no answer in time ({name})")
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError)) or name == "APIResponseValidationError":
        return ModelError("malformed", f"the endpoint's reply cannot be read: {_short(error)}")
    if name in ("APIConnectionError", "ConnectError") or isinstance(error, OSError):
        return ModelError("unreachable", f"the endpoint cannot be reached: {_short(error.__cause__ or error)}")
    if name == "APIError":
        return ModelError("server", f"the endpoint gave up: {_short(error)}")
    if isinstance(error, (AttributeError, IndexError, KeyError, TypeError, ValueError)):
        return ModelError("malformed", f"the endpoint's reply has another shape: {_short(error)}")
    return ModelError("unreachable", f"the connection broke: {name}: {_short(error)}")


def text_of(chunk: dict[str, Any]) -> tuple[str, str]:
    """The text and the reason for ending in one chunk, streamed or whole. Tolerant: other shapes are silence."""
    choices = chunk.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict):
        return "", ""
    message = choice.get("delta") or choice.get("message")
    text = message.get("content") if isinstance(message, dict) else choice.get("text")
    finish = choice.get("finish_reason")
    return text if isinstance(text, str) else "", finish if isinstance(finish, str) else ""


def usage_of(chunk: dict[str, Any]) -> Usage | None:
    """The bill in a chunk, where there is one."""
    usage = chunk.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if not isinstance(prompt, int) or not isinstance(completion, int) or prompt < 0 or completion < 0:
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(prompt, completion, min(prompt, cached) if isinstance(cached, int) and cached > 0 else 0)


def mean_after(logprobs: Any, start: int, end: int) -> float:
    """The mean of the log-probabilities of the tokens that begin within [start, end), in characters.

    Some servers report at each token what they expected after it rather than there: that is recognised by whose
    likeliest alternatives come true, and read one token earlier. Raises `ValueError` where the prompt is not echoed.
    """
    tokens, offsets, values = logprobs.tokens, logprobs.text_offset, logprobs.token_logprobs
    expected = [each or {} for each in logprobs.top_logprobs or [None] * len(tokens)]
    likeliest = [max(each, key=lambda token: each[token]) if each else None for each in expected]
    true_here = sum(token == best for token, best in zip(tokens, likeliest, strict=False))
    true_next = sum(token == best for token, best in zip(tokens[1:], likeliest, strict=False))
    if true_next > true_here:
        # What is not among the alternatives is at most as likely as the last of them.
        before = [{}, *expected[:-1]]
        values = [
            each.get(token, min(each.values(), default=None)) for token, each in zip(tokens, before, strict=False)
        ]
    chosen = [
        value for offset, value in zip(offsets, values, strict=False) if start <= offset < end and value is not None
    ]
    if not chosen:
        raise ValueError("no log-probabilities of the prompt")
    return float(sum(chosen) / len(chosen))


def _kind_of_status(status: int, said: str) -> Failure:
    if status == 429:
        return "rate_limited"
    if status in (408, 409) or status >= 500:
        return "server"
    if "context length" in said or "context_length" in said or "context window" in said or "exceed_context" in said:
        return "too_long"
    return "refused"


def _about_format(said: str, status: int) -> bool:
    if status >= 500:
        # Some servers answer what they cannot parse with 500, and name the field.
        return "response_format" in said
    return any(word in said for word in ("response_format", "json_schema", "json_object", "schema", "grammar", "body"))


def _retry_after_s(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", {})
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit_s)
        except (KeyError, ValueError):
            # Dates are allowed by the standard and used by nobody here; the backoff serves them.
            continue
    return None


def _llama_cpp_context(document: Any) -> int | None:
    settings = document.get("default_generation_settings") if isinstance(document, dict) else None
    length = settings.get("n_ctx") if isinstance(settings, dict) else None
    return length if isinstance(length, int) and length > 0 else None


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
