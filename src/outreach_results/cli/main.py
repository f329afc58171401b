"""The command line: the same queries and the same import as the dashboard, for the terminal and for scripts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from outreach_results import export as exports
from outreach_results import results, sample
from outreach_results.cli import copy_output, sync_output
from outreach_results.cli.account_entries import enter_days, plan
from outreach_results.cli.alerts import alerts
from outreach_results.cli.audit import audit, note_export
from outreach_results.cli.backup import backup, restore
from outreach_results.cli.campaigns import campaigns
from outreach_results.cli.clients import clients
from outreach_results.cli.digests import digests
from outreach_results.cli.doctor import doctor
from outreach_results.cli.entries import enter_of_campaign
from outreach_results.cli.failures import failures_as_sentences
from outreach_results.cli.goals import goals
from outreach_results.cli.imports import import_files, imports
from outreach_results.cli.interests import choose_states
from outreach_results.cli.links import links
from outreach_results.cli.output import file_errors, write_file, write_stdout, write_table
from outreach_results.cli.people import people
from outreach_results.cli.report import report
from outreach_results.cli.rights import export_person, forget_person, keep_to_retention, remove_replies
from outreach_results.cli.serve import serve
from outreach_results.cli.session import console, open_database, open_database_of_today, opened, user_name
from outreach_results.cli.sources import sources
from outreach_results.config import settings
from outreach_results.errors import ConfigError, OutreachError
from outreach_results.models.metric_definitions import TRACKED
from outreach_results.models.numbers import counted
from outreach_results.reconcile.comparison import reconcile
from outreach_results.store import admin, api_keys
from outreach_results.store.admin.copy import copy
from outreach_results.store.admin.distribute import distribute, workers
from outreach_results.store.api_keys import KeyScope
from outreach_results.store.engine import Store
from outreach_results.store.tracking import choose_tracking, tracking_of
from outreach_results.sync import sources as sync_accounts
from outreach_results.sync.run import server_of, sync
from outreach_results.sync.sources import Account, accounts, chosen_account

app = typer.Typer(
    help="Results of cold-email campaigns: load them, look at them, export them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line; every failure is one sentence and exit status 1."""
    with failures_as_sentences(console), opened:
        app()


@app.command()
def init(
    spread: Annotated[
        bool, typer.Option("--distribute", help="Spread the tables over the machines of a Citus cluster.")
    ] = False,
) -> None:
    """Create the database, or upgrade its tables to this version."""
    store = open_database()
    if spread:
        placed = distribute(store)
        console.print(f"Placed on the cluster: {', '.join(placed)}." if placed else "Every table is placed already.")
        machines = workers(store)
        if machines:
            console.print(f"{counted(machines, 'worker machine')} took part.")
        else:
            console.print(
                "No worker machine took part: all rows are on the coordinator. Add workers with citus_add_node, then "
                "move rows to them with: SELECT citus_rebalance_start();",
                style="yellow",
                markup=False,
            )
    console.print(f"The database is ready. Reporting time zone: {store.zone().key}.", markup=False)


@app.command()
def demo(
    if_new: Annotated[bool, typer.Option("--if-new", help="Only where the database holds no campaign yet.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the sample data.")] = False,
) -> None:
    """Load the sample data, to look around before the first own campaign is in."""
    store = open_database()
    if remove:
        console.print(f"{counted(admin.remove_sample(store, by=user_name()), 'sample campaign')} removed.")
        return
    if if_new and results.all_campaigns(store):
        return
    console.print(sample.load_sample(store).sentence(), markup=False)
    console.print("Remove it with: outreach-results demo --remove")


app.command()(serve)
app.command(name="import")(import_files)
app.add_typer(imports, name="imports")


@app.command(name="sync")
def sync_results(
    source: Annotated[str | None, typer.Option(help="Only the account of this name; see: sources list.")] = None,
    campaign: Annotated[
        list[str] | None, typer.Option("--campaign", help="Only this one; may be given several times.")
    ] = None,
) -> None:
    """Bring in what changed in every account: the one of OUTREACH_API_URL, and those of `sources` and the page Data.

    What did not change is not fetched again.

    Exit status: 0 everything the servers have is here, 1 something failed.
    """
    store = open_database()
    keep_to_retention(store)
    chosen = accounts(store, settings()) if source is None else [chosen_account(store, settings(), source)]
    if not chosen:
        server_of(settings())  # raises, and says how to connect one
    is_complete = [_synced(store, account, campaign or ()) for account in chosen]
    if not all(is_complete):
        raise typer.Exit(1)


def _synced(store: Store, account: Account, campaign_ids: Sequence[str]) -> bool:
    """Sync one account and print its report; whether everything is here. What one fails with stops no other."""
    if account.name:
        console.print(f"{account.name}:", markup=False)
    try:
        with (
            sync_accounts.opened(store, account, settings()) as server,
            sync_output.campaign_progress(console) as on_progress,
        ):
            report = sync(
                store,
                server,
                campaign_ids=campaign_ids,
                others=account.others,
                is_first=account.is_first,
                on_progress=on_progress,
            )
    except ConfigError as error:
        console.print(str(error), style="red", markup=False)
        return False
    sync_output.print_report(console, report)
    return report.is_complete


@app.command(name="reconcile")
def reconcile_results(
    every: Annotated[bool, typer.Option("--all", help="Also the numbers that agree.")] = False,
) -> None:
    """Show what the server reports beside what is counted here, and why the two differ."""
    sync_output.print_reconciliation(Console(highlight=False), reconcile(open_database()), only_differences=not every)


@app.command()
def export(
    campaign: Annotated[str | None, typer.Argument(help="The campaign's id.")] = None,
    fmt: Annotated[str, typer.Option("--format", help=f"{', '.join(exports.FORMATS)}.")] = "json",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A file; with --all a folder. Without it: the terminal.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every campaign and the account, into a folder.")] = False,
    humans_only: Annotated[
        bool, typer.Option("--humans-only", help="Without machine opens, machine clicks and automatic replies.")
    ] = False,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin a CSV with a byte order mark, so that Excel reads it as UTF-8.")
    ] = False,
) -> None:
    """Write all data of a campaign: sent emails, opens, clicks, replies."""
    store = open_database()
    if every:
        if campaign is not None or output is None:
            raise typer.BadParameter("--all takes no campaign, and needs a folder: --all -o FOLDER.")
        with file_errors(output):
            output.mkdir(parents=True, exist_ok=True)
        _export_all(store, output, fmt, humans_only=humans_only, bom=bom)
        return
    if campaign is None:
        raise typer.BadParameter("Name a campaign, or use --all -o FOLDER.")
    download = exports.campaign_download(store, campaign, fmt, humans_only=humans_only, bom=bom)
    note_export(store, download)
    if output is None and not exports.FORMATS[fmt].is_text and sys.stdout.isatty():
        raise OutreachError(f"{fmt} isn't text to print. Name a file with -o FILE, or pipe the output.")
    if output is not None:
        _write(download, output)
        return
    write_stdout(download.chunks)


def _export_all(store: Store, folder: Path, fmt: str, *, humans_only: bool, bom: bool) -> None:
    account = exports.account_download(store)
    note_export(store, account)
    downloads = []
    for campaign in results.all_campaigns(store):
        used = fmt if exports.can_hold(fmt, campaign.detail) else "json"
        with_bom = bom and used == fmt
        downloads.append(exports.campaign_download(store, campaign.id, used, humans_only=humans_only, bom=with_bom))
        note_export(store, downloads[-1])
    names = exports.distinct([download.file_name for download in downloads], [account.file_name])
    for download, name in zip(downloads, names, strict=True):
        _write(download, folder / name)
    _write(account, folder / account.file_name)


def _write(download: exports.Download, path: Path) -> None:
    write_file(path, download.chunks)
    console.print(f"Written: {path}", markup=False)


@app.command(name="copy")
def copy_database(
    to: Annotated[str, typer.Option("--to", help="Address of an empty database, or of a copy begun earlier.")],
) -> None:
    """Copy everything to another database, and compare the two. Cut off at any point, it goes on when run again.

    Exit status: 0 the two are equal, 1 they are not, or something failed.
    """
    source = open_database()
    with closing(copy_output.open_target(to)) as target:
        with copy_output.copy_progress(console) as on_progress:
            report = copy(source, target, on_progress=on_progress)
        copy_output.print_comparison(Console(highlight=False), report)
    if not report.is_equal:
        raise typer.Exit(1)


app.command()(backup)
app.command()(restore)
app.command()(doctor)


@app.command()
def timezone(
    zone: Annotated[str | None, typer.Argument(help="An IANA name, such as Europe/Zurich.")] = None,
) -> None:
    """Show the reporting time zone, or change it and date everything anew."""
    store = open_database()
    if zone is None:
        typer.echo(store.zone().key)
    else:
        changed = admin.change_time_zone(store, zone, by=user_name())
        console.print(f"Everything is now dated in {changed.key}.", markup=False)


@app.command()
def tracking(
    campaign: Annotated[str, typer.Argument(help="The campaign's id.")],
    yes: Annotated[list[str] | None, typer.Option("--yes", help="It tracks this, such as opens.")] = None,
    no: Annotated[list[str] | None, typer.Option("--no", help="It does not track this, such as costs.")] = None,
    reset: Annotated[list[str] | None, typer.Option("--reset", help="Go back to what the source says of this.")] = None,
) -> None:
    """Show what a campaign tracks, or set it. What is not tracked is shown as unknown, never as 0.

    Each option may be given several times. Neither a sync nor an import changes what is set here.
    """
    options = ((yes, True), (no, False), (reset, None))
    named = [(kind, value) for kinds, value in options for kind in kinds or ()]
    choice = dict(named)
    if len(choice) < len(named):
        raise typer.BadParameter("Use each of them once: --yes, --no and --reset cannot be combined.")
    store = open_database()
    state = choose_tracking(store, campaign, choice, by=user_name()) if choice else tracking_of(store, campaign)
    for kind in TRACKED:
        origin = "set here" if kind in state.chosen else "by its source" if kind in state.declared else "by default"
        typer.echo(f"{kind:13}{'yes' if kind in state.tracked else 'no':5}{origin}")


app.command()(report)
app.command(name="person")(export_person)
app.command(name="forget")(forget_person)
app.command(name="retention")(remove_replies)
app.command(name="campaign")(enter_of_campaign)
app.add_typer(campaigns, name="campaigns")
app.add_typer(clients, name="clients")
app.command()(plan)
app.command()(goals)
app.command(name="days-off")(enter_days)
app.command(name="interest")(choose_states)


@app.command()
def get(
    path: Annotated[str, typer.Argument(help="Such as campaigns/camp_abc123/stats?start=2026-01-30, or usage.")],
) -> None:
    """Print what the HTTP API answers, without a server and without a key."""
    from outreach_results.api.in_process import get as answer  # slow to load, and nothing else here needs it

    answer(open_database_of_today(), path, sys.stdout.buffer.write)
    sys.stdout.buffer.flush()
    if sys.stdout.isatty():
        typer.echo()


@app.command(name="mcp")
def mcp_on_stdio() -> None:
    """Answer an assistant on standard input and output, by the Model Context Protocol. It can only read."""
    from outreach_results.mcp_server.stdio import serve as answer  # slow to load, and nothing else here needs it

    answer(open_database_of_today())


keys = typer.Typer(help="Keys of the HTTP API.", no_args_is_help=True)
app.add_typer(keys, name="keys")
app.add_typer(sources, name="sources")
app.add_typer(digests, name="digests")
app.add_typer(alerts, name="alerts")
app.add_typer(people, name="people")
app.add_typer(links, name="links")
app.command(name="audit")(audit)


@keys.command(name="create")
def create_key(
    name: Annotated[str, typer.Argument(help="Who or what will use it.")],
    scope: Annotated[
        KeyScope, typer.Option(help="read: results; ingest: deliver events by webhook; admin: both.")
    ] = KeyScope.READ,
    client: Annotated[
        str | None, typer.Option("--client", help="The id of a client: the key reads its campaigns only.")
    ] = None,
) -> None:
    """Make a key and print it. It is shown this once: only a hash of it is kept."""
    key = api_keys.create_key(open_database(), name, scope, client_id=client, by=user_name())
    typer.echo(key)
    console.print("Keep it safe: it is not shown again. Send it as: Authorization: Bearer KEY", markup=False)


@keys.command(name="list")
def list_keys() -> None:
    """Show every key's name and scope, when it was made and last used, and whether it was revoked."""
    all_keys = api_keys.list_keys(open_database())
    rows: list[tuple[str, ...]] = [("NAME", "SCOPE", "CLIENT", "CREATED (UTC)", "LAST USED", "REVOKED")]
    for key in all_keys:
        times = (f"{at:%Y-%m-%d %H:%M}" if at else "-" for at in (key.created_at, key.last_used_at, key.revoked_at))
        rows.append((key.name, key.scope, key.client_id or "all", *times))
    write_table(rows)


@keys.command(name="revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Make a key worthless, at once."""
    api_keys.revoke_key(open_database(), name, by=user_name())
    console.print(f"The key {name!r} is revoked.", markup=False)
