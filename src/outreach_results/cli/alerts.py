"""``outreach-results alerts``: the rules, who is told, what is raised now, and what was sent."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import SecretStr

from outreach_results.alerts import kept
from outreach_results.alerts.rules import RULES, LimitUnit, rule_of
from outreach_results.cli.session import console, open_database, user_name
from outreach_results.config import settings
from outreach_results.errors import QueryError
from outreach_results.models import OpenAlert, dates
from outreach_results.results import open_alerts
from outreach_results.store.alert_state import RuleChoice
from outreach_results.store.engine import Store

alerts = typer.Typer(help="What needs someone now: the rules, who is told, and what is raised.", no_args_is_help=True)


@alerts.command(name="list")
def list_rules() -> None:
    """List the rules with their limits, who is told, and what is raised now."""
    store = open_database()
    for kind, choice in kept.rule_choices(store).items():
        typer.echo(f"{kind:17}{'on' if kept.is_on(choice) else 'off':4}{RULES[kind].words(choice)}")
    to = kept.recipients(store)
    typer.echo(f"Told: {', '.join(to.places) or 'no one'}. Quiet hours: {to.quiet_words()}.")
    for client, own in to.clients.items():
        typer.echo(f"Told of client {client}: {', '.join(own.places)}.")
    _print_raised(store)


@alerts.command(name="set")
def set_rule(
    rule: Annotated[str | None, typer.Argument(help=f"{', '.join(RULES)}. Without it: for all alerts.")] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Switch the rule on or off.")] = None,
    limit: Annotated[str | None, typer.Option(help="Its limit, such as 3% or 7.")] = None,
    to: Annotated[
        list[str] | None, typer.Option(help="An email address; may be given several times. '' is no one.")
    ] = None,
    webhook: Annotated[
        str | None, typer.Option(help="An address as Slack gives it, kept encrypted. '' removes it.")
    ] = None,
    client: Annotated[
        str | None, typer.Option(help="With --to and --webhook: who is told of this client's campaigns only.")
    ] = None,
    quiet: Annotated[str | None, typer.Option(help="Quiet hours of the reporting time zone: 20-7, or never.")] = None,
    quote: Annotated[
        bool | None, typer.Option("--quote/--no-quote", help="Quote new positive replies, and name who wrote them.")
    ] = None,
) -> None:
    """Switch a rule on or off or set its limit; or set who is told, and when not."""
    is_of_rule, is_of_all = on is not None or limit is not None, (to, webhook, client, quiet, quote) != (None,) * 5
    if (rule is None and is_of_rule) or (rule is not None and (is_of_all or not is_of_rule)):
        raise typer.BadParameter("Name a rule with --on, --off or --limit; or no rule with --to, --webhook, --quiet …")
    store = open_database()
    if rule is not None:
        choice = RuleChoice(is_on=on, limit=None if limit is None else _limit(rule, limit))
        kept.choose_rules(store, {rule: choice}, by=user_name())
    elif is_of_all:
        kept.set_recipients(
            store,
            to=to,
            webhook=SecretStr(webhook) if webhook else None,
            without_webhook=webhook == "",
            quiet=_hours(quiet) if quiet not in (None, "never") else None,
            is_never_quiet=quiet == "never",
            with_replies=quote,
            client=client,
            secret=settings().secret_key,
            by=user_name(),
        )
    list_rules()


@alerts.command()
def check() -> None:
    """Look at all rules now and tell of what is raised, as the dashboard does by itself; for cron."""
    from outreach_results.alerts.sending import check as look
    from outreach_results.delivery.sending import Post

    store = open_database()
    attempted = look(store, Post(settings()))
    _print_raised(store)
    for one in attempted:
        console.print(f"{one.about}, {one.place}: {one.problem or one.status.words}", markup=False)


@alerts.command()
def test() -> None:
    """Send what is raised now to everyone who is told, marked as a test."""
    from outreach_results.alerts.sending import send_test
    from outreach_results.delivery.sending import Post

    problems = send_test(open_database(), Post(settings()))
    for place, problem in problems.items():
        console.print(f"{place}: {problem or 'sent'}", markup=False)
    if any(problems.values()):
        raise typer.Exit(1)


@alerts.command()
def log() -> None:
    """List what was sent and what was not, newest first."""
    store = open_database()
    zone = store.zone()
    for one in kept.LOG.newest_first(store):
        typer.echo(f"{dates.moment(one.at, zone)}\t{one.about}\t{one.place}\t{one.status}\t{one.problem}")


def _print_raised(store: Store) -> None:
    raised, zone = open_alerts(store).alerts, store.zone()
    for alert in raised:
        typer.echo(f"{dates.moment(alert.since.astimezone(zone), zone)}\t{_sentence(alert)}")
    if not raised:
        typer.echo("Nothing is raised.")


def _sentence(alert: OpenAlert) -> str:
    return f"{alert.title}: {f'{alert.name}: ' if alert.name else ''}{alert.what} {alert.next_step}"


def _limit(kind: str, given: str) -> float:
    try:
        number = float(given.strip().removesuffix("%"))
    except ValueError:
        raise QueryError("limit", f"{given[:20]!r} isn't a limit. Write 3% or 7.") from None
    return number / 100 if rule_of(kind).unit == LimitUnit.PERCENT else number


def _hours(given: str) -> tuple[int, int]:
    try:
        start, end = (int(hour) for hour in given.split("-"))
    except ValueError:
        raise QueryError("quiet", f"{given[:20]!r} isn't a pair of hours. Write 20-7, or never.") from None
    return start, end
