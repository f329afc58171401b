"""A real client of the official SDK: it starts the command, or speaks to a server on a real port."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from support.databases import sqlite_url
from support.http import Served
from support.server import ROOT, clean_environment

Ask = Callable[..., Any]
"""``ask(tool, **arguments)`` calls a tool, and gives its answer or, of a refusal, its sentence."""

SECONDS = 60
"""What hangs fails with a stack."""


def over_http(served: Served, **options: Any) -> AbstractAsyncContextManager[Client]:
    """A client of ``/mcp`` with the key."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {served.key}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=SECONDS) as http,
            Client(streamable_http_client(f"{served.url}/mcp", http_client=http), **options) as client,
        ):
            yield client

    return connect()


def over_stdio(database: Path) -> AbstractAsyncContextManager[Client]:
    """A client that starts ``outreach-results mcp``."""
    command = [sys.executable, "-c", "from outreach_results.cli.main import main; main()", "mcp"]
    environment = clean_environment({"OUTREACH_DATABASE_URL": sqlite_url(database)})
    return Client(StdioServerParameters(command=command[0], args=command[1:], env=environment, cwd=ROOT))


def with_client(connect: AbstractAsyncContextManager[Client], use: Callable[[Client], Any]) -> Any:
    """The result of ``use`` with a connected client."""

    async def run() -> Any:
        with anyio.fail_after(SECONDS):
            async with connect as client:
                return await use(client)

    return anyio.run(run)


def asked(connect: AbstractAsyncContextManager[Client], *calls: tuple[str, dict[str, Any]]) -> list[tuple[str, bool]]:
    """The text of each call's answer, and whether it is a refusal. Structured content is the same as the text."""

    async def use(client: Client) -> list[tuple[str, bool]]:
        answers = []
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            (content,) = result.content
            text = getattr(content, "text", "")
            if not result.is_error:
                assert result.structured_content == json.loads(text)
            answers.append((text, result.is_error))
        return answers

    found: list[tuple[str, bool]] = with_client(connect, use)
    return found
