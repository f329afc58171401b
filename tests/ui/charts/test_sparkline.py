"""A sparkline: one point a value, from 0 up, and nothing that a browser would run."""

from __future__ import annotations

from base64 import b64decode
from xml.etree import ElementTree

import pytest

from outreach_results.ui.charts.sparkline import HEIGHT, WIDTH, as_image, sparkline

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 -- our own


def line(svg: str) -> list[tuple[float, float]]:
    """The points of the line."""
    polyline = parsed(svg).find(f"{SVG}polyline")
    assert polyline is not None
    return [(float(x), float(y)) for x, y in (point.split(",") for point in polyline.attrib["points"].split())]


def test_each_value_is_a_point_from_left_to_right() -> None:
    points = line(sparkline([0, 5, 10]))
    assert [x for x, _ in points] == [0, WIDTH / 2, WIDTH]
    low, middle, high = (y for _, y in points)
    assert low > middle > high
    assert middle == pytest.approx((low + high) / 2)


def test_line_stays_inside_whatever_the_values() -> None:
    for values in ([0.0, 0.0], [1e-9, 2e-9], [1e12, 0, 3.5], [7.0, 7.0]):
        assert all(0 < y < HEIGHT and 0 <= x <= WIDTH for x, y in line(sparkline(values)))


def test_zero_stands_at_the_bottom() -> None:
    assert {y for _, y in line(sparkline([0, 0, 0]))} == {line(sparkline([0, 9]))[0][1]}


@pytest.mark.parametrize("values", [[], [3.0]])
def test_fewer_than_two_values_draw_nothing(values: list[float]) -> None:
    assert sparkline(values) == ""


def test_assistive_software_does_not_see_it() -> None:
    assert parsed(sparkline([1, 2])).attrib["aria-hidden"] == "true"


def test_color_cannot_leave_its_attribute() -> None:
    svg = parsed(sparkline([1, 2], '"/><script>alert(1)</script>'))
    assert [part.tag for part in svg] == [f"{SVG}polygon", f"{SVG}polyline"]


def test_image_holds_the_line_and_has_no_words() -> None:
    image = parsed(as_image(sparkline([1, 2])).replace('">', '"/>'))
    assert (image.attrib["alt"], image.attrib["aria-hidden"]) == ("", "true")
    source = image.attrib["src"].removeprefix("data:image/svg+xml;base64,")
    assert b64decode(source).decode() == sparkline([1, 2])
