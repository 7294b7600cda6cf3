"""The server process: it answers, and does nothing else. Puts protocol, session and features together and runs them.

Architecture invariant: nothing heavy runs in this process, and one feature's failure does not end it.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
import logging
import sys
import time
from collections.abc import Callable, Coroutine
from types import ModuleType
from typing import Any

import msgspec
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from lsp_server import features, wire
from lsp_server.features import publish_diagnostics
from lsp_server.features.commands import COMMANDS, Command
from lsp_server.session import Session
from lsp_server.standing import own_version

GARBAGE_MAX = 50_000
"""Objects made before the collector looks for cycles; one answer makes some thousands and keeps none."""
GARBAGE_ROUNDS_MAX = 100
"""Rounds of that before it visits everything that is remembered between requests, which takes as long as an answer."""
COLLECT_IDLE_S = 3.0
"""So it does that, as a rule, once nobody has asked for this long."""

_log = logging.getLogger(__name__)


def run_stdio() -> int:
    """Serve one client on standard input and output; returns the exit code."""
    source, sink = wire.take_standard_streams()
    return _run(lambda protocol: wire.serve_streams(protocol, source, sink))


def run_tcp(host: str, port: int) -> int:
    """Serve one client on a TCP port, for debugging."""

    def announce(host: str, port: int) -> None:
        print(f"forethought: listening on {host}:{port}", file=sys.stderr, flush=True)

    return _run(lambda protocol: wire.serve_tcp(protocol, host, port, announce))


def build(session: Session) -> LanguageServer:
    """A server that answers for `session`. It is not running yet."""
    server = LanguageServer("forethought", own_version(), protocol_cls=wire.Protocol, converter_factory=wire.converter)
    for feature in features.ALL:
        server.feature(feature.METHOD, getattr(feature, "OPTIONS", None))(_handler(feature, session))
    session.on_tests = publish_diagnostics.publish
    for name, command in COMMANDS.items():
        server.command(name)(_command(name, command, session))
    return server


def _run(serve: Callable[[wire.Protocol], Coroutine[Any, Any, None]]) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # pygls logs each refused request with a traceback; the handlers here have already said what matters.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)

    async def main() -> None:
        session = Session()
        server = build(session)
        # Thousands of the protocol's classes live as long as the process: the collector need not visit them each time.
        gc.freeze()
        gc.enable()
        gc.set_threshold(GARBAGE_MAX, 10, GARBAGE_ROUNDS_MAX)
        protocol = server.protocol
        assert isinstance(protocol, wire.Protocol)
        session.attach(server)
        collecting = asyncio.get_running_loop().create_task(_collect_when_idle(session))
        try:
            await serve(protocol)
        finally:
            collecting.cancel()
            await session.stop()

    try:
        asyncio.run(main())
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 1
    return 1  # The client went away without saying `exit`.


async def _collect_when_idle(session: Session) -> None:
    collected_s = 0.0
    while True:
        await asyncio.sleep(COLLECT_IDLE_S)
        if collected_s < session.touched_s <= time.monotonic() - COLLECT_IDLE_S:
            collected_s = time.monotonic()
            gc.collect()


def _handler(feature: ModuleType, session: Session) -> Callable[[Any], Any]:
    """The feature's handler, bound to the session, its failures turned into one error response and one log line."""
    handle = feature.handle
    shape = getattr(feature, "PARAMS", None)

    if inspect.iscoroutinefunction(handle):

        async def later(params: Any) -> Any:
            session.touched()
            try:
                return _plain(await handle(session, _shaped(params, shape)))
            except JsonRpcException:
                raise
            except Exception as error:  # Whatever a feature did wrong concerns its own request alone.
                raise _failed(feature.METHOD, error) from error

        return later

    def now(params: Any) -> Any:
        session.touched()
        try:
            return _plain(handle(session, _shaped(params, shape)))
        except JsonRpcException:
            raise
        except Exception as error:  # As above.
            raise _failed(feature.METHOD, error) from error

    return now


def _command(name: str, command: Command, session: Session) -> Callable[..., Any]:
    """The command as pygls calls it, with the client's arguments, whatever they are."""

    async def run(*arguments: Any) -> Any:
        session.touched()
        try:
            result = command(session, arguments)
            return _plain(await result if inspect.isawaitable(result) else result)
        except JsonRpcException:
            raise
        except Exception as error:  # As with a feature: what a command did wrong concerns its own request alone.
            raise _failed(name, error) from error

    return run


def _shaped(params: Any, shape: type[msgspec.Struct] | None) -> Any:
    """The parameters of a method of our own in the shape that it takes; those of LSP's methods are decoded already."""
    if shape is None:
        return params
    try:
        return msgspec.convert(params if params is not None else {}, shape)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"parameters do not fit: {error}") from error


def _plain(result: Any) -> Any:
    return msgspec.to_builtins(result) if isinstance(result, msgspec.Struct) else result


def _failed(method: str, error: Exception) -> JsonRpcInternalError:
    _log.error("%s failed", method, exc_info=error)
    return JsonRpcInternalError(f"{method} failed: {type(error).__name__}: {error}")
