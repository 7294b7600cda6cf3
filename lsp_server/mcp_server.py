"""The server for agents, on the official SDK of the Model Context Protocol: few tools, prepared answers as resources.

Architecture invariant: read-only. It opens the index to read, starts nothing and writes nothing; what it says is what
is prepared, compared with the files as they are on disk.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import anyio
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from lsp_server import answering, prepared
from lsp_server.answering import Here
from lsp_server.composing import Reply
from lsp_server.likeliest import likeliest
from lsp_server.render import markdown
from lsp_server.standing import own_version
from lsp_server.view import View

TEXT_CHARS_MAX = 1_000_000
"""A longer failure is read from its end."""
RESOURCES_MAX = 30
SCHEME = "forethought://answers/"
GARBAGE_MAX = 50_000

INSTRUCTIONS = """\
Answers debugging questions about this repository from what was prepared ahead of time: every sentence cites a file \
and a line, says whether it is certain, likely or possible, and whether it still holds. Ask before reading files: one \
call of who_calls, what_can_raise or why_none replaces many searches. Names may be partial or misspelt; where several \
things fit, the reply lists them."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what agents are told of it, its parameters, and how it is answered."""

    name: str
    description: str
    parameters: Mapping[str, str]
    required: tuple[str, ...]
    answer: Callable[[View, Mapping[str, str]], Reply]


SYMBOL = "A function, method or class: `Context.invoke`, `invoke`, or FILE:LINE inside it."


def serve(view: View) -> None:
    """Answer one agent over standard input and output until it hangs up."""
    # The protocol's classes live as long as the process: the collector need not visit them each time.
    gc.freeze()
    gc.set_threshold(GARBAGE_MAX)
    anyio.run(_serve, view)


def build(view: View) -> Server[Any]:
    """A server that answers from a view. It is not running yet."""

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS])

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return _called(view, params.name, params.arguments or {})

    async def list_resources(context: Any, params: Any) -> types.ListResourcesResult:
        view.refresh()
        return types.ListResourcesResult(resources=_resources(view))

    async def list_templates(context: Any, params: Any) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            name="prepared answers",
            uri_template=SCHEME + "{path}?symbol={symbol}",
            description="Every prepared answer about one function, method or class.",
            mime_type="text/markdown",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(context: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        view.refresh()
        text = types.TextResourceContents(uri=params.uri, mime_type="text/markdown", text=_read(view, str(params.uri)))
        return types.ReadResourceResult(contents=[text])

    return Server(
        "forethought",
        version=own_version(),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def _serve(view: View) -> None:
    server = build(view)
    async with stdio_server() as (source, sink):
        await server.run(source, sink, server.create_initialization_options())


def _described(tool: Tool) -> types.Tool:
    schema = {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in tool.parameters.items()},
        "required": list(tool.required),
        "additionalProperties": False,
    }
    hints = types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    return types.Tool(name=tool.name, description=tool.description, input_schema=schema, annotations=hints)


def _called(view: View, name: str, given: Mapping[str, Any]) -> types.CallToolResult:
    tool = next((each for each in TOOLS if each.name == name), None)
    if tool is None:
        return _failed(f"There is no tool called {name}.")
    wrong = [key for key, value in given.items() if key not in tool.parameters or not isinstance(value, str)]
    missing = [key for key in tool.required if not given.get(key)]
    if wrong or missing:
        return _failed(
            f"{name} takes {', '.join(tool.parameters)} as text; wrong or missing: {', '.join(wrong + missing)}."
        )
    view.refresh()
    reply = tool.answer(view, given)
    note = f"{reply.road} · {reply.freshness}" if reply.answers else reply.road
    text = f"{reply.markdown}\n\n*{note}*"
    structured = {
        "road": reply.road,
        "freshness": reply.freshness,
        "choices": [{"label": each.label, "question": each.question} for each in reply.choices],
    }
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=structured)


def _failed(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=why)], is_error=True)


def _ask(view: View, given: Mapping[str, str]) -> Reply:
    return answering.from_prepared(view, given["question"], _here(view, given.get("at", "")), uri_of=_plain)


def _explain(view: View, given: Mapping[str, str]) -> Reply:
    return answering.explain_text(view, given["text"][-TEXT_CHARS_MAX:], _plain)


def _kind(kind: str) -> Callable[[View, Mapping[str, str]], Reply]:
    def answer(view: View, given: Mapping[str, str]) -> Reply:
        here = _here(view, given["symbol"])
        return answering.about(view, "" if here is not None else given["symbol"].strip("`() "), kind, here, _plain)

    return answer


def _here(view: View, place: str) -> Here | None:
    """The place that `FILE:LINE` names: the first text on that line."""
    path, colon, line = place.rpartition(":")
    path = path.removeprefix("./").replace("\\", "/")
    if Path(path).is_absolute() and Path(path).is_relative_to(view.root):
        path = Path(path).relative_to(view.root).as_posix()
    lines, text = (view.lines(path), view.text(path)) if colon and line.isdecimal() else (None, None)
    if lines is None or text is None or not 1 <= int(line) <= len(lines.starts):
        return None
    start, end = lines.span_of_line(int(line) - 1)
    row = text[start:end]
    return Here(path, start + len(row) - len(row.lstrip()))


def _plain(path: str) -> str:
    """Links that agents can follow: the path as their other tools know it."""
    return quote(path)


def _resources(view: View) -> list[types.Resource]:
    return [
        types.Resource(
            name=record.name or record.path,
            uri=f"{SCHEME}{quote(record.path)}?symbol={quote(record.name)}",
            description=f"Prepared answers about {record.name or record.path} in {record.path}",
            mime_type="text/markdown",
        )
        for record in likeliest(view, RESOURCES_MAX)
    ]


def _read(view: View, uri: str) -> str:
    path, _, symbol = uri.removeprefix(SCHEME).partition("?symbol=")
    record = prepared.record(view, unquote(path), unquote(symbol))
    if record is None:
        return "Nothing is prepared about that."
    answers = [each for each in prepared.answers(view, record) if each.weight > 0]
    blocks = [markdown.whole(each, view.line_now, _plain) for each in answers]
    return "\n\n".join(blocks) or "Nothing is known about it yet."


TOOLS: tuple[Tool, ...] = (
    Tool(
        "ask_code",
        "Answer a debugging question about this repository in plain words, with citations. Understands names that are"
        " partial or misspelt, error messages and follow-ups to a place.",
        {"question": "The question, as a person would type it.", "at": "FILE:LINE, which `this` means."},
        ("question",),
        _ask,
    ),
    Tool(
        "explain_failure",
        "Rank the functions that may be at fault for a traceback or a test runner's output, with the reasons.",
        {"text": "The traceback, or the output of pytest or unittest."},
        ("text",),
        _explain,
    ),
    Tool(
        "who_calls",
        "Who calls a function, in which situations, through fields, callbacks, decorators and overrides too.",
        {"symbol": SYMBOL},
        ("symbol",),
        _kind("callers"),
    ),
    Tool(
        "what_can_raise",
        "Which exceptions can leave a function, and from where, what it calls included.",
        {"symbol": SYMBOL},
        ("symbol",),
        _kind("raises"),
    ),
    Tool(
        "why_none",
        "In which ways a function's result, a field or a variable can be None (undefined).",
        {"symbol": SYMBOL},
        ("symbol",),
        _kind("why_none"),
    ),
    Tool(
        "what_changed",
        "What changed a symbol lately: commits, authors and messages, from git's history.",
        {"symbol": SYMBOL},
        ("symbol",),
        _kind("changed"),
    ),
    Tool(
        "which_tests",
        "Which tests exercise a function, the closest first.",
        {"symbol": SYMBOL},
        ("symbol",),
        _kind("tests"),
    ),
)
