"""The model client against an endpoint that misbehaves in every way that endpoints do."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest

from lsp_server.model import REPLY_BYTES_MAX, Delta, Done, ModelError, Prompt, Reply, Usage, complete
from lsp_server.model_client import ModelClient, mean_after
from lsp_server.model_settings import ModelSettings
from tests.thinking.scripted_http import DONE, RESET, STALL, Endpoint, event, httpx, whole
from tests.thinking.virtual_time import run

PROMPT = Prompt("be exact", "say it", 50, schema={"type": "object"})


def client(endpoint: Endpoint, **settings: Any) -> ModelClient:
    given = {"base_url": "http://model.test/v1", "name": "m", **settings}
    model = ModelClient(ModelSettings(**given), transport=endpoint)
    # The library finds out the platform in a thread, for which virtual time does not wait.
    model._ready()._platform = "Linux"
    return model


def ask(endpoint: Endpoint, **settings: Any) -> Reply:
    return run(complete(client(endpoint, **settings), PROMPT))


def failure(endpoint: Endpoint, **settings: Any) -> ModelError:
    with pytest.raises(ModelError) as caught:
        ask(endpoint, **settings)
    return caught.value


def refused(message: str, status: int = 400) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "application/json"}, json.dumps({"error": {"message": message}}).encode()


def test_a_reply_is_streamed_and_billed():
    endpoint = Endpoint(whole("one ", "two", input_tokens=70, output_tokens=3, cached_tokens=64))
    assert ask(endpoint) == Reply("one two", "stop", Usage(70, 3, 64))
    assert endpoint.bodies[0].closed
    assert endpoint.requests[0]["messages"][0] == {"role": "system", "content": "be exact"}
    assert endpoint.requests[0]["max_tokens"] == 50


@pytest.mark.parametrize(
    ("script", "kind", "requests", "started"),
    [
        ([[event("a"), STALL]], "timeout", 1, True),
        ([STALL], "timeout", 1, True),
        ([[event("a"), RESET]], "unreachable", 1, True),
        ([[event("a"), b"data: {not json\n\n", DONE]], "malformed", 1, True),
        ([[DONE]], "malformed", 1, True),
        ([refused("busy", 429)] * 9, "rate_limited", 4, False),
        ([(500, {}, b"oops")] * 9, "server", 4, False),
        ([], "unreachable", 4, False),
        ([refused("no such model", 404)], "refused", 1, False),
        ([refused("bad key", 401)], "refused", 1, False),
        ([refused("This model's maximum context length is 4096 tokens")], "too_long", 1, False),
        ([(200, {"content-type": "text/html"}, b"<html>hello</html>")], "malformed", 1, True),
        ([(307, {"location": "http://elsewhere.test/v1/chat/completions"}, b"")], "refused", 1, False),
    ],
    ids=["stall", "mute", "reset", "bad", "empty", "429", "500", "gone", "404", "401", "long", "html", "moved"],
)
def test_a_failure_is_named_and_repeated_only_while_nothing_was_done(script, kind, requests, started):
    endpoint = Endpoint(*script)
    error = failure(endpoint)
    assert (error.kind, error.started) == (kind, started)
    assert len(endpoint.hosts) == requests
    assert set(endpoint.hosts) == {"model.test"}
    assert all(body.closed for body in endpoint.bodies)


def test_the_wait_that_the_endpoint_asks_for_is_kept():
    endpoint = Endpoint((429, {"retry-after": "7"}, b"{}"), (429, {"retry-after-ms": "1500"}, b"{}"), whole("ok"))
    assert ask(endpoint).text == "ok"
    assert endpoint.times_s == [0.0, 7.0, 8.5]


def test_a_wait_of_an_hour_is_the_schedulers_business():
    endpoint = Endpoint((429, {"retry-after": "3600"}, b"{}"), whole("never asked"))
    assert failure(endpoint).retry_after_s == 3600.0
    assert len(endpoint.requests) == 1


def test_the_wait_between_attempts_grows():
    endpoint = Endpoint((503, {}, b""), (503, {}, b""), (503, {}, b""), whole("ok"))
    assert ask(endpoint).text == "ok"
    first, second, third = (
        later - sooner for sooner, later in zip(endpoint.times_s, endpoint.times_s[1:], strict=False)
    )
    assert 0.7 < first < second < third < 6


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead", "max_tokens"),
        ("'temperature' does not support 0.0 with this model", "temperature"),
        ("unknown field stream_options", "stream_options"),
        ("response_format json_schema is not supported", "response_format"),
    ],
)
def test_what_the_endpoint_does_not_know_is_left_out_from_then_on(message, key):
    endpoint = Endpoint(refused(message), whole("a"), whole("b"))
    model = client(endpoint)

    async def twice() -> None:
        await complete(model, PROMPT)
        await complete(model, PROMPT)

    run(twice())
    before, after, later = endpoint.requests
    assert before[key] != after.get(key)
    assert after == later


def test_the_shape_of_a_reply_is_asked_for_as_strictly_as_the_endpoint_takes():
    refusals = [refused("response_format: no such type"), refused("schema: extra fields"), refused("response_format")]
    endpoint = Endpoint(*refusals, whole("a"))
    assert ask(endpoint).text == "a"
    formats = [request.get("response_format") for request in endpoint.requests]
    assert [each and each["type"] for each in formats] == ["json_schema", "json_object", "json_object", None]
    assert formats[1:3] == [{"type": "json_object", "schema": PROMPT.schema}, {"type": "json_object"}]


def test_an_endpoint_that_does_not_stream_is_understood():
    body = {"choices": [{"message": {"content": "all at once"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5, "completion_tokens": 3}}  # fmt: skip  # noqa: E501
    endpoint = Endpoint((200, {"content-type": "application/json"}, json.dumps(body).encode()))
    assert ask(endpoint) == Reply("all at once", "stop", Usage(5, 3, 0))


def test_an_endless_reply_is_cut():
    endpoint = Endpoint([event("x" * 100_000)] * 50)
    reply = ask(endpoint)
    assert reply.finish == "cut"
    assert REPLY_BYTES_MAX < len(reply.text) <= REPLY_BYTES_MAX + 100_000
    assert endpoint.bodies[0].closed


def test_cancelling_closes_the_connection_and_keeps_what_came():
    endpoint = Endpoint([event("half"), STALL])
    model = client(endpoint)
    heard: list[Delta | Done] = []

    async def listen() -> None:
        async with aclosing(model.stream(PROMPT)) as pieces:
            async for piece in pieces:
                heard.append(piece)

    async def cancelled() -> float:
        task = asyncio.create_task(listen())
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return asyncio.get_running_loop().time()

    assert run(cancelled()) == 1.0
    assert heard == [Delta("half")]
    assert endpoint.bodies[0].closed


def test_the_projects_environment_cannot_redirect_the_client(monkeypatch):
    """A project's `.env` that an editor loads must not choose where code is sent, nor add a header to it."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://thief.test/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "thief")
    monkeypatch.setenv("OPENAI_ORG_ID", "thief")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Thief: yes")
    monkeypatch.setenv("HTTP_PROXY", "http://thief.test:1")
    endpoint = Endpoint(whole("ok"))
    ask(endpoint, key="mine")
    assert set(endpoint.hosts) == {"model.test"}
    assert "thief" not in str(endpoint.headers).lower()
    assert endpoint.headers[0]["authorization"] == "Bearer mine"


def test_a_user_may_let_the_environment_count(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://mine.test/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    endpoint = Endpoint(whole("ok"))
    ask(endpoint, base_url="", use_openai_environment=True)
    assert endpoint.hosts == ["mine.test"]


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        ("/props", {"default_generation_settings": {"n_ctx": 2048}}, 2048),
        ("/api/ps", {"models": [{"name": "m", "context_length": 8192}]}, 8192),
        ("/api/ps", {"models": []}, 4096),
        ("/api/v0/models", {"data": [{"id": "m", "max_context_length": 9000, "loaded_context_length": 5000}]}, 5000),
        ("/v1/models", {"data": [{"id": "m", "max_model_len": 32768}]}, 32768),
        ("/v1/models", {"data": [{"id": "other", "context_length": 1}, {"id": "m"}]}, None),
        ("/nowhere", {}, None),
    ],
)
def test_the_context_length_is_found_out(path, document, expected):
    def other(request: Any) -> Any:
        return httpx.Response(200, json=document, request=request) if request.url.path == path else httpx.Response(404)

    model = client(Endpoint(other=other))
    assert run(model.context_tokens()) == expected
    assert bool(model.notes) == (expected is None)


def test_a_configured_context_length_asks_nobody():
    endpoint = Endpoint()
    assert run(client(endpoint, context_tokens=1234).context_tokens()) == 1234
    assert endpoint.hosts == []


def test_prompt_log_probabilities_are_those_of_the_continuation():
    logprobs = {
        "tokens": ["ab", " cd", " ef", "!"],
        "text_offset": [0, 2, 5, 8],
        "token_logprobs": [None, -9.0, -2.0, -0.5],
    }
    body = {"id": "x", "object": "text_completion", "created": 0, "model": "m", "choices": [{"index": 0, "text": "", "finish_reason": "length", "logprobs": logprobs}]}  # fmt: skip  # noqa: E501
    endpoint = Endpoint((200, {"content-type": "application/json"}, json.dumps(body).encode()))
    assert run(client(endpoint).log_probability("ab cd", " ef")) == -2.0
    assert endpoint.requests[0]["echo"] is True


def test_log_probabilities_that_are_a_token_late_are_read_a_token_earlier():
    """llama.cpp's Python server reports at each token what was expected after it."""
    expected = [{"b": -0.1, "x": -4.0}, {"c": -0.2, "y": -3.0}, {"d": -0.3}, {"e": -0.4, "z": -5.0}, {}]
    shifted = SimpleNamespace(
        tokens=["a", "b", "c", "q", "e"],
        text_offset=[0, 1, 2, 3, 4],
        token_logprobs=[None, -9.0, -9.0, -9.0, -9.0],
        top_logprobs=expected,
    )
    assert mean_after(shifted, 1, 3) == pytest.approx(-0.15)
    assert mean_after(shifted, 3, 4) == -0.3
    assert mean_after(shifted, 4, 5) == -0.4


def test_endpoints_without_log_probabilities_are_asked_once():
    endpoint = Endpoint(refused("unknown parameter: echo"), whole())
    model = client(endpoint)

    async def twice() -> list[float | None]:
        return [await model.log_probability("a", "b"), await model.log_probability("a", "b")]

    assert run(twice()) == [None, None]
    assert len(endpoint.requests) == 1


def test_nothing_is_loaded_before_a_model_is_asked():
    code = "import sys, lsp_server.model_client; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
