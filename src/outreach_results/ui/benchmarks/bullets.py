"""The first sections of the benchmark page: the choice of peers and one bullet chart per metric."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from outreach_results import results
from outreach_results.metrics import Interval, Standing
from outreach_results.models import Campaign, Filters
from outreach_results.models.campaign_types import type_names
from outreach_results.models.metric_definitions import BENCHMARK_METRICS, RATES
from outreach_results.results import Comparison, Peers
from outreach_results.store.engine import Store
from outreach_results.ui import cards, charts, text, url_state
from outreach_results.ui.cache import ask, draw
from outreach_results.ui.charts import Mark, value_text
from outreach_results.ui.components import DEFINITIONS, only_in_print
from outreach_results.ui.downloads import Table
from outreach_results.ui.filters import View, campaigns_text

COMMUNITY = "Whole community"
OWN = "Your own campaigns"
_FORMERLY = {OWN: "Our own campaigns"}
"""What older links have."""
_CODES = {COMMUNITY: "community", OWN: "own"}
_ALL_IN = 0.995  # rounds to 100%
_OUTCOMES = {"opened": "opens", "clicked": "clicks", "replied": "replies", "meetings_booked": "meetings"}
_LEADS_ON = {*BENCHMARK_METRICS}  # other metrics are the community's alone


def peer_chooser(mcps: Sequence[str], campaigns: Sequence[Campaign], filters: Filters) -> Peers:
    """Draw the choice of peers and return them: the community, all or of one mcp, or our own campaigns."""
    own = [campaign.mcp for campaign in campaigns]
    named = sorted((mcp for mcp in mcps if mcp), key=lambda mcp: (-own.count(mcp), mcp))
    options = [*named, *([COMMUNITY] if "" in mcps else []), OWN]
    codes = {name: name for name in options} | {name: code for name, code in _CODES.items() if code not in named}
    written = url_state.one_of("mcp", codes, options[0], {name: _FORMERLY.get(name, name) for name in options})
    called = type_names(options)  # together with the other two, so that no type is called like one of them
    # Not buttons: they would interpret the names from outside as Markdown. A select box shows them literally.
    chosen = st.selectbox(
        "Benchmark",
        options,
        format_func=lambda option: called.get(option, option),
        key=url_state.control("mcp", written, label=called[written]),
        on_change=url_state.writes_one("mcp", codes, options[0]),
        label_visibility="collapsed",
        width=260,
    )
    only_in_print(f"Benchmark: {called[chosen]}", key="benchmark")
    if chosen == OWN:
        return ask(results.own_peers, filters)
    return ask(results.community, None if chosen == COMMUNITY else chosen)


def reliability(peers: Peers, today: date) -> None:
    """Draw the sample size and age of the benchmark, with a warning where it is too small or too old."""
    size, updated = peers.numbers.sample_size, peers.numbers.updated_at
    if peers.is_own:
        st.caption(
            f"{size:,} of your own campaigns in this period, each counting once, "
            f"without those of fewer than {results.ENOUGH_CASES} emails."
        )
        return
    sized = "an unknown number of peer campaigns" if size is None else text.counted(size, "peer campaign")
    aged = "" if updated is None else f" · updated {text.day(updated)} ({_age_text(peers, today)})"
    st.caption(f"{sized[:1].upper()}{sized[1:]}{aged}")
    if peers.is_stale_on(today):
        st.warning(
            f"These benchmarks are {_age_text(peers, today)}. "
            "Since then the community may have changed. Sync or import newer ones."
        )
    if peers.is_small:
        st.warning(
            f"These benchmarks rest on {text.counted(size or 0, 'campaign')} only, so the percentiles are rough "
            "and more is left undecided. The whole community is a steadier yardstick."
        )


def _age_text(peers: Peers, today: date) -> str:
    age = peers.age_on(today)
    if age is None:
        return "date unknown"
    if age == 0:
        return "as recent as your data"
    days = text.counted(abs(age), "day")
    return f"{days} {'old' if age > 0 else 'newer than your data'}"


_COLUMNS = [2.2, 1.2, 1.2, 4.2, 7]
"""The widths of metric, value, median, verdict and chart."""

_BADGES = {
    Standing.BEST_QUARTER: "green",
    Standing.BETTER: "green",
    Standing.WORSE: "red",
    Standing.WEAKEST_QUARTER: "red",
    Standing.ON_PAR: "blue",
}
"""The color of a verdict, which its words say too; gray where nothing is settled."""


def legend(peers: Peers) -> str:
    """How to read a bullet chart, in Markdown."""
    whose = "your own campaigns" if peers.is_own else "peer campaigns"
    lines = [
        f"**Gray band**: the middle half of {whose}, from the 25th to the 75th percentile",
        "**Upright line**: their median",
        *([] if peers.sampled is None else ["**Darker strip**: where the median is, with 95% confidence"]),
        "**Diamond**: their average",
        "**Dot**: you. Full where it is clear of the median, empty where it is too early to call",
        "**Thick arms**: your 95% range. **Thin arms**: the wider range that the verdict uses, however often you look",
        *([] if peers.is_own else ["**Thin line below**: the middle half of your own campaigns"]),
        "A click on a chart opens that metric over time",
    ]
    return "\n".join(f"- {line}" for line in lines)


def bullets(rows: Sequence[Comparison], peers: Peers, view: View) -> None:
    """Draw one row per metric: value, median, verdict and chart; a click opens the page with the metric over time."""
    offered = Table("benchmarks", as_frame(rows), view.filters, pictured=as_page_frame(rows, peers))
    with cards.card("Benchmarks", key="benchmarks", downloads=offered):
        with st.container(key="bullet-heads"):
            heads = st.columns(_COLUMNS, gap="small")
        band = "Peers: middle half and median · you with 95% range"
        for place, title in zip(heads, ("Metric", "You", "Median", "Verdict"), strict=False):
            place.caption(title)
        heads[-1].caption(band, help=legend(peers))
        for row in rows:
            with st.container(key=f"bullet-row-{row.metric}"):
                _row(row, peers, view)


def _row(row: Comparison, peers: Peers, view: View) -> None:
    """Draw one row."""
    name, value, median, verdict, chart = st.columns(_COLUMNS, gap="small", vertical_alignment="center")
    label = charts.LABELS.get(row.metric, row.metric)
    leads_to = _leads_to(row, peers, view)
    with name:
        st.markdown(f"**{text.escape(label)}**", help=_definition(row))
        if leads_to is not None:
            about = "Opens Usage" if row.is_money else f"Opens the trend of the {label.lower()} with these filters"
            url_state.page_link("Costs" if row.is_money else "Over time", *leads_to, about=about)
    value.markdown(f"**{text.escape(value_text(row.metric, row.value))}**")
    median.markdown(text.escape(value_text(row.metric, row.community.p50)))
    badge = _BADGES.get(row.verdict.standing, "gray")
    with verdict.container(gap=None, key=f"verdict-{badge}-{row.metric}"):  # by which print knows its color
        st.markdown(f":{badge}-badge[{text.escape(row.verdict.brief())}]", help=text.escape(_whole_verdict(row, peers)))
        *shown, _ = _facts(row, peers)  # the last one, on the community, is in the chart
        if shown:
            st.caption(text.escape(" ".join(shown)))
    with chart:
        _bullet(row, peers, "" if leads_to is None else url_state.address(*leads_to))


def _whole_verdict(row: Comparison, peers: Peers) -> str:
    return " ".join([row.verdict.words(_peers_phrase(peers)), *_facts(row, peers)])


def _leads_to(row: Comparison, peers: Peers, view: View) -> tuple[str, dict[str, str]] | None:
    """The page with more on a metric, filtered by the campaigns that its value is of; None where there is none.

    That is Trends for a rate and Usage for a cost, with the parameters that change.
    """
    if row.metric not in _LEADS_ON:
        return None
    mcp = peers.numbers.mcp
    changes = {} if mcp is None else {"campaigns": campaigns_text(ask(_of_type, mcp, view.filters.campaigns))}
    return ("usage", changes) if row.is_money else ("trends", changes | {"show": "rates", "rates": row.metric})


def _of_type(_store: Store, mcp: str, chosen: tuple[str, ...] | None) -> list[str]:
    """The ids of the chosen campaigns that are of a type."""
    every = ask(results.all_campaigns)
    return [one.id for one in every if one.mcp == mcp and (chosen is None or one.id in chosen)]


def _facts(row: Comparison, peers: Peers) -> list[str]:
    facts = []
    if row.interval is not None:
        ends = f"{value_text(row.metric, row.interval.low)} to {value_text(row.metric, row.interval.high)}"
        # A verdict beyond the quartiles includes it already.
        is_beyond = row.verdict.standing in (Standing.BEST_QUARTER, Standing.WEAKEST_QUARTER)
        where = "" if is_beyond or row.percentiles is None else percentile_sentence(row.percentiles)
        facts.append(f"{where} {ends} with 95% confidence, from {text.counted(row.cases or 0, 'email')}.".strip())
    facts += [maturity] if (maturity := maturity_sentence(row.metric, row.share_in)) else []
    numbers = row.community
    published = f"average {value_text(row.metric, numbers.average)}, median {value_text(row.metric, numbers.p50)}"
    own_median = (
        "" if row.own is None or peers.is_own else f" Your campaigns: median {value_text(row.metric, row.own.p50)}."
    )
    facts.append(f"{_peers_phrase(peers).capitalize()}: {published}.{own_median}")
    return facts


def percentile_sentence(ranks: Interval) -> str:
    """A range of percentiles (0 to 1) as a sentence."""
    low, high = round(ranks.low * 100), round(ranks.high * 100)
    if low == 0 and high == 100:
        return "At any percentile."
    if low == 0:
        return f"Below the {_ordinal(high)} percentile."
    if high == 100:
        return f"Above the {_ordinal(low)} percentile."
    if low == high:
        return f"At the {_ordinal(low)} percentile."
    return f"Between the {_ordinal(low)} and the {_ordinal(high)} percentile."


def maturity_sentence(metric: str, share_in: float | None) -> str:
    """How much of the outcomes of a rate by send date is in, and that the rate allows for the rest.

    Empty where all are in, or nothing is adjusted.
    """
    if share_in is None or share_in >= _ALL_IN:
        return ""
    outcome = _OUTCOMES.get(RATES[metric].parts[0], "outcomes")
    return f"{share_in:.0%} of {outcome} are in; the rate is the one expected in the end."


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _definition(row: Comparison) -> str:
    meaning = DEFINITIONS.get(row.metric, "A metric that only the community knows.")
    if row.is_money:
        return (
            f"{meaning} What you paid is exact; its interval says how far it would move with other days of the same "
            "kind. Lower is better, so a lower percentile is the better one."
        )
    return (
        f"{meaning} The percentile is estimated from the published quartiles and average, and is no more precise "
        "than the number of campaigns behind them allows."
    )


def _peers_phrase(peers: Peers) -> str:
    return "your own campaigns" if peers.is_own else "the community"


def _bullet(row: Comparison, peers: Peers, leads_to: str) -> None:
    """Draw the bullet chart of a row.

    Args:
        leads_to: the page that a click opens; empty for none.
    """
    label = charts.LABELS.get(row.metric, row.metric)
    mark = Mark(
        row.metric,
        row.metric,
        row.value,
        row.interval,
        row.community,
        _sentence(row, peers),
        row.verdict.is_settled,
        row.firm,
        row.median,
    )
    charts.show(
        draw(charts.bullet, row.metric, mark, None if peers.is_own else row.own, lower_is_better=row.lower_is_better),
        key=f"bullet-{row.metric}",
        alt=" ".join([f"{label}:", row.verdict.words(_peers_phrase(peers)), *_facts(row, peers)]),
        links={"": leads_to} if leads_to else charts.NO_LINKS,
    )


def _sentence(row: Comparison, peers: Peers) -> str:
    value = f"Yours is {value_text(row.metric, row.value)}"
    reach = ""
    if row.interval is not None:
        low, high = value_text(row.metric, row.interval.low), value_text(row.metric, row.interval.high)
        reach = f", with 95% confidence between {low} and {high}"
    return text.escape_plotly(f"{value}{reach}.") + "<br>" + text.escape_plotly(row.verdict.words(_peers_phrase(peers)))


def as_frame(rows: Sequence[Comparison]) -> pd.DataFrame:
    """The comparison as a table."""
    return pd.DataFrame(
        {
            "metric": row.metric,
            "value": row.value,
            "low": row.interval.low if row.interval else None,
            "high": row.interval.high if row.interval else None,
            "verdict_low": row.firm.low if row.firm else None,
            "verdict_high": row.firm.high if row.firm else None,
            "emails": row.cases,
            "share_in": row.share_in,
            **row.community.model_dump(),
            "percentile_low": row.percentiles.low if row.percentiles else None,
            "percentile_high": row.percentiles.high if row.percentiles else None,
            "verdict": row.verdict.words(),
            "own_p25": row.own.p25 if row.own else None,
            "own_p50": row.own.p50 if row.own else None,
            "own_p75": row.own.p75 if row.own else None,
        }
        for row in rows
    ).astype({"emails": "Int64"})


def as_page_frame(rows: Sequence[Comparison], peers: Peers) -> pd.DataFrame:
    """The comparison with formatted values and the column titles of the page."""
    return pd.DataFrame(
        {
            "Metric": charts.LABELS.get(row.metric, row.metric),
            "You": value_text(row.metric, row.value),
            "95% interval": text.MISSING
            if row.interval is None
            else text.span(value_text(row.metric, row.interval.low), value_text(row.metric, row.interval.high)),
            "Emails": row.cases,
            **{
                label: value_text(row.metric, value)
                for label, value in (
                    ("Average", row.community.average),
                    ("25th percentile", row.community.p25),
                    ("Median", row.community.p50),
                    ("75th percentile", row.community.p75),
                )
            },
            "Verdict": row.verdict.words(_peers_phrase(peers)),
        }
        for row in rows
    )


def metric_chooser(peers: Peers) -> str:
    """Draw the choice of the metric for the sections below, and return it."""
    offered = list(peers.numbers.benchmarks)
    labels = {name: charts.LABELS.get(name, name) for name in offered}
    codes = {name: name for name in offered}
    default = "reply_rate" if "reply_rate" in offered else offered[0]
    chosen = st.selectbox(
        "Metric",
        offered,
        format_func=lambda name: labels.get(name, name),
        key=url_state.control("metric", url_state.one_of("metric", codes, default, labels)),
        on_change=url_state.writes_one("metric", codes, default),
        label_visibility="collapsed",
        width=240,
    )
    only_in_print(labels[chosen], key="metric")
    return chosen
