"""The server of the official SDK, on which all transports run."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from pydantic import TypeAdapter

from outreach_results.errors import OutreachError, StoreBusyError, StoreError
from outreach_results.mcp_server.tools import INSTRUCTIONS, TOOLS, Tool
from outreach_results.store.engine import Store

Ask = Callable[[Callable[[Store], str]], Awaitable[str]]
"""Runs a question with the store, off the event loop."""

log = logging.getLogger(__name__)

_JSON: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
_READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def build(ask: Ask) -> Server[Any]:
    """The server with all tools.

    Args:
        ask: how a question reaches the store.
    """

    async def list_tools(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS.values()])

    async def call_tool(
        _context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        try:
            return _answered(await ask(_question(params.name, params.arguments or {})))
        except Exception as error:
            return _refused(_sentence(error))

    server = Server(
        "outreach-results",
        title="Outreach Results",
        version=version("outreach-results"),
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    # Without the SDK's spans: requests hold personal data, which must not reach a tracer that happens to be installed.
    server.middleware.clear()
    return server


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema(),
        output_schema=tool.output_schema(),
        annotations=_READ_ONLY,
    )


def _question(name: str, given: dict[str, Any]) -> Callable[[Store], str]:
    tool = TOOLS.get(name)
    if tool is None:
        raise OutreachError(f"There is no tool {name[:60]!r}. Use one of {', '.join(TOOLS)}.")
    return lambda store: tool.call(store, given).model_dump_json()


def _answered(body: str) -> types.CallToolResult:
    # The structured content is read back from the text, so that the two cannot differ in a digit.
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=body)], structured_content=_JSON.validate_json(body)
    )


def _refused(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=sentence)], is_error=True)


def _sentence(error: Exception) -> str:
    if isinstance(error, StoreBusyError) or (isinstance(error, OutreachError) and not isinstance(error, StoreError)):
        return str(error)
    log.error("A tool could not answer.", exc_info=error)
    if isinstance(error, StoreError):
        return "The database cannot be used right now. The server's log has the details."
    return "Something went wrong in the server. Its log has the details."
