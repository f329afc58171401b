"""Loads one file, and says how long it took and how much memory: ``load_once.py URL FILE``."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from outreach_results.ingest.load import load
from outreach_results.ingest.readers.campaign_csv import campaign_csv
from outreach_results.store.engine import open_store

url, path = sys.argv[1], Path(sys.argv[2])
store = open_store(url)
begin = time.perf_counter()
report = load(store, path.name, campaign_csv(path))
seconds = time.perf_counter() - begin
if report.rejected_total or not report.inserted["events"]:
    sys.exit(report.sentence())
# Not getrusage: what it says of a new process includes that of its parent.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
assert peak is not None
print(json.dumps({"seconds": seconds, "peak": int(peak[1]) * 1024}))
