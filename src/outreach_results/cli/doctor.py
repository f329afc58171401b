"""The command that looks over the database and the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from rich.console import Console

from outreach_results.cli.session import console, open_database
from outreach_results.config import PREFIX, settings
from outreach_results.errors import OutreachError
from outreach_results.store.admin.doctor import Check, Finding, look_over
from outreach_results.store.engine import Store
from outreach_results.store.key_file import key_file
from outreach_results.store.sync_sources import key_of, list_sources


def doctor(
    fix: Annotated[
        bool, typer.Option("--fix", help="Build again what is derived and wrong: counts, inbox, search.")
    ] = False,
) -> None:
    """Look over the database and the configuration; name what is wrong and what puts it right.

    Every campaign is counted again, while people go on working.

    Exit status: 0 nothing is wrong, or all of it was mended; 1 something is.
    """
    out = Console(highlight=False, soft_wrap=True)
    wrong = mended = 0
    for check in _checks(fix=fix):
        is_wrong = [finding for finding in check.findings if not finding.is_mended]
        wrong, mended = wrong + len(is_wrong), mended + len(check.findings) - len(is_wrong)
        state = "WRONG" if is_wrong else "mended" if check.findings else "ok"
        out.print(f"{check.name:18}{state:8}{check.note}".rstrip(), markup=False, style="red" if is_wrong else None)
        for finding in check.findings:
            out.print(f"  {finding.sentence}", markup=False)
    if wrong:
        out.print("1 thing is wrong." if wrong == 1 else f"{wrong} things are wrong.", style="red")
        raise typer.Exit(1)
    out.print("Nothing is wrong any more." if mended else "Nothing is wrong.")


def _checks(*, fix: bool) -> Iterator[Check]:
    try:
        store = open_database()
    except OutreachError as error:  # what cannot be opened cannot be looked at
        yield Check("Database", findings=(Finding(str(error)),))
    else:
        with console.status("") as status:
            checks = look_over(store, fix=fix, on_check=lambda name: status.update(f"{name} …"))
            yield Check("Database", store.engine.url.render_as_string(hide_password=True))
            yield from checks
        yield _checked("Time zone", lambda: _zone(store))
        yield _checked("Keys of accounts", lambda: _keys(store))
    yield _checked("Sign-in", _sign_in)


def _checked(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except OutreachError as error:
        return Check(name, findings=(Finding(str(error)),))


def _zone(store: Store) -> Check:
    """Whether the zone of the database is known here, and the one that the settings expect."""
    zone, config = store.zone().key, settings()
    if "time_zone" not in config.model_fields_set or config.time_zone == zone:
        return Check("Time zone", zone)
    sentence = (
        f"{PREFIX}TIME_ZONE is {config.time_zone}, but the database reports in {zone}: the setting is for new ones. "
        f"Change it with: outreach-results timezone {config.time_zone}"
    )
    return Check("Time zone", zone, (Finding(sentence),))


def _keys(store: Store) -> Check:
    """Whether the keys of all accounts can be decrypted, and their secret is safe."""
    secret, accounts = settings().secret_key, list_sources(store)
    if not accounts:
        return Check("Keys of accounts", "none")
    findings = []
    for account in accounts:
        try:
            key_of(store, account.name, secret)
        except OutreachError as error:
            findings.append(Finding(str(error)))
    where = f"{PREFIX}SECRET_KEY" if secret else key_file(store)
    # A missing file is one problem, however many accounts it concerns.
    return Check("Keys of accounts", f"encrypted with {where}", tuple(dict.fromkeys(findings)))


def _sign_in() -> Check:
    """Whether sign-in is set up whole or not at all; `serve` refuses to let others in without it."""
    how = settings().sign_in  # raises where a part is missing
    return Check("Sign-in", "none: for this machine only" if how is None else f"at {how.public_url}")
