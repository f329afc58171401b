"""The API in a process of its own, so that it can be killed: ``python -m support.webhook_server DATABASE_URL PORT``."""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette

from outreach_results.api import api_routes
from outreach_results.store.engine import open_store


def main() -> None:
    """Serve the API of this database until the process ends."""
    url, port = sys.argv[1:]
    app = Starlette(routes=api_routes(lambda: open_store(url)))
    uvicorn.run(app, port=int(port), lifespan="off", ws="none", log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
