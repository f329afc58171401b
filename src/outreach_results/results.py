"""The shared data module: every question the product can answer, one typed function each.

Pages, the HTTP API, exports and the command line all ask here, so they always agree. What a question costs does not
grow with the number of e-mails: all of it reads ``daily_stats`` or an indexed slice.

Every function takes the `Store`; `Filters` mean the same in each of them. Frames hold counts as nullable integers
(NA: not tracked) and money as dollars (``*_usd``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from outreach_results import metrics
from outreach_results.errors import QueryError, UnknownCampaignError
from outreach_results.models import (
    COST_COLUMNS,
    COSTS,
    COUNTS,
    MICROS_PER_DOLLAR,
    Basis,
    Benchmarks,
    Campaign,
    Campaigns,
    CampaignStats,
    CostBreakdown,
    Costs,
    DailyRow,
    DailyStats,
    Detail,
    Distribution,
    Filters,
    InboxReply,
    Pagination,
    Period,
    Plan,
    Rates,
    Replies,
    Reply,
    Sentiment,
    Stats,
    Usage,
    UsageNumbers,
    dollars,
)
from outreach_results.store import schema
from outreach_results.store.engine import Store, zone_of

PER_PAGE = 20
MAX_PER_PAGE = 100


# --- campaigns ---------------------------------------------------------------------------------------------------


def campaigns(store: Store, *, page: int = 1, per_page: int = PER_PAGE) -> Campaigns:
    """A page of all campaigns, newest first."""
    _check_page(page, per_page)
    table = schema.campaigns
    with store.read() as connection:
        total = connection.execute(select(func.count()).select_from(table)).scalar_one()
        rows = connection.execute(
            select(table)
            .order_by(table.c.created_at.desc(), table.c.campaign_id)
            .limit(per_page)
            .offset((page - 1) * per_page)
        ).mappings()
        return Campaigns(
            campaigns=[_campaign(row) for row in rows],
            pagination=Pagination(total=total, page=page, per_page=per_page),
        )


def all_campaigns(store: Store) -> list[Campaign]:
    """Every campaign, newest first."""
    table = schema.campaigns
    with store.read() as connection:
        rows = connection.execute(select(table).order_by(table.c.created_at.desc(), table.c.campaign_id)).mappings()
        return [_campaign(row) for row in rows]


def campaign(store: Store, campaign_id: str) -> Campaign:
    """One campaign.

    Raises:
        UnknownCampaignError: there is none of that id.
    """
    with store.read() as connection:
        return _campaign(_campaign_row(connection, campaign_id))


def _campaign(row: RowMapping) -> Campaign:
    return Campaign(
        id=row["campaign_id"],
        name=row["name"],
        mcp=row["mcp"],
        created_at=row["created_at"],
        detail=Detail(row["detail"]),
    )


def _campaign_row(connection: Connection, campaign_id: str) -> RowMapping:
    table = schema.campaigns
    row = connection.execute(select(table).where(table.c.campaign_id == campaign_id)).mappings().first()
    if row is None:
        raise UnknownCampaignError(campaign_id)
    return row


def date_range(store: Store, campaign_ids: Iterable[str] | None = None) -> tuple[date, date] | None:
    """The first and the last day on which anything happened, or None where nothing did."""
    table = schema.daily_stats.c
    wanted = [table.basis == Basis.ACTIVITY]
    if campaign_ids is not None:
        wanted.append(table.campaign_id.in_(list(campaign_ids)))
    with store.read() as connection:
        first, last = connection.execute(select(func.min(table.date), func.max(table.date)).where(*wanted)).one()
    return (first, last) if first else None


# --- totals ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """What a set of campaigns achieved in a period. A count that one of them does not track is None."""

    stats: Stats
    rates: Rates
    costs: Costs


def campaign_stats(store: Store, campaign_id: str, filters: Filters | None = None) -> CampaignStats:
    """One campaign's stats, rates and costs: the contract's ``/campaigns/:id/stats``.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: the period starts after its end.
    """
    asked = (filters or Filters()).of(campaign_id)
    _check_period(asked)
    with store.read() as connection:
        _campaign_row(connection, campaign_id)
        found = _sums(connection, asked).get(campaign_id, _NOTHING)
        totals = _totals([found])
        return CampaignStats(
            campaign_id=campaign_id,
            period=_period(asked, found["first_on"], found["last_on"], zone_of(connection)),
            stats=totals.stats,
            rates=totals.rates,
            costs=totals.costs,
        )


def totals(store: Store, filters: Filters) -> Totals:
    """The stats, rates and costs of all chosen campaigns together."""
    _check_period(filters)
    with store.read() as connection:
        return _totals(list(_sums(connection, filters).values()))


def campaign_totals(store: Store, filters: Filters) -> pd.DataFrame:
    """One row a campaign with anything in the period, most e-mails first.

    Columns: campaign_id, name, mcp, the counts, the rates (unrounded), cost_usd and its components.
    """
    _check_period(filters)
    with store.read() as connection:
        sums = _sums(connection, filters)
        names = {row.campaign_id: row for row in connection.execute(select(schema.campaigns))}
    rows = []
    for campaign_id, found in sums.items():
        row: dict[str, Any] = {
            "campaign_id": campaign_id,
            "name": names[campaign_id].name,
            "mcp": names[campaign_id].mcp,
        }
        row |= {name: found[name] for name in COUNTS}
        row |= {
            name: metrics.ratio(found[rate.numerator], found[rate.denominator]) for name, rate in metrics.RATES.items()
        }
        row |= {f"{name}_usd": _usd(found[name]) for name in ("cost", *COST_COLUMNS)}
        rows.append(row)
    columns = ["campaign_id", "name", "mcp", *COUNTS, *metrics.RATES, *_COST_FIELDS]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.astype(dict.fromkeys(COUNTS, "Int64") | dict.fromkeys([*metrics.RATES, *_COST_FIELDS], "float64"))
    return frame.sort_values(["emails_sent", "campaign_id"], ascending=[False, True], ignore_index=True)


_COST_FIELDS = tuple(f"{name}_usd" for name in ("cost", *COST_COLUMNS))
_NOTHING: dict[str, Any] = dict.fromkeys((*COUNTS, "cost", *COST_COLUMNS), 0) | {
    "first_on": None,
    "last_on": None,
}


def _count_column(name: str, filters: Filters) -> ColumnElement[int]:
    use_twin = filters.humans_only and name != "emails_sent"
    return schema.daily_stats.c[f"{name}_human" if use_twin else name]


def _complete_sum(column: ColumnElement[int]) -> ColumnElement[int | None]:
    """The sum, or NULL as soon as one day does not know the number: a partial sum would pass for a total."""
    return case((func.count(column) == func.count(), func.sum(column)))


def _chosen(filters: Filters) -> list[ColumnElement[bool]]:
    table = schema.daily_stats.c
    wanted = [table.basis == filters.basis]
    if filters.campaigns is not None:
        wanted.append(table.campaign_id.in_(filters.campaigns))
    if filters.start is not None:
        wanted.append(table.date >= filters.start)
    if filters.end is not None:
        wanted.append(table.date <= filters.end)
    return wanted


def _sums(connection: Connection, filters: Filters) -> dict[str, dict[str, Any]]:
    """Per campaign: counts, micro-dollars, first_on and last_on."""
    table = schema.daily_stats.c
    query = (
        select(
            table.campaign_id,
            func.min(table.date).label("first_on"),
            func.max(table.date).label("last_on"),
            *(_complete_sum(_count_column(name, filters)).label(name) for name in COUNTS),
            *(_complete_sum(table[name]).label(name) for name in ("cost", *COST_COLUMNS)),
        )
        .where(*_chosen(filters))
        .group_by(table.campaign_id)
    )
    sums = {row["campaign_id"]: _integers(row) for row in connection.execute(query).mappings()}
    if filters.start is None and filters.end is None and not filters.humans_only:
        _prefer_reported(connection, sums)
    return sums


def _prefer_reported(connection: Connection, sums: dict[str, dict[str, Any]]) -> None:
    """Campaigns known only by the day take their totals from what their platform says of the whole."""
    reported = schema.reported_stats
    daily_only = (
        select(reported)
        .join(schema.campaigns, schema.campaigns.c.campaign_id == reported.c.campaign_id)
        .where(schema.campaigns.c.detail == Detail.DAILY)
    )
    for row in connection.execute(daily_only).mappings():
        if row["campaign_id"] in sums:
            known = {name: row[name] for name in (*COUNTS, "cost", *COST_COLUMNS) if row[name] is not None}
            sums[row["campaign_id"]] |= known


def _integers(row: RowMapping) -> dict[str, Any]:
    # PostgreSQL sums to numeric, which arrives as Decimal.
    numbers = (*COUNTS, "cost", *COST_COLUMNS)
    return dict(row) | {name: None if row[name] is None else int(row[name]) for name in numbers if name in row}


def _totals(sums: list[dict[str, Any]]) -> Totals:
    def total(name: str) -> int | None:
        values = [found[name] for found in sums]
        return None if None in values else sum(values)

    stats = Stats(**{name: total(name) for name in COUNTS})
    costs = Costs(
        total_byok_usd=_usd(total("cost")),
        breakdown=CostBreakdown(**{name: _usd(total(f"cost_{name}")) for name in COSTS}),
    )
    return Totals(stats=stats, rates=metrics.rates(stats), costs=costs)


def cost_per(cost_usd: float | None, count: int | None) -> float | None:
    """Dollars per reply, meeting or e-mail; None where there is none."""
    return metrics.ratio(cost_usd, count)


def _usd(micros: int | None) -> float | None:
    return None if micros is None else dollars(micros)


def _period(filters: Filters, first: date | None, last: date | None, zone: ZoneInfo) -> Period | None:
    start, end = filters.start or first, filters.end or last
    if start is None or end is None or start > end:
        return None
    return Period(
        start=datetime.combine(start, time.min, zone).astimezone(UTC),
        end=(datetime.combine(end + timedelta(days=1), time.min, zone) - timedelta(seconds=1)).astimezone(UTC),
    )


# --- daily -------------------------------------------------------------------------------------------------------


def campaign_daily(store: Store, campaign_id: str, filters: Filters | None = None) -> DailyStats:
    """One campaign's days: the contract's ``/campaigns/:id/stats/daily``.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: the period starts after its end.
    """
    asked = (filters or Filters()).of(campaign_id)
    _check_period(asked)
    with store.read() as connection:
        _campaign_row(connection, campaign_id)
        days = [_integers(row) for row in connection.execute(_daily_query(asked)).mappings()]
    return DailyStats(
        campaign_id=campaign_id,
        daily=[
            DailyRow(
                date=day["date"],
                emails_sent=day["emails_sent"],
                opened=day["opened"],
                replied=day["replied"],
                cost_usd=_usd(day["cost"]),
            )
            for day in days
        ],
    )


def daily_stats(store: Store, filters: Filters) -> pd.DataFrame:
    """All chosen campaigns together, one row a day without gaps, oldest first.

    Columns: date (datetime64), the counts, cost_usd and its components. Days on which nothing happened hold 0.
    The range is that of the filters, or where they are open that of the data.
    """
    _check_period(filters)
    with store.read() as connection:
        days = [_integers(row) for row in connection.execute(_daily_query(filters)).mappings()]
    frame = pd.DataFrame(days, columns=["date", *COUNTS, "cost", *COST_COLUMNS])
    start = filters.start or (days[0]["date"] if days else None)
    end = filters.end or (days[-1]["date"] if days else None)
    frame["date"] = pd.to_datetime(frame["date"])
    frame = frame.set_index("date")
    if start is not None and end is not None:
        untracked = frame.isna().any()
        frame = frame.reindex(pd.date_range(start, end, name="date"))
        quiet = frame.isna().all(axis=1)
        frame.loc[quiet, [name for name in frame.columns if not untracked[name]]] = 0
    for name in ("cost", *COST_COLUMNS):
        frame[f"{name}_usd"] = frame.pop(name).astype("float64") / MICROS_PER_DOLLAR
    return frame.astype(dict.fromkeys(COUNTS, "Int64")).reset_index()


def _daily_query(filters: Filters) -> Select[Any]:
    table = schema.daily_stats.c
    return (
        select(
            table.date,
            *(_complete_sum(_count_column(name, filters)).label(name) for name in COUNTS),
            *(_complete_sum(table[name]).label(name) for name in ("cost", *COST_COLUMNS)),
        )
        .where(*_chosen(filters))
        .group_by(table.date)
        .order_by(table.date)
    )


# --- replies -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the inbox, and how many replies of each sentiment the same filters find."""

    replies: list[InboxReply]
    counts: dict[Sentiment, int]
    pagination: Pagination


def replies(
    store: Store,
    campaign_id: str,
    filters: Filters | None = None,
    *,
    sentiment: Sentiment | None = None,
    q: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Replies:
    """One campaign's replies, newest first: the contract's ``/campaigns/:id/replies``.

    Raises:
        UnknownCampaignError: there is no such campaign.
        QueryError: a parameter is out of range.
    """
    campaign(store, campaign_id)
    found = inbox(
        store,
        (filters or Filters()).of(campaign_id),
        sentiments=[sentiment] if sentiment else None,
        q=q,
        page=page,
        per_page=per_page,
    )
    return Replies(
        campaign_id=campaign_id,
        replies=[Reply(**{name: getattr(reply, name) for name in Reply.model_fields}) for reply in found.replies],
        pagination=found.pagination,
    )


def inbox(
    store: Store,
    filters: Filters,
    *,
    sentiments: Iterable[Sentiment] | None = None,
    q: str | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Inbox:
    """The replies of all chosen campaigns, newest first.

    Args:
        sentiments: only these, after corrections; None for all. The counts ignore it.
        q: only replies in whose name, address, company or text every word of it occurs, in any case.

    Raises:
        QueryError: a parameter is out of range.
    """
    _check_period(filters)
    _check_page(page, per_page)
    wanted = _replies_wanted(filters, q)
    with store.read() as connection:
        counts = {
            Sentiment(name): n
            for name, n in connection.execute(
                select(_SENTIMENT, func.count()).select_from(_MARKED).where(*wanted).group_by(_SENTIMENT)
            )
        }
        chosen = set(Sentiment if sentiments is None else sentiments)
        if sentiments is not None:
            wanted.append(_SENTIMENT.in_(sorted(chosen)))
        rows = connection.execute(
            reply_query(wanted)
            .order_by(schema.replies.c.received_at.desc(), schema.replies.c.campaign_id, schema.replies.c.reply_id)
            .limit(per_page)
            .offset((page - 1) * per_page)
        ).mappings()
        return Inbox(
            replies=[_inbox_reply(row) for row in rows],
            counts={sentiment: counts.get(sentiment, 0) for sentiment in Sentiment},
            pagination=Pagination(
                total=sum(n for sentiment, n in counts.items() if sentiment in chosen),
                page=page,
                per_page=per_page,
            ),
        )


def replies_frame(
    store: Store, filters: Filters, *, sentiments: Iterable[Sentiment] | None = None, q: str | None = None
) -> pd.DataFrame:
    """All replies that the inbox would show on all its pages, with all their columns."""
    wanted = _replies_wanted(filters, q)
    if sentiments is not None:
        wanted.append(_SENTIMENT.in_(sorted(sentiments)))
    query = reply_query(wanted).order_by(schema.replies.c.received_at.desc())
    with store.read() as connection:
        rows = [_inbox_reply(row).model_dump(mode="json") for row in connection.execute(query).mappings()]
    return pd.DataFrame(rows, columns=list(InboxReply.model_fields))


def reply(store: Store, campaign_id: str, reply_id: str) -> InboxReply | None:
    """One reply with its full text, or None."""
    table = schema.replies.c
    with store.read() as connection:
        row = (
            connection.execute(reply_query([table.campaign_id == campaign_id, table.reply_id == reply_id]))
            .mappings()
            .first()
        )
    return None if row is None else _inbox_reply(row)


_MARKED = schema.replies.outerjoin(
    schema.reply_marks,
    and_(
        schema.replies.c.campaign_id == schema.reply_marks.c.campaign_id,
        schema.replies.c.reply_id == schema.reply_marks.c.reply_id,
    ),
)
_SENTIMENT = func.coalesce(schema.reply_marks.c.sentiment, schema.replies.c.sentiment)


def reply_query(wanted: Iterable[ColumnElement[bool]]) -> Select[Any]:
    """Replies beside what people marked them with; ``sentiment`` is the corrected one."""
    marks = schema.reply_marks.c
    columns = [column for column in schema.replies.c if column.name != "sentiment"]
    return (
        select(
            *columns,
            schema.replies.c.sentiment.label("source_sentiment"),
            _SENTIMENT.label("sentiment"),
            marks.handled_at,
            marks.marked_by,
            func.coalesce(marks.version, 0).label("mark_version"),
        )
        .select_from(_MARKED)
        .where(*wanted)
    )


def _replies_wanted(filters: Filters, q: str | None) -> list[ColumnElement[bool]]:
    table = schema.replies.c
    wanted: list[ColumnElement[bool]] = []
    if filters.campaigns is not None:
        wanted.append(table.campaign_id.in_(filters.campaigns))
    if filters.start is not None:
        wanted.append(table.received_on >= filters.start)
    if filters.end is not None:
        wanted.append(table.received_on <= filters.end)
    if filters.humans_only:
        wanted.append(_SENTIMENT != Sentiment.AUTOMATIC)
    searched = (table.name, table.address, table.company, table.preview, table.body)
    wanted.extend(
        or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in searched))
        for word in (q or "").split()
    )
    return wanted


def _inbox_reply(row: RowMapping) -> InboxReply:
    return InboxReply(
        id=row["reply_id"],
        email=row["address"],
        name=row["name"],
        company=row["company"],
        sentiment=Sentiment(row["sentiment"]),
        preview=row["preview"],
        received_at=row["received_at"],
        campaign_id=row["campaign_id"],
        email_id=row["email_id"],
        body=row["body"],
        source_sentiment=Sentiment(row["source_sentiment"]),
        handled_at=row["handled_at"],
        marked_by=row["marked_by"],
        mark_version=row["mark_version"],
    )


# --- usage -------------------------------------------------------------------------------------------------------


def usage(store: Store, period: str = "month", *, now: datetime | None = None) -> Usage:
    """What a month used of the plan: the contract's ``/usage``.

    Args:
        period: ``month`` for the current calendar month of the reporting zone, or YYYY-MM.

    Raises:
        QueryError: the period is neither.
    """
    with store.read() as connection:
        if period == "month":
            today = (now or datetime.now(UTC)).astimezone(zone_of(connection)).date()
            month = today.replace(day=1)
        else:
            month = _month(period)
        days = schema.daily_stats.c
        sent, cost = connection.execute(
            select(func.sum(days.emails_sent), func.sum(days.cost)).where(
                days.basis == Basis.SEND, days.date >= month, days.date < next_month(month)
            )
        ).one()
        created = schema.campaigns.c.created_on
        started = connection.execute(
            select(func.count()).where(created >= month, created < next_month(month))
        ).scalar_one()
        plan = _plan(connection)
    return Usage(
        period=month.strftime("%Y-%m"),
        usage=UsageNumbers(
            campaigns_created=started,
            emails_sent=int(sent or 0),
            emails_remaining=None if plan is None else max(0, plan.email_limit - int(sent or 0)),
            byok_cost_usd=dollars(int(cost or 0)),
        ),
        plan=plan,
    )


def usage_by_month(store: Store) -> pd.DataFrame:
    """Every month of the data, oldest first: month (datetime64), emails_sent, cost_usd and its components."""
    frame = daily_stats(store, Filters(basis=Basis.SEND))
    frame["month"] = frame["date"].dt.to_period("M").dt.to_timestamp()
    return frame.groupby("month", as_index=False)[["emails_sent", *_COST_FIELDS]].sum()


def last_day(store: Store) -> date | None:
    """The last day on which anything happened in any campaign."""
    span = date_range(store)
    return None if span is None else span[1]


def next_month(month: date) -> date:
    """The first day of the month after the one that ``month`` lies in."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _month(period: str) -> date:
    try:
        if len(period) != 7:
            raise ValueError
        return date.fromisoformat(f"{period}-01")
    except ValueError:
        raise QueryError("period", f"{period[:20]!r} is no period: use 'month' or a month like 2026-01.") from None


def plan_of(store: Store) -> Plan | None:
    """The account's plan, where it is known."""
    with store.read() as connection:
        return _plan(connection)


def _plan(connection: Connection) -> Plan | None:
    row = connection.execute(select(schema.plan)).first()
    return None if row is None else Plan(name=row.name, email_limit=row.email_limit, price_usd=dollars(row.price))


# --- benchmarks --------------------------------------------------------------------------------------------------


def benchmarks(store: Store, mcp: str | None = None) -> Benchmarks:
    """The community's distributions for an mcp, or of the community as a whole.

    Raises:
        QueryError: no benchmarks are known for that mcp.
    """
    table = schema.benchmarks
    with store.read() as connection:
        rows = connection.execute(select(table).where(table.c.mcp == (mcp or "")).order_by(table.c.metric)).all()
        known = connection.execute(select(table.c.mcp).distinct().order_by(table.c.mcp)).scalars().all()
    if not rows and mcp:
        named = ", ".join(name for name in known if name) or "none"
        raise QueryError("mcp", f"No benchmarks are known for the mcp {mcp[:100]!r}. Known: {named}.")
    order = {name: place for place, name in enumerate((*metrics.RATES, "avg_cost_per_email_usd"))}
    return Benchmarks(
        mcp=mcp,
        sample_size=rows[0].sample_size if rows else None,
        benchmarks={
            row.metric: Distribution(average=row.average, p25=row.p25, p50=row.p50, p75=row.p75)
            for row in sorted(rows, key=lambda row: order.get(row.metric, len(order)))
        },
        updated_at=rows[0].updated_at if rows else None,
    )


def benchmark_mcps(store: Store) -> list[str]:
    """The mcps that benchmarks are known for, the community as a whole ('') first if it is."""
    column = schema.benchmarks.c.mcp
    with store.read() as connection:
        return list(connection.execute(select(column).distinct().order_by(column)).scalars())


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of ours beside the community's; ``interval`` is that of a rate."""

    metric: str
    value: float | None
    interval: metrics.Interval | None
    community: Distribution
    verdict: str
    is_money: bool


def benchmark_comparison(own: Totals, community: Benchmarks) -> list[Comparison]:
    """Every metric that the community's benchmarks know, beside our own totals."""
    rows = []
    for name, spread in community.benchmarks.items():
        is_money = name not in metrics.RATES
        interval = None
        if is_money:
            value = metrics.cost_per_email(own.stats, own.costs) if name == "avg_cost_per_email_usd" else None
        else:
            of = metrics.RATES[name]
            value = metrics.rate_of(own.stats, name)
            interval = metrics.wilson(getattr(own.stats, of.numerator), getattr(own.stats, of.denominator))
        verdict = metrics.verdict(value, spread, lower_is_better=is_money)
        rows.append(Comparison(name, value, interval, spread, verdict, is_money))
    return rows


# --- checks ------------------------------------------------------------------------------------------------------


def _check_period(filters: Filters) -> None:
    if filters.start is not None and filters.end is not None and filters.start > filters.end:
        raise QueryError("start", f"The period starts on {filters.start}, after its end on {filters.end}.")


def _check_page(page: int, per_page: int) -> None:
    if page < 1:
        raise QueryError("page", "Pages are counted from 1.")
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise QueryError("per_page", f"Between 1 and {MAX_PER_PAGE} rows a page are allowed.")
