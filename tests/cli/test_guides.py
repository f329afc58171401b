"""The commands of the guides are run as they are written there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from outreach_results.config import settings
from support.databases import sqlite_url
from support.pictures import picture
from support.server import ROOT

GUIDES = ("docs/deploy.md", "docs/privacy.md", "docs/digests.md")
ELSEWHERE = "digests test"  # needs the reader's mail server


def shell_blocks(guide):
    return re.findall(r"^ *```sh\n(.*?)^ *```", (ROOT / guide).read_text(encoding="utf-8"), re.S | re.M)


def commands(guide):
    """The arguments of each command, in the order of the guide; at the shell's date, in this folder."""
    for line in "".join(shell_blocks(guide)).splitlines():
        if line.startswith("outreach-results "):
            here = line.replace("$(date +%F)", "2026-03-01").replace("/var/backups", "backups")
            yield shlex.split(here, comments=True)[1:]


def test_commands_of_the_guides_run(run, sample_database, tmp_path, monkeypatch):
    monkeypatch.setenv("OUTREACH_DATABASE_URL", sqlite_url(sample_database))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backups" / "outreach").mkdir(parents=True)
    tried = []
    for guide in GUIDES:
        for command in commands(guide):
            if " ".join(command).startswith(ELSEWHERE):
                continue
            if command[:2] == ["links", "create"]:  # the guide's client and logo
                run("clients", "add", "Acme")
                Path("logo.png").write_bytes(picture())
            if command[:2] == ["links", "revoke"]:
                command[2] = run("links", "list").out.decode().splitlines()[1].split()[0]
            ended = run(*command, stdin="a long password\n" if "--password" in command else "y\n")
            assert ended.status == 0, f"{guide}: outreach-results {shlex.join(command)}\n{ended.err}"
            tried.append(command[0])
    assert {"people", "backup", "restore", "person", "forget", "digests"} <= set(tried)
    assert run("doctor").status == 0


def test_settings_of_the_guide_let_people_sign_in(monkeypatch):
    [block] = [text for text in shell_blocks("docs/deploy.md") if "OUTREACH_SIGN_IN_PROVIDER" in text]
    for line in block.split():
        monkeypatch.setenv(*line.split("=", 1))
    settings.cache_clear()
    how = settings().sign_in
    assert how is not None
    assert how.is_encrypted
    assert how.admins == {"ann@example.com"}
