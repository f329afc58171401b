"""Output of commands: complete or not there, through links and devices, and never silent when it cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from outreach_results.cli.output import write_file
from outreach_results.errors import OutreachError
from support.databases import sqlite_url
from support.optional import present
from support.server import ROOT, clean_environment

FULL = Path("/dev/full")
needs_full_device = pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")

STOPS_HALFWAY = """
import sys, time
from pathlib import Path
from rich.console import Console
from outreach_results.cli.failures import failures_as_sentences
from outreach_results.cli.output import write_file

def chunks():
    yield b"half of it" * 10_000
    print("writing", flush=True)
    time.sleep(60)

with failures_as_sentences(Console(stderr=True)):
    write_file(Path(sys.argv[1]), chunks())
"""


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def program(*arguments, database, **how):
    command = [str(Path(sys.executable).with_name("outreach-results")), *map(str, arguments)]
    environment = clean_environment({"OUTREACH_DATABASE_URL": sqlite_url(database)})
    return subprocess.run(command, env=environment, check=False, stderr=subprocess.PIPE, timeout=60, **how)


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("yesterday")
    write_file(path, [b"to", b"day"])
    assert path.read_bytes() == b"today"
    assert names_in(tmp_path) == ["x.json"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_its_file_is_written(tmp_path, is_there):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "target.json", tmp_path / "link.json"
    if is_there:
        target.write_text("yesterday")
    link.symlink_to(target)
    write_file(link, [b"today"])
    assert link.is_symlink()
    assert target.read_bytes() == b"today"
    assert names_in(tmp_path / "folder") == ["target.json"]


def test_a_pipe_is_written_through(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, [b"to", b"day"])
    reader.join(10)
    assert read == [b"today"]
    assert pipe.is_fifo()


def test_a_device_is_written_through():
    device = Path(os.devnull)
    before = device.stat()
    write_file(device, [b"today"])
    assert device.stat().st_ino == before.st_ino
    assert not Path(f"{device}.partial").exists()


def test_a_folder_is_named(tmp_path):
    with pytest.raises(OutreachError, match=f"^{tmp_path} cannot be written: Is a directory.$"):
        write_file(tmp_path, [b"today"])


@needs_full_device
def test_a_full_device_is_a_sentence(sample_database):
    ended = program("export", "camp_abc123", "-o", FULL, database=sample_database)
    assert (ended.returncode, ended.stderr) == (1, b"/dev/full cannot be written: No space left on device.\n")
    assert FULL.is_char_device()


@needs_full_device
@pytest.mark.parametrize("command", [("export", "camp_abc123"), ("timezone",), ("get", "usage")], ids=" ".join)
def test_a_full_standard_output_is_a_sentence(sample_database, command):
    with FULL.open("wb") as full:
        ended = program(*command, database=sample_database, stdout=full)
    sentence = b"The output cannot be written: No space left on device. Choose another place, and run it again.\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def stopped_halfway(path, with_signal):
    command = [sys.executable, "-c", STOPS_HALFWAY, str(path)]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment({}), stdout=subprocess.PIPE) as process:
        assert present(process.stdout).readline() == b"writing\n"
        process.send_signal(with_signal)
        return process.wait(30)


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_a_stopped_export_leaves_nothing_behind(tmp_path, with_signal):
    path = tmp_path / "x.json"
    path.write_text("yesterday")
    assert stopped_halfway(path, with_signal) != 0
    assert names_in(tmp_path) == ["x.json"]
    assert path.read_text() == "yesterday"


def test_the_next_export_clears_what_a_kill_left(tmp_path):
    path = tmp_path / "x.json"
    stopped_halfway(path, signal.SIGKILL)
    assert names_in(tmp_path) == ["x.json.partial"]
    write_file(path, [b"today"])
    assert names_in(tmp_path) == ["x.json"]
    assert path.read_bytes() == b"today"
