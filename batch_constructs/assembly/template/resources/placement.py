"""Placement groups."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword
from batch_constructs.assembly.template.views import Resource


class PlacementGroup(Resource):
    """A placement strategy for instances. ``Ref`` returns its name."""

    TYPES = ("AWS::EC2::PlacementGroup",)

    strategy = Keyword("Strategy")
