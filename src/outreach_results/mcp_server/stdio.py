"""The server on standard input and output, for an assistant that starts it as a program of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server

from outreach_results.mcp_server.server import build
from outreach_results.store.engine import Store
from outreach_results.store.replies.inbox_table import end_snoozes_before_reading


def serve(store: Store) -> None:
    """Answer on standard input and output until the other side closes it."""

    async def ask(question: Callable[[Store], str]) -> str:
        return await run_sync(_of_today, question, store)

    anyio.run(_run, build(ask))


def _of_today(question: Callable[[Store], str], store: Store) -> str:
    # An assistant keeps the program for days, and there may be no dashboard that ends snoozes.
    end_snoozes_before_reading(store)
    return question(store)


async def _run(server: Server[Any]) -> None:
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
