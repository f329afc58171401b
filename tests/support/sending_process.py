"""Tells of alerts, in a process of its own: ``python -m support.sending_process DATABASE_URL MAIL_URL NOW``."""

from __future__ import annotations

import sys
from datetime import datetime

from pydantic import SecretStr

from outreach_results.alerts.sending import send_raised
from outreach_results.config import Settings
from outreach_results.delivery.sending import Post
from outreach_results.store.engine import open_store


def main() -> None:
    """Wait for a line, so that several processes begin together; then send."""
    url, mail, now = sys.argv[1:]
    store = open_store(url)
    post = Post(Settings(smtp_url=SecretStr(mail), smtp_from="results@example.com"), mail_timeout_s=60.0)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    send_raised(store, post, lambda: datetime.fromisoformat(now))
    store.close()


if __name__ == "__main__":
    main()
