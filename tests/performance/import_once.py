"""Imports one file as the command does, and says how long it took and how much memory: ``import_once.py URL FILE``."""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from outreach_results.ingest.importing import import_file
from outreach_results.ingest.plans import Answers
from outreach_results.store.engine import open_store

url, path = sys.argv[1], Path(sys.argv[2])
store = open_store(url)
begin = time.perf_counter()
[report] = import_file(store, path, answers=Answers(campaign="Bench", as_of=datetime(2026, 2, 1, tzinfo=UTC)))
seconds = time.perf_counter() - begin
if report.rejected_total or not (report.inserted["events"] or report.inserted["contacts"]):
    sys.exit(report.sentence())
# Not getrusage: what it says of a new process includes that of its parent.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
assert peak is not None
print(json.dumps({"seconds": seconds, "peak": int(peak[1]) * 1024}))
