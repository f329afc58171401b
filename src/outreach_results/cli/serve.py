"""The command that serves the dashboard."""

from __future__ import annotations

from typing import Annotated

import typer

from outreach_results.cli.session import console
from outreach_results.config import settings


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; one of this machine alone, unless people sign in.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes share the work. More than one need HAProxy.")
    ] = 1,
    drain: Annotated[
        float, typer.Option(min=0, help="On a restart, how many seconds a process waits for its readers to leave.")
    ] = 30,
) -> None:
    """Serve the dashboard and the API. SIGHUP restarts it, one process after the other."""
    # Here, because no other command needs what serves.
    from outreach_results.server import supervisor

    sign_in = settings().sign_in
    supervisor.serve(
        host,
        port,
        processes,
        drain_s=drain,
        say=lambda line: console.print(line, markup=False, highlight=False),
        has_sign_in=sign_in is not None,
        is_encrypted=sign_in is not None and sign_in.is_encrypted,
    )
