"""The picture of the dashboard in the docs: drawn from the reviewed template, and current."""

from __future__ import annotations

import json
import re
import struct

from docs.render_dashboard import PNG, SVG, TEMPLATE, body, picture, png
from tests.monitoring.test_dashboard import check_layout

GOLDEN = json.loads(TEMPLATE.read_text("utf-8"))


def size(image: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    assert image.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def test_the_picture_is_that_of_the_reviewed_template() -> None:
    """``make docs`` draws it."""
    assert SVG.read_text("utf-8") == picture(GOLDEN)


def test_people_see_it_as_a_laptop_shows_it() -> None:
    """The PNG is the SVG at a width of 1,440 points, with all titles."""
    drawn = SVG.read_text("utf-8")
    found = re.search(r'width="(\d+)" height="(\d+)"', drawn)
    assert found is not None
    wanted = (int(found[1]), int(found[2]))
    assert wanted[0] == 1440
    assert size(PNG.read_bytes()) == size(png(drawn)) == wanted


def test_no_widget_of_the_example_covers_another() -> None:
    """Each title fits above its widget: a letter is 8 points wide at most."""
    widgets = body(GOLDEN)
    check_layout(widgets)
    for widget in widgets:
        title = widget["properties"].get("title", "")
        assert 8 * len(title) <= 60 * widget["width"] - 20, title
