"""A load that stops in the middle, to be killed there: ``python -m support.killed_load URL RECORD``."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

from outreach_results.ingest import load as loading
from outreach_results.ingest.records import Record
from outreach_results.store.engine import open_store
from support.records import at, campaign, email, event, reply

RECORDS: list[Record] = [
    campaign(name="Later title"),
    *(email(f"e{n}", at(4 + n % 3)) for n in range(60)),
    *(event(kind, email_id=f"e{n}") for n in range(60) for kind in ("delivered", "opened")),
    *(reply(f"r{n}", email_id=f"e{n}") for n in range(20)),
]
STOPPED = "stopped"


def main(url: str, stops_at: int) -> None:
    """Load, and stop before that record; after the last one, before the end of the transaction."""
    loading.BATCH = 30  # so that parts are written long before the end

    def stop(*_: object) -> None:
        sys.stdout.write(f"{STOPPED}\n")
        sys.stdout.flush()
        time.sleep(60)

    def records() -> Iterator[Record]:
        for number, record in enumerate(RECORDS):
            if number == stops_at:
                stop()
            yield record

    loading.load(open_store(url), "killed", records(), also=stop)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
