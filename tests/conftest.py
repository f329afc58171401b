"""What the tests share: databases, golden answers, a browser and a running server."""

from __future__ import annotations

import gc
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

from outreach_results.config import settings
from outreach_results.sample import load_sample
from outreach_results.store import engine
from outreach_results.store.engine import Store, open_store
from support.chromium import find_chromium
from support.databases import CompiledStatements, open_read_only, sqlite_url
from support.postgres import EmptyDatabases, Postgres, PostgresUnavailableError, name_of, running_postgres
from support.server import Server, running_server
from support.snapshot import explain_difference

hypothesis.settings.register_profile(
    "outreach",
    max_examples=int(os.environ.get("OUTREACH_TEST_EXAMPLES", "15")),  # more of them search deeper
    derandomize=bool(os.environ.get("CI")),
    deadline=None,
    database=None,
)
hypothesis.settings.load_profile("outreach")

SLOW = (
    "tests/api/test_description.py",
    "tests/api/test_export_response.py",
    "tests/api/webhooks/test_burst.py",
    "tests/cli/",
    "tests/alerts/test_sending.py",
    "tests/digests/test_sending.py",
    "tests/ingest/test_load_killed.py",
    "tests/ingest/test_load_properties.py",
    "tests/metrics/test_forecasts.py",
    "tests/metrics/test_sample_size.py",
    "tests/pages/",
    "tests/server/test_bind_check.py",
    "tests/store/admin/test_backup.py",
    "tests/store/test_killed.py",
    "tests/test_deploy.py",
    "tests/test_faults.py",
    "tests/store/admin/test_copy.py",
    "tests/store/admin/test_doctor.py",
    "tests/sync/",
    "tests/test_concurrency.py",
    "tests/ui/test_cache.py",
    "tests/ui/test_downloads.py",
    "tests/ui/test_filters.py",
)
"""Files and folders whose tests take seconds each; `make quick` leaves them out."""

BACKENDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))

MakeDatabase = Callable[[], str]
MakeStore = Callable[[], Store]
StartServer = Callable[..., Server]
Golden = Callable[[str], Any]


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the modules and the thousands of tests, which stay until the end."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow tests."""
    for item in items:
        if item.path.relative_to(item.config.rootpath).as_posix().startswith(SLOW):
            item.add_marker(pytest.mark.slow)


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Say where two whole databases differ, in a few lines."""
    return explain_difference(left, right) if op == "==" else None


def missing(what: str) -> NoReturn:
    """Skip what this machine cannot run; on CI, where it must run, fail."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} On CI nothing may be skipped.")
    pytest.skip(what)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test starts without settings, and leaves none behind."""
    for name in [name for name in os.environ if name.startswith("OUTREACH_") and "_TEST_" not in name]:
        monkeypatch.delenv(name)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def golden() -> Golden:
    """``golden("stats")`` is the contract's example of that name."""
    folder = Path(__file__).parent / "golden"
    return lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


# --- databases ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """All databases of this process share one cache of statements."""
    create = partial(engine.create_engine, execution_options={"compiled_cache": CompiledStatements()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "create_engine", create)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, one for each test process."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(running_postgres())
        except PostgresUnavailableError as error:
            missing(str(error))
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with tables and nothing in them."""
    url = postgres.create()
    open_store(url).close()
    return name_of(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    open_store(sqlite_url(path)).close()
    return path


@pytest.fixture
def make_sqlite(tmp_path: Path, sqlite_template: Path) -> Iterator[MakeStore]:
    """Opens a new empty SQLite database at each call."""
    numbers = count(1)
    with ExitStack() as stack:

        def make() -> Store:
            path = shutil.copyfile(sqlite_template, tmp_path / f"store-{next(numbers)}.db")
            store = open_store(sqlite_url(path))
            stack.callback(store.close)
            return store

        yield make


@pytest.fixture(scope="session")
def empty_databases(postgres: Postgres, postgres_template: str) -> EmptyDatabases:
    """PostgreSQL databases with tables and nothing in them."""
    return EmptyDatabases(postgres, postgres_template)


@pytest.fixture
def make_postgres(empty_databases: EmptyDatabases) -> Iterator[MakeStore]:
    """Opens an empty PostgreSQL database at each call."""
    with ExitStack() as stack:

        def make() -> Store:
            url = empty_databases.take()
            stack.callback(empty_databases.give_back, url)
            store = open_store(url)
            stack.callback(store.close)
            return store

        yield make


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """A test that uses this runs on every kind of database."""
    return str(request.param)


@pytest.fixture
def make_store(backend: str, request: pytest.FixtureRequest) -> MakeStore:
    """Opens a new empty database at each call; the test runs on every kind."""
    make: MakeStore = request.getfixturevalue(f"make_{backend}")
    return make


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    """A new empty database; the test runs on every kind."""
    return make_store()


@pytest.fixture
def sqlite_store(make_sqlite: MakeStore) -> Store:
    """A new empty SQLite database, where the kind does not matter."""
    return make_sqlite()


@pytest.fixture
def new_database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """The address of a database that was never opened, at each call; the test runs on every kind."""
    numbers = count(1)
    with ExitStack() as stack:

        def make() -> str:
            if backend == "sqlite":
                return sqlite_url(tmp_path / f"new-{next(numbers)}.db")
            postgres: Postgres = request.getfixturevalue("postgres")
            url = postgres.create()
            stack.callback(postgres.drop, url)
            return url

        yield make


# --- sample data -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the sample data. Not to be opened: see ``sample_store`` and ``sample_database``."""
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    store = open_store(sqlite_url(path))
    load_sample(store)
    store.close()
    return path


@pytest.fixture(scope="session")
def sample_store(sample_file: Path) -> Iterator[Store]:
    """The sample data, to be read only."""
    path = sample_file.with_name("read-only.db")
    shutil.copyfile(sample_file, path)
    store = open_read_only(sqlite_url(path))
    yield store
    store.close()


@pytest.fixture(scope="session")
def sample_store_postgres(postgres: Postgres) -> Iterator[Store]:
    """The sample data on PostgreSQL, to be read only."""
    url = postgres.create()
    writer = open_store(url)
    load_sample(writer)
    writer.close()
    store = open_read_only(url)
    yield store
    store.close()


@pytest.fixture(params=BACKENDS)
def every_sample_store(request: pytest.FixtureRequest) -> Store:
    """The sample data, to be read only; the test runs on every kind of database."""
    name = {"sqlite": "sample_store", "postgres": "sample_store_postgres"}[request.param]
    store: Store = request.getfixturevalue(name)
    return store


@pytest.fixture
def sample_database(sample_file: Path, tmp_path: Path) -> Path:
    """An own SQLite file with the sample data, for a test that writes."""
    return Path(shutil.copyfile(sample_file, tmp_path / "sample.db"))


@pytest.fixture
def writable_sample(sample_database: Path) -> Iterator[Store]:
    """An own open SQLite database with the sample data, for a test that writes."""
    store = open_store(sqlite_url(sample_database))
    yield store
    store.close()


# --- dashboard ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once() -> Iterator[None]:
    """AppTest looks through all installed packages for components, for each app anew: half of its processor time."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def pages_through_the_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages run inside app.py, as on the server. AppTest forgets before each run that app.py sees to that."""
    from streamlit.runtime.pages_manager import PagesManager

    as_it_is = PagesManager.__init__

    def start(self: PagesManager, *args: Any, **kwargs: Any) -> None:
        PagesManager.uses_pages_directory = False
        as_it_is(self, *args, **kwargs)

    monkeypatch.setattr(PagesManager, "__init__", start)


@pytest.fixture
def use_database(monkeypatch: pytest.MonkeyPatch, pages_through_the_entry: None) -> Iterator[Callable[[str], None]]:
    """``use_database(url)``: the dashboard that is run in this process (`support.dashboard`) reads that database."""
    from outreach_results.ui import cache as dashboard

    with ExitStack() as opened:

        def open_and_remember(url: str, *, new_zone: str = "UTC") -> Store:
            store = open_store(url, new_zone=new_zone)
            opened.callback(store.close)
            return store

        def use(url: str) -> None:
            monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
            forget()

        def forget() -> None:
            # Not the answers: a test that reads the same sample data as the one before may have them from the cache.
            settings.cache_clear()
            dashboard.store.clear()

        monkeypatch.setattr(dashboard, "open_store", open_and_remember)
        forget()
        yield use
        forget()


@pytest.fixture
def sample_dashboard(use_database: Callable[[str], None], sample_database: Path) -> Path:
    """The dashboard that is run in this process reads this test's own copy of the sample data."""
    use_database(sqlite_url(sample_database))
    return sample_database


# --- browser and server ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium that the browser tests drive."""
    result = find_chromium()
    if result is None:
        missing("There is no Chromium here: run tests/install-chromium, or set OUTREACH_TEST_CHROMIUM to its path.")
    return result


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """``start_server({"OUTREACH_…": …})`` runs the product as its users do, until the session ends."""
    with ExitStack() as stack:

        def start(env: Mapping[str, str], *options: str) -> Server:
            return stack.enter_context(running_server(tmp_path_factory.mktemp("server"), env, *options))

        yield start


@pytest.fixture(scope="session")
def live_server(start_server: StartServer, sample_file: Path) -> Server:
    """The product, running over a copy of the sample data."""
    path = sample_file.with_name("live.db")
    shutil.copyfile(sample_file, path)
    return start_server({"OUTREACH_DATABASE_URL": sqlite_url(path)})
