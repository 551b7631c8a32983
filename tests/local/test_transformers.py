"""The input transformer does what AWS says and has been seen to do."""

from __future__ import annotations

import pytest

from batch_constructs.local.events import transform

EVENT = {"detail-type": "made", "detail": {"command": "show", "said": 'say "yes"', "list": [1, {"a-b": 2}]}}
PATHS = {
    "kind": "$.detail-type",
    "command": "$.detail.command",
    "said": "$.detail.said",
    "list": "$.detail.list",
    "inner": "$.detail.list[1].a-b",
    "none": "$.detail.nothing.there",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"<kind>: <command>"', '"made: show"'),
        ('"<kind>: <none>"', '"made: "'),
        ('"a <said>"\n"b <inner>"', '"a say "yes""\n"b 2"'),
        (
            '{"a": <command>, "b": <list>, "c": "<kind>!"}',
            '{"a": "show", "b": [1, {"a-b": 2}], "c": "made!"}',
        ),
        ('{"a": <said>}', '{"a": "say \\"yes\\""}'),
    ],
)
def test_values_stand_where_variables_were(template: str, expected: str) -> None:
    """As they are in a text, as JSON in JSON, and nothing for what the event lacks."""
    assert transform({"InputPathsMap": PATHS, "InputTemplate": template}, EVENT) == expected


@pytest.mark.parametrize("template", ['{"a": "<said>"}', '{"a": <none>}', '"<other>"'])
def test_fails_when_aws_would_drop_the_event(template: str) -> None:
    """Fails when a quotation mark in a value, or a value that is not there, spoils the JSON."""
    with pytest.raises(ValueError, match=r"."):
        transform({"InputPathsMap": PATHS, "InputTemplate": template}, EVENT)
