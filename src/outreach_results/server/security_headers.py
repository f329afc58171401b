"""What every answer tells the browser: load nothing from elsewhere, and be shown in no other site's frame."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_results.server.streamlit_internals import inline_script_hashes

POLICY = "; ".join(
    (
        "default-src 'self'",
        # No eval, and no inline script but the one of Streamlit's page: words of a stranger that became markup would
        # run nothing. Streamlit loads components from blobs, and counts with 64 bits by WebAssembly.
        f"script-src 'self' blob: 'wasm-unsafe-eval' {' '.join(inline_script_hashes())}",
        "style-src 'self' 'unsafe-inline'",  # Streamlit and Plotly style single elements
        "img-src 'self' data: blob:",  # a chart is saved as a picture from one
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


class SecurityHeaders:
    """ASGI middleware that adds `HEADERS` where an answer does not have its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
