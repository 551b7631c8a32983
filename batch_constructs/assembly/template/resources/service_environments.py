"""Service environments and consumable resources."""

from __future__ import annotations

from batch_constructs.assembly.template.members import Integer, Keyword, Structs, Text, TextMap
from batch_constructs.assembly.template.views import Resource, View


class CapacityLimit(View):
    """The capacity of an environment or a share, in a unit."""

    capacity_unit = Text("CapacityUnit")
    max_capacity = Integer("MaxCapacity")


class ServiceEnvironment(Resource):
    """Capacity in another service, such as SageMaker training."""

    TYPES = ("AWS::Batch::ServiceEnvironment",)
    NAME = "ServiceEnvironmentName"

    name = Text("ServiceEnvironmentName")
    service_environment_type = Keyword("ServiceEnvironmentType")
    capacity_limits = Structs("CapacityLimits", CapacityLimit)
    state = Keyword("State")
    tags = TextMap("Tags")


class ConsumableResource(Resource):
    """A counted resource, such as licences."""

    TYPES = ("AWS::Batch::ConsumableResource",)
    NAME = "ConsumableResourceName"

    name = Text("ConsumableResourceName")
    resource_type = Keyword("ResourceType")
    total_quantity = Integer("TotalQuantity")
    tags = TextMap("Tags")
