"""Forgetting that stops in the middle, to be killed there: ``python -m support.killed_forget URL STATEMENT``."""

from __future__ import annotations

import sys
import time
from itertools import count

from sqlalchemy import event

from outreach_results.store.admin.forgetting import forget
from outreach_results.store.engine import open_store
from support.killed_load import STOPPED
from support.people import ADDRESS


def main(url: str, stops_at: int) -> None:
    """Forget, and stop before that statement that changes something."""
    store = open_store(url)
    changes = count()

    def stop(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")) and next(changes) == stops_at:
            sys.stdout.write(f"{STOPPED}\n")
            sys.stdout.flush()
            time.sleep(60)

    event.listen(store.engine, "before_cursor_execute", stop)
    forget(store, ADDRESS)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
