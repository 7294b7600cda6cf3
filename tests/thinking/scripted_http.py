"""A scripted HTTP transport: what the endpoint says, stall by stall, and what became of its connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

try:  # The library changed its HTTP client between its second and third major version; both are supported.
    import httpx2 as httpx
except ImportError:
    import httpx  # type: ignore[no-redef]

STALL = object()
RESET = object()


def event(text: str = "", finish: str | None = None, usage: dict[str, Any] | None = None) -> bytes:
    choices = (
        [] if usage and not text and not finish else [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]
    )
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": choices}
    if usage:
        chunk["usage"] = usage
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def whole(*texts: str, input_tokens: int = 100, output_tokens: int = 10, cached_tokens: int = 0) -> list[Any]:
    """A well-behaved streamed reply."""
    usage = {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
        "prompt_tokens_details": {"cached_tokens": cached_tokens},
    }
    return [*(event(text) for text in texts), event(finish="stop"), event(usage=usage), DONE]


class Body(httpx.AsyncByteStream):
    """Yields bytes, stalls for ever, or resets; remembers whether it was closed."""

    def __init__(self, steps: list[Any]) -> None:
        self.steps = steps
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self.steps:
            if step is STALL:
                await asyncio.Event().wait()
            elif step is RESET:
                raise httpx.ReadError("connection reset by peer")
            else:
                yield step

    async def aclose(self) -> None:
        self.closed = True


class Endpoint(httpx.AsyncBaseTransport):
    """Answers the n-th chat request with the n-th script; `other` answers everything else."""

    def __init__(self, *scripts: Any, other: Callable[[Any], Any] | None = None) -> None:
        self.scripts = list(scripts)
        self.other = other
        self.requests: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.hosts: list[str] = []
        self.bodies: list[Body] = []
        self.times_s: list[float] = []

    async def handle_async_request(self, request: Any) -> Any:
        self.hosts.append(request.url.host)
        self.headers.append(request.headers)
        if not request.url.path.endswith("completions"):
            return self.other(request) if self.other else httpx.Response(404, request=request)
        self.requests.append(json.loads(request.content))
        self.times_s.append(asyncio.get_running_loop().time())
        script = self.scripts.pop(0) if self.scripts else RESET
        if script is RESET:
            raise httpx.ConnectError("connection refused")
        if script is STALL:
            await asyncio.Event().wait()
        if isinstance(script, tuple):
            status, headers, content = script
            return httpx.Response(status, headers=headers, content=content, request=request)
        body = Body(script)
        self.bodies.append(body)
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=body, request=request)
