"""The one entry: the ASGI app when it is imported, the dashboard's frame when Streamlit runs it as the script."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

PAGES = ("overview", "trends", "inbox", "usage", "benchmarks", "data")


def dashboard() -> None:
    """Draw the frame, then the requested page."""
    from outreach_results.server.run_limiter import SCRIPT_RUNS
    from outreach_results.ui import shell
    from outreach_results.ui.cache import request_snapshot

    st.set_page_config(page_title="Outreach Results", page_icon="📨", layout="wide")
    shown = shell.shown_pages(PAGES)
    page = st.navigation(
        [
            st.Page(
                f"pages/{name}.py",
                title=name.capitalize(),
                default=name == "overview",
                visibility="visible" if name in shown else "hidden",  # its address says why it is not shown
            )
            for name in PAGES
        ],
        position="top",
    )
    with SCRIPT_RUNS.slot(), request_snapshot(), shell.show_errors():
        shell.open_view(page.title.lower())
        page.run()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Open the database and import what is slow to import before the first visitor comes."""
    from outreach_results.alerts.schedule import AlertSchedule
    from outreach_results.digests.schedule import DigestSchedule
    from outreach_results.errors import OutreachError
    from outreach_results.periodic import PeriodicThread
    from outreach_results.server import compressed_assets
    from outreach_results.server.streamlit_internals import send_without_delay
    from outreach_results.sync.schedule import schedule_of
    from outreach_results.ui import charts, components, downloads, shell  # noqa: F401
    from outreach_results.ui.cache import store

    threads: list[PeriodicThread] = []
    try:
        # Before the database is opened: where that fails for now, they go on trying.
        threads = [schedule_of(store), DigestSchedule(store), AlertSchedule(store)]
        await asyncio.to_thread(store)
    except OutreachError as error:
        logging.getLogger(__name__).error("%s", error)  # every page shows it too, until it is corrected
    compressed_assets.warm(streamlit_charts=charts.uses_streamlit_charts())
    send_without_delay()
    gc.collect()
    gc.freeze()  # what is loaded now stays; collecting it again after every run would cost 80 ms
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            await asyncio.to_thread(thread.stop)


if __name__ == "__main__" and st.runtime.exists():
    dashboard()
else:
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    from outreach_results import logs
    from outreach_results.api.mount import routes_of
    from outreach_results.api.service import Service
    from outreach_results.config import settings
    from outreach_results.errors import ConfigError
    from outreach_results.mcp_server.http import mcp_routes
    from outreach_results.server import bind_check, compressed_assets
    from outreach_results.server.origin_check import OriginCheck
    from outreach_results.server.page_styles import PageStyles
    from outreach_results.server.security_headers import SecurityHeaders
    from outreach_results.server.sign_in import SignInCookies, SignInRequired
    from outreach_results.server.streamlit_internals import LOGOUT_PATH, run_pages_through_the_entry
    from outreach_results.ui import charts, downloads, gate, parts, sharing, shell, sign_in, styles
    from outreach_results.ui.cache import store

    try:
        how = sign_in.configured()
        logs.log_as_json() if settings().log == "json" else logs.log_as_text()
        bind_check.check_bind_address(st.get_option("server.address"), has_sign_in=how is not None)
    except ConfigError as error:
        raise SystemExit(str(error)) from None
    run_pages_through_the_entry()
    service = Service(store)
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    of_sign_in = []
    if how is not None:
        hosts.append(how.host)
        of_sign_in = [
            Middleware(SignInCookies, is_encrypted=how.is_encrypted),
            Middleware(SignInRequired, refusal=gate.refusal, paths=tuple(gate.GUARDED)),
        ]
    app = st.App(
        __file__,
        lifespan=lifespan,
        secrets=None if how is None else how.secrets(),
        on_script_error=shell.unexpected,
        routes=[
            *routes_of(service, has_metrics=settings().metrics),
            *mcp_routes(service),
            *downloads.routes(),
            *sharing.routes(),
        ],
        middleware=[
            Middleware(ProxyHeadersMiddleware, trusted_hosts=sign_in.trusted_proxies()),
            Middleware(SecurityHeaders),
            Middleware(OriginCheck, changing=(LOGOUT_PATH, sharing.LEAVE)),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
            *of_sign_in,
            Middleware(
                compressed_assets.CompressedAssets,
                streamlit_charts=charts.uses_streamlit_charts,
                modules={parts.path(): parts.script()},
            ),
            Middleware(PageStyles, css=styles.of_pages()),
        ],
    )
