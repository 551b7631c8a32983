"""Scheduling policies."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Keyword, Number, Struct, Structs, Text, TextMap
from batch_constructs.assembly.template.views import Resource, View


class ShareAttributes(View):
    """The weight of a share identifier."""

    share_identifier = Text("ShareIdentifier")
    weight_factor = Number("WeightFactor")


class FairsharePolicy(View):
    """The division of compute time among share identifiers."""

    compute_reservation = Number("ComputeReservation")
    share_decay_seconds = Number("ShareDecaySeconds")
    share_distribution = Structs("ShareDistribution", ShareAttributes)


class QuotaSharePolicy(View):
    """The assignment of idle capacity to quota shares."""

    idle_resource_assignment_strategy = Keyword("IdleResourceAssignmentStrategy")


class SchedulingPolicy(Resource):
    """A scheduling policy."""

    TYPES = ("AWS::Batch::SchedulingPolicy",)
    NAME = "Name"

    name = Text("Name")
    fairshare_policy = Struct("FairsharePolicy", FairsharePolicy)
    quota_share_policy = Struct("QuotaSharePolicy", QuotaSharePolicy)
    tags = TextMap("Tags")
