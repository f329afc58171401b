"""The sections of the usage page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from outreach_results import metrics
from outreach_results.metrics import RunOut
from outreach_results.models import COST_COLUMNS, Basis, Filters, Plan, Usage, UsageNumbers, UsageOfAccounts
from outreach_results.results import Outlook, component_costs, next_month
from outreach_results.ui import bound_controls, cards, charts, clicks, tables, text, url_state
from outreach_results.ui.cache import derive, draw
from outreach_results.ui.cards import Card
from outreach_results.ui.charts.usage import MOST_CAMPAIGNS, most_expensive
from outreach_results.ui.components import DEFINITIONS, chart_with_data, only_in_print
from outreach_results.ui.downloads import Table

PER_EMAIL, IN_TOTAL = "Per email", "In total"


def month_chooser(months: pd.DataFrame) -> date:
    """Draw the select box of months, newest first, and return the first day of the chosen one."""
    values = [f"{month:%Y-%m}" for month in reversed(list(months["month"]))]
    codes = {month: month for month in values}
    chosen = st.selectbox(
        "Month",
        values,
        format_func=lambda value: text.month(date.fromisoformat(value + "-01")),
        key=url_state.control("month", url_state.one_of("month", codes, values[0])),
        on_change=url_state.writes_one("month", codes, values[0]),
        label_visibility="collapsed",
        width=170,
    )
    only_in_print(text.month(date.fromisoformat(chosen + "-01")), key="month")
    return date.fromisoformat(chosen + "-01")


def quota(month: Outlook) -> None:
    """Draw how much of the plan's quota is used, and whether it will last."""
    st.markdown(" ".join([*_used(month), *_forecast_sentences(month)]))
    plan = month.plan
    if plan is None:
        st.info("The plan is not known, so there is no quota to compare with. It comes with a sync or an account file.")
    else:
        due = _due(month, plan.email_limit)
        charts.show(
            draw(charts.quota, month.total, plan.email_limit, due, month.forecast.emails if month.forecast else None),
            key="quota",
            alt=f"{month.total:,} of {plan.email_limit:,} emails used"
            + ("" if due is None else f"; {due:,.0f} are expected by today"),
        )
    st.caption(" ".join(_remarks(month)))


LIKELY_ENOUGH = 0.05
"""From this chance on that the quota runs out, the page says how much of it would be used by now."""


def _due(month: Outlook, limit: int) -> float | None:
    """How many emails would be sent by now if the month used up the quota; None where that would not help anyone."""
    run_out = month.forecast.run_out if month.forecast is not None else None
    is_close = run_out is not None and (run_out.first is not None or run_out.chance >= LIKELY_ENOUGH)
    return limit * month.due_share if is_close and not month.is_over else None


def _used(month: Outlook) -> list[str]:
    name = text.month(month.first)
    if month.plan is None:
        verb = "email was" if month.total == 1 else "emails were"
        return [f"**{month.total:,}** {verb} sent in {name}."]
    limit = month.plan.email_limit
    share = text.percent(month.total / limit if limit else None)
    sentences = [
        f"**{month.total:,}** of {limit:,} emails of the plan **{text.escape(month.plan.name)}** are used ({share})."
    ]
    if month.reached_on is not None:
        over = month.total - limit
        beyond = f"; {text.counted(over, 'email')} went beyond it" if over > 0 else ""
        sentences.append(f"**The quota ran out on {text.short_weekday(month.reached_on)}**{beyond}.")
    elif month.is_over:
        sentences.append(f"The quota lasted for all of {name}.")
    return sentences


def _forecast_sentences(month: Outlook) -> list[str]:
    if month.is_over:
        return []
    forecast = month.forecast
    if forecast is None:
        return ["Too early to forecast the month: there are **not enough days yet**."]
    sentences = [] if forecast.run_out is None else [run_out_sentence(forecast.run_out, month.last)]
    low, high = forecast.emails
    sentences.append(
        f"By {text.short_day(month.last)}, **{low:,.0f} to {high:,.0f}** emails will have been sent (80% likely)."
    )
    return sentences


def run_out_sentence(run_out: RunOut, month_end: date) -> str:
    """A sentence on when the quota runs out, with its probability."""
    if run_out.first is None:
        chance = "under 1%" if run_out.chance < 0.01 else f"{run_out.chance:.0%}"
        return f"**On track**: {chance} chance of hitting the limit."
    if run_out.last is None:
        chance = f"{run_out.chance:.0%}"
        if run_out.first == month_end:
            return (
                f"**The quota may run out on {text.short_weekday(month_end)}**, the last day: the chance is {chance}."
            )
        return (
            f"**The quota may run out from {text.short_weekday(run_out.first)} on**, or last to the end: "
            f"the chance that it runs out this month is {chance}."
        )
    if run_out.first == run_out.last:
        return f"**The quota runs out on {text.short_weekday(run_out.first)}** (80% likely)."
    first, last = text.short_weekday(run_out.first), text.short_weekday(run_out.last)
    return f"**The quota runs out between {first}, and {last}** (80% likely)."


def _remarks(month: Outlook) -> list[str]:
    sentences = []
    if not month.is_over:
        pace = "in the account's own weekday rhythm" if month.has_seasonality else "at an even pace"
        sentences.append(f"Today is {text.day(month.today)}, the last day of the data.")
        if month.plan is not None and _due(month, month.plan.email_limit) is not None:
            sentences.append(f"The upright line is where the month would stand today if it used up the quota {pace}.")
        if month.forecast is not None:
            sentences.append(
                "The lighter stretch is where it may end; the forecast carries the account's recent weeks on, with "
                "their growth, ups and downs, and does not know of plans or holidays to come."
            )
    return sentences


def of_accounts(used: Usage) -> None:
    """Draw how much of its own plan each account has used, where several are connected."""
    if not isinstance(used, UsageOfAccounts):
        return
    st.caption("Each account has a quota of its own, which the campaigns that were read from it count against.")
    tables.show_frame(
        derive(accounts_table, used),
        _ACCOUNT_COLUMNS,
        key="accounts-usage",
        alt="What each account used of its quota",
    )


def accounts_table(used: UsageOfAccounts) -> pd.DataFrame:
    """One row an account: account, plan, emails_sent, email_limit, quota_share and emails_remaining; NA is unknown."""
    rows = [
        (
            one.name,
            one.plan.name if one.plan else None,
            one.emails_sent,
            one.plan.email_limit if one.plan else None,
            one.emails_sent / one.plan.email_limit if one.plan and one.plan.email_limit else None,
            one.emails_remaining,
        )
        for one in used.accounts
    ]
    columns = [column.name for column in _ACCOUNT_COLUMNS]
    whole = dict.fromkeys(("emails_sent", "email_limit", "emails_remaining"), "Int64")
    return pd.DataFrame(rows, columns=columns).astype(whole | {"quota_share": "float64"})


def month_progress(month: Outlook, filters: Filters, card: Card) -> None:
    """Draw the emails sent in the month so far, cumulated by day, and the forecast."""
    chart_with_data(
        draw(
            charts.month_progress,
            month.first,
            month.last,
            month.sent,
            month.plan.email_limit if month.plan else None,
            month.forecast,
        ),
        derive(progress_table, month),
        filters,
        key="month-course",  # part of the file names of its downloads
        alt=f"Emails sent since {text.short_day(month.first)}, day by day"
        + ("" if month.forecast is None else ", and the 80% range of the days to come"),
        card=card,
    )


def progress_table(month: Outlook) -> pd.DataFrame:
    """The days of the month: date, emails_sent (so far), and total_low, total_likely, total_high (to come)."""
    days = [month.first + timedelta(days=n) for n in range(len(month.sent))]
    known = pd.DataFrame({"date": pd.to_datetime(days), "emails_sent": list(month.sent)})
    forecast = month.forecast
    if forecast is None:
        return known
    ahead = pd.DataFrame(
        {
            "date": pd.to_datetime(list(forecast.days)),
            "total_low": [round(emails) for emails in forecast.low],
            "total_likely": [round(emails) for emails in forecast.middle],
            "total_high": [round(emails) for emails in forecast.high],
        }
    )
    whole = dict.fromkeys(("emails_sent", "total_low", "total_likely", "total_high"), "Int64")
    return known.merge(ahead, on="date", how="outer").astype(whole)


def month_costs(month: Outlook, used: UsageNumbers) -> None:
    """Draw the cost of the whole account in the month: so far, per email, and forecast with the plan's price."""
    price = month.plan.price_usd if month.plan else 0.0
    tracked = used.cost_tracked
    is_whole = tracked is None or tracked.campaigns == tracked.of_campaigns
    with st.grid(2):
        so_far = "API spend" if month.is_over else "API spend to date"
        st.metric(so_far, text.money(used.byok_cost_usd), border=True, help=DEFINITIONS["cost"])
        st.metric(
            "Cost per email",
            text.unit_price(metrics.ratio(used.byok_cost_usd, used.emails_sent) if is_whole else None),
            border=True,
            help=f"{DEFINITIONS['avg_cost_per_email_usd']} API spend only, without the price of the plan.",
        )
        _plan_price(month.plan)
        _in_all(month, used.byok_cost_usd, price)


def _plan_price(plan: Plan | None) -> None:
    name = "Plan" if plan is None else f"Plan {text.escape(plan.name)}"
    st.metric(
        name,
        text.MISSING if plan is None else text.money(plan.price_usd),
        border=True,
        help="The plan as it is today, whole, however many days of the month are gone.",
    )


def _in_all(month: Outlook, cost: float | None, price: float) -> None:
    if month.is_over or month.forecast is None:
        so_far = "" if month.is_over else " so far"
        st.metric(
            f"Total incl. plan{so_far}",
            text.money(None if cost is None else cost + price),
            border=True,
            help="API spend and the plan together.",
        )
        return
    low, high = (amount + price for amount in month.forecast.cost)
    st.metric(
        f"Projected total by {text.short_day(month.last)}",
        text.money_range(low, high),
        border=True,
        help=f"80% likely, the plan included; most likely {text.money(month.forecast.likely_cost + price)}. "
        f"API spend alone: {text.money_range(*month.forecast.cost)}.",
    )


def cost_mode() -> bool:
    """Draw the control of the cost mode; whether costs are shown per email rather than in total."""
    return bound_controls.one_of("costs", "Show costs", PER_EMAIL) != IN_TOTAL


def month_filters(filters: Filters, month: date) -> Filters:
    """The shared filters for a whole month, by sending day, because cost arises on that day."""
    return replace(filters, start=month, end=next_month(month) - timedelta(days=1), basis=Basis.SEND)


def by_component(campaigns: pd.DataFrame, filters: Filters, *, per_email: bool) -> None:
    """Draw the cost of each component."""
    components = derive(component_costs, campaigns)
    with cards.card("Cost by component", key="costs-by-component") as card:
        st.caption(f"Cost {_per(per_email)}")
        chart_with_data(
            draw(charts.costs_of_components, components, per_email=per_email),
            components,
            filters,
            key="costs-by-component",
            alt=f"Cost {_per(per_email)} by component",
            card=card,
        )


def by_campaign(campaigns: pd.DataFrame, filters: Filters, *, per_email: bool) -> None:
    """Draw the cost of each campaign; a click on a bar opens the overview of that campaign."""
    with cards.card("Cost by campaign", key="costs-by-campaign") as card:
        st.caption(f"Cost {_per(per_email)}, most expensive first")
        chart_with_data(
            draw(charts.costs_of_campaigns, campaigns, per_email=per_email),
            campaigns,
            filters,
            key="costs-by-campaign",
            alt=f"Cost {_per(per_email)} by campaign; a click on a bar opens that campaign",
            card=card,
            links={
                row["campaign_id"]: url_state.address("overview", {"campaigns": url_state.join([row["campaign_id"]])})
                for row in most_expensive(campaigns, per_email=per_email)
            },
        )
        if len(campaigns) > MOST_CAMPAIGNS:
            st.caption(f"The {MOST_CAMPAIGNS} most expensive of {len(campaigns):,}; the downloads have all of them.")


def history(months: pd.DataFrame, plan: Plan | None, *, per_email: bool) -> None:
    """Draw the chart and table of all months; a click on a bar or row selects that month."""
    table = derive(month_table, months, plan)
    newest_first = table.iloc[::-1].reset_index(drop=True)
    figure = draw(charts.costs_of_months, months, per_email=per_email)
    months_by_code = [f"{month:%Y-%m}" for month in newest_first["month"]]
    pictured = newest_first[[column.name for column in _MONTH_COLUMNS]]
    offered = Table("usage", table, Filters(basis=Basis.SEND), figure, pictured)
    with cards.card("Usage by month", key="months", downloads=offered):
        st.caption(f"Cost {_per(per_email)}, by component")
        charts.show(
            figure,
            key="months",
            name="outreach-usage",
            alt=f"Cost {_per(per_email)} by month and component; a click on a bar shows that month",
            on_click=clicks.on_chart_click(_show_month),
        )
        tables.show_frame(
            newest_first,
            _MONTH_COLUMNS,
            key="months-table",
            alt="Every month: emails sent, share of the quota, cost; a click on a month shows it above",
            links=[tables.Link(code, url_state.address("usage", {"month": code})) for code in months_by_code],
            on_click=lambda click: _show_month(click.value),
        )
        if plan is not None:
            st.caption("Shares of the quota and prices are those of today's plan: earlier plans are not known.")


def month_table(months: pd.DataFrame, plan: Plan | None) -> pd.DataFrame:
    """The months with the share of the quota that they used, and their cost with the plan's price (``total_usd``)."""
    sent = months["emails_sent"].astype("float64")
    return months.assign(
        quota_share=sent / plan.email_limit if plan and plan.email_limit else float("nan"),
        total_usd=(months["cost_usd"] + (plan.price_usd if plan else 0.0)).round(6),  # to the micro-dollar
    )


def _month(value: date) -> tables.Cell:
    return tables.Cell(text.month(value), value.isoformat())


def _quota_share(value: float) -> tables.Cell:
    return replace(tables.share(value), bar=None if pd.isna(value) else value)


_ACCOUNT_COLUMNS = (
    tables.Column("account", "Account", is_wide=True),
    tables.Column("plan", "Plan"),
    tables.Column("emails_sent", "Sent", tables.Kind.NUMBER, write=tables.number),
    tables.Column("email_limit", "Quota", tables.Kind.NUMBER, write=tables.number),
    tables.Column("quota_share", "Of the quota", tables.Kind.NUMBER, write=_quota_share),
    tables.Column("emails_remaining", "Left", tables.Kind.NUMBER, write=tables.number),
)

_MONTH_COLUMNS = (
    tables.Column("month", "Month", descending=True, write=_month),
    tables.Column("emails_sent", "Sent", tables.Kind.NUMBER, write=tables.number),
    tables.Column("quota_share", "Of the quota", tables.Kind.NUMBER, write=_quota_share),
    tables.Column("total_usd", "Total incl. plan", tables.Kind.NUMBER, write=tables.dollars),
    tables.Column("cost_usd", "API spend", tables.Kind.NUMBER, DEFINITIONS["cost"], write=tables.dollars),
    tables.Column("cost_per_email_usd", "Per email", tables.Kind.NUMBER, write=tables.unit_price),
    tables.Column("campaigns_created", "New campaigns", tables.Kind.NUMBER, write=tables.number),
    *(
        tables.Column(f"{name}_usd", charts.LABELS[name], tables.Kind.NUMBER, write=tables.dollars)
        for name in COST_COLUMNS
    ),
)


def _show_month(month: str) -> None:
    url_state.change("month", month)


def _per(per_email: bool) -> str:
    return "per email" if per_email else "in total"
