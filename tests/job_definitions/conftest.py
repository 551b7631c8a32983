"""Fixtures of the tests of job definitions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_CLOUDFORMATION = {"resourceRetentionPolicy"}


@pytest.fixture(autouse=True)
def spelled_as_the_api_spells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no definition have a member that the API does not have: the L1 would drop it silently."""
    from batch_constructs._border.cli_json.constructs import CliJson
    from batch_constructs._border.cli_json.documents import properties_of
    from batch_constructs._border.problems import Problems
    from batch_constructs.facts.requests import request

    make = CliJson._make

    def making(self: CliJson, members: Mapping[str, Any]) -> None:
        given = {name: each for name, each in members.items() if name not in OF_CLOUDFORMATION}
        # The CDK spells one member in another way than the API.
        text = json.dumps(given, default=str).replace("s3FilesVolume", "s3filesVolume")
        try:
            with Problems() as problems:
                properties_of(request("RegisterJobDefinition"), json.loads(text), problems)
        except ValueError as error:
            assert "members of the API only" not in str(error)  # noqa: PT017 - others are left to other tests
        make(self, members)

    monkeypatch.setattr(CliJson, "_make", making)
