"""Adjusted p-values against scipy's, and by hand."""

from __future__ import annotations

import pytest
from scipy.stats import false_discovery_control

from outreach_results.metrics.multiple import benjamini_hochberg, holm


def test_holm_by_hand():
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])


def test_benjamini_hochberg_is_scipys():
    values = [0.001, 0.2, 0.013, 0.04, 0.9, 0.04]
    assert benjamini_hochberg(list(values)) == pytest.approx(list(false_discovery_control(values)))


def test_nothing_compared_stays_nothing():
    assert holm([None, None]) == [None, None]
    assert benjamini_hochberg([]) == []
