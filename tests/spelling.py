"""Checks that constructs spell members as the API does: an L1 drops silently what it does not know."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

# Members of the L1s that the API does not have, or spells otherwise.
OF_CLOUDFORMATION = re.compile(
    r"members of the API only, got '(resourceRetentionPolicy|replaceComputeEnvironment|updatePolicy|"
    r"updateToLatestImageVersion|s3FilesVolumeConfiguration)'"
)


@pytest.fixture(autouse=True)
def spelled_as_the_api_spells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no construct pass a member that the API does not have."""
    from batch_constructs._border.cli_json.constructs import CliJson
    from batch_constructs._border.cli_json.documents import properties_of
    from batch_constructs._border.problems import Problems
    from batch_constructs.facts.requests import request

    make = CliJson._make

    def making(self: CliJson, members: Mapping[str, Any]) -> None:
        problems = Problems()
        properties_of(request(self._operation), json.loads(json.dumps(members, default=str)), problems)
        wrong = [each for each in problems._messages if "members of the API only" in each]
        assert [each for each in wrong if not OF_CLOUDFORMATION.search(each)] == []
        make(self, members)

    monkeypatch.setattr(CliJson, "_make", making)
