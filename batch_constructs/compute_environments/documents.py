"""Environments described as JSON.

They are made from the document itself, not from keywords: a class makes the roles, security groups and launch templates
that it is not given, while a document names its own or leaves them to AWS.
"""

from __future__ import annotations

from functools import cache
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar, cast

import jsii
from aws_cdk import AspectPriority, Aspects, CfnResource, IAspect
from aws_cdk import aws_batch as batch

from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.problems import Problems
from batch_constructs._border.synth_checks import CheckedConstruct
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.document_checks import check_document
from batch_constructs.facts.vocabulary import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from constructs import Construct, IConstruct

__all__ = ["EnvironmentCliJson"]

_CLASSES = {
    ResourceKind.EC2: "Ec2ComputeEnvironment",
    ResourceKind.SPOT: "SpotComputeEnvironment",
    ResourceKind.FARGATE: "FargateComputeEnvironment",
    ResourceKind.FARGATE_SPOT: "FargateComputeEnvironment",
    ResourceKind.ECS_MANAGED_INSTANCES: "ManagedInstancesComputeEnvironment",
}


class EnvironmentCliJson(CliJson):
    """A compute environment that can be made from JSON and written as JSON."""

    _operation = "CreateComputeEnvironment"
    _kept = frozenset({"ReplaceComputeEnvironment"})
    _kinds: ClassVar[frozenset[str]] = frozenset()
    """The classes whose documents it takes; if empty, its own class."""

    cfn: batch.CfnComputeEnvironment

    @classmethod
    def _made_of(cls, scope: Construct, id: str, properties: Mapping[str, Any]) -> Self:
        problems = Problems()
        cls._check_document(problems, properties)
        problems.raise_if_any()
        return cast("Self", _described(cast("Any", cls))(scope, id, properties))

    @classmethod
    def _check_document(cls, problems: Problems, properties: Mapping[str, Any]) -> None:
        """Add a problem if the class would refuse the document as keywords."""
        kind, kinds = _kind_of(properties), cls._kinds or {cls.__name__}
        problems.check(
            kind is None or kind in kinds,
            f"the document must be one for {cls.__name__}, got one for {kind}: use that class",
        )
        check_document(problems, kind, properties)

    def _refer_to(self, properties: Mapping[str, Any]) -> None:
        """Set the attributes for the resources that the document names."""


def _kind_of(properties: Mapping[str, Any]) -> str | None:
    """Return the class that takes such documents; ``None`` if a token hides it."""
    on_eks, managed = "EksConfiguration" in properties, properties["Type"].upper() != "UNMANAGED"
    if not managed:
        return "UnmanagedEksComputeEnvironment" if on_eks else "UnmanagedComputeEnvironment"
    if on_eks:
        return "EksComputeEnvironment"
    kind = properties.get("ComputeResources", {}).get("Type")
    return _CLASSES[ResourceKind(kind.upper())] if kind is not None and known(kind) else None


@cache
def _described(kind: type[Any]) -> type[Any]:
    """Return a subclass that is made from a document instead of keywords."""

    def __init__(self: Any, scope: Construct, id: str, properties: Mapping[str, Any]) -> None:  # noqa: N807
        CheckedConstruct.__init__(self, scope, id)
        self.cfn = batch.CfnComputeEnvironment(
            self,
            "Resource",
            type=properties["Type"],
            # CloudFormation's own default replaces the environment at every change, which fails while a queue uses it.
            replace_compute_environment=False,
        )
        if "Tags" in properties:
            Aspects.of(self.cfn).add(_NoOtherTags(), priority=AspectPriority.READONLY)
            self._watch_tags()
        else:
            self._keep_stack_tags_off()
        self._refer_to(properties)

    def __getattr__(_: Any, name: str) -> Any:  # noqa: N807
        raise AttributeError(f"{name} is unknown: the document of the environment does not have it")

    members = {"__init__": __init__, "__getattr__": __getattr__, "__module__": kind.__module__}
    return new_class(kind.__name__, (kind,), exec_body=lambda body: body.update(members))


@jsii.implements(IAspect)
class _NoOtherTags:
    """An aspect that keeps stack-wide tags off: a change of an environment's tags would replace it."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, CfnResource):
            # Tags of the document are overrides, which this does not touch.
            tags = cast("batch.CfnComputeEnvironment", node).tags
            for key in tags.tag_values():
                tags.remove_tag(key, _HIGHEST)


_HIGHEST = 1_000_000
