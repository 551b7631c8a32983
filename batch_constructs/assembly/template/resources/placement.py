"""Placement groups."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword
from batch_constructs.assembly.template.views import Resource


class PlacementGroup(Resource):
    """How instances stand to each other. ``Ref`` gives its name."""

    TYPES = ("AWS::EC2::PlacementGroup",)

    strategy = Keyword("Strategy")
