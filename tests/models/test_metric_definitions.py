"""One entry a metric, and everything else derived from it."""

from __future__ import annotations

from outreach_results.export import DEFINITIONS
from outreach_results.models import COUNT_OF, COUNTS, CostBreakdown, EventType, Rates, Stats
from outreach_results.models.metric_definitions import COSTS, METRICS, RATES, TILES, Unit
from outreach_results.results import COST_PER_EMAIL
from outreach_results.store import schema
from outreach_results.ui.charts import COLORS, LABELS
from support.glossary import glossary_table
from support.server import ROOT


def test_bodies_have_the_metrics_of_the_registry():
    assert list(Stats.model_fields) == list(COUNTS)
    assert list(Rates.model_fields) == list(RATES)
    assert list(CostBreakdown.model_fields) == list(COSTS)


def test_every_event_type_has_its_count():
    assert list(COUNT_OF) == list(EventType)
    assert tuple(COUNT_OF.values()) == COUNTS


def test_the_database_has_every_count():
    assert set(COUNTS) <= set(schema.daily_stats.c.keys())


def test_a_ratio_is_made_of_metrics():
    for metric in METRICS.values():
        if metric.numerator:
            assert set(metric.parts) <= set(METRICS)


def test_every_metric_is_described():
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.definition.endswith(".")
        assert (LABELS[name], COLORS[name]) == (metric.label, metric.color)
        assert metric.unit in Unit


def test_tiles_have_places_of_their_own():
    assert [metric.tile for metric in TILES] == list(range(1, len(TILES) + 1))


def test_exports_explain_every_rate():
    assert set(RATES) < set(DEFINITIONS)


def test_cost_per_email_is_better_lower():
    assert METRICS[COST_PER_EMAIL].lower_is_better


def test_the_glossary_lists_every_metric():
    # To write it anew: python -m support.glossary, in the folder of the tests.
    assert glossary_table() in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
