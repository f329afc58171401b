"""Imports or exports 300 replies of 960 kB; prints the peak memory in bytes: ``long_replies.py WHAT URL FILE``.

WHAT is ``write`` (only makes the file), ``import``, or the format of an export.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

REPLIES, CHARACTERS = 300, 960_000
CAMPAIGN = "long"


def main(what: str, url: str, path: Path) -> None:
    """Do what the command line says, in a process that does nothing else."""
    if what == "write":
        path.write_text(json.dumps(_document()))
        return
    from outreach_results.export import campaign_download
    from outreach_results.ingest.importing import import_file
    from outreach_results.store.engine import open_store

    store = open_store(url)
    if what == "import":
        (report,) = import_file(store, path)
        assert report.inserted["replies"] == REPLIES, report.sentence()
    else:
        with path.open("wb") as file:
            file.writelines(campaign_download(store, CAMPAIGN, what).chunks)
        assert path.stat().st_size > REPLIES * CHARACTERS
    store.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _document() -> dict[str, object]:
    at = "2026-01-05T10:00:00Z"
    return {
        "meta": {"format": "outreach-results/1"},
        "campaign": {"id": CAMPAIGN, "name": "Long replies", "created_at": at},
        "emails": [{"id": f"e{n}", "sent_at": at} for n in range(REPLIES)],
        "replies": [
            {"id": f"r{n}", "email_id": f"e{n}", "sentiment": "neutral", "body": _body(n), "received_at": at}
            for n in range(REPLIES)
        ],
    }


def _body(n: int) -> str:
    line = f"Thank you, {n} of us would like to know the price before we meet.\n"
    return (line * (CHARACTERS // len(line) + 1))[:CHARACTERS]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
