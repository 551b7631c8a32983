"""The base classes of compute environments: an ARN, a name, security groups."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import jsii
from aws_cdk import Annotations, AspectPriority, Aspects, Fn, Tag
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk.interfaces.aws_batch import ComputeEnvironmentReference, IComputeEnvironmentRef
from constructs import IValidation

from batch_constructs._border.arguments import checked
from batch_constructs._border.cli_json.constructs import CliJson
from batch_constructs._border.references import Referable
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known
from batch_constructs.compute_environments.document_checks import check_document
from batch_constructs.compute_environments.documents import NoOtherTags, kind_of
from batch_constructs.roles import EcsInstanceRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct, IDependable

    from batch_constructs._border.problems import Problems

__all__ = [
    "ComputeEnvironmentBase",
    "ImportedComputeEnvironment",
    "ManagedComputeEnvironment",
    "OwnComputeEnvironment",
    "imported_instance_role",
    "imported_security_groups",
]


@jsii.implements(IComputeEnvironmentRef)
class ComputeEnvironmentBase(Referable):
    """A compute environment that a queue can name, made here or elsewhere."""

    compute_environment_arn: str
    """The environment's ARN."""

    usable_after: Sequence[IDependable] = ()
    """Resources that must exist before its jobs can start. A `JobQueue` waits for them, and is deleted before them."""

    @property
    def compute_environment_name(self) -> str:
        """The environment's name, taken from its ARN at deploy time."""
        return Fn.select(1, Fn.split("/", self.compute_environment_arn))

    @property
    def compute_environment_ref(self) -> ComputeEnvironmentReference:
        """The reference that queues of this library, of the CDK's L2 and of its L1 take."""
        return ComputeEnvironmentReference(compute_environment_arn=self.compute_environment_arn)

    @staticmethod
    def from_compute_environment_arn(
        scope: Construct, id: str, compute_environment_arn: str
    ) -> ImportedComputeEnvironment:
        """Refer to an environment that exists already.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            compute_environment_arn: The environment's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a compute environment.
        """
        return ImportedComputeEnvironment(scope, id, compute_environment_arn=compute_environment_arn)


@checked
class ImportedComputeEnvironment(ComputeEnvironmentBase):
    """A compute environment that another stack or another tool made.

    Guide: Compute Environments.
    """

    def __init__(self, scope: Construct, id: str, *, compute_environment_arn: str) -> None:
        """Refer to an environment by its ARN.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            compute_environment_arn: The environment's ARN; a token passes.

        Raises:
            ValueError: the value is not the ARN of a compute environment.
        """
        if known(compute_environment_arn) and ":compute-environment/" not in compute_environment_arn:
            raise ValueError(
                "compute_environment_arn must look like "
                "arn:aws:batch:REGION:ACCOUNT:compute-environment/NAME, "
                f"got {compute_environment_arn!r}"
            )
        super().__init__(scope, id)
        self.compute_environment_arn = self._imported_arn = compute_environment_arn


class OwnComputeEnvironment(CliJson, ComputeEnvironmentBase):
    """An environment that this app makes."""

    _operation = "CreateComputeEnvironment"
    _l1 = batch.CfnComputeEnvironment
    # CloudFormation's own default replaces the environment at every change, which fails while a queue uses it.
    _of_cloudformation = MappingProxyType({"replaceComputeEnvironment": False})

    cfn: batch.CfnComputeEnvironment
    """The CloudFormation resource."""

    # Advice for a tag that must not be on the environment itself.
    _tags_belong: ClassVar[str] = "tag the job definition, whose tags its jobs and their tasks get"

    # The keys of the tags of its instances or tasks.
    _tagged: frozenset[str] = frozenset()

    @cached_property
    def compute_environment_arn(self) -> str:  # type: ignore[override] # read once, when first needed
        """The environment's ARN."""
        return self.cfn.attr_compute_environment_arn

    def tag_instances(self, tags: Mapping[str, str]) -> None:
        """Add tags to its instances, for cost reports. Does nothing on Fargate: tasks get the tags of their jobs.

        Args:
            tags: The tags; equal keys get the new value.
        """
        self._tagged |= tags.keys()

    def _override_tags(self, member: str, tags: Mapping[str, str]) -> None:
        self._tagged |= tags.keys()
        for key, value in tags.items():
            # An unescaped dot would address a nested member.
            self.cfn.add_property_override(
                f"ComputeResources.{member}.{key.replace('.', chr(92) + '.')}", value
            )

    def _define(
        self,
        members: Mapping[str, Any],
        *,
        type: str = "MANAGED",
        enabled: bool,
        service_role: iam.IRole | None,
        replace_compute_environment: bool = False,
        compute_environment_name: str | None,
    ) -> None:
        """Create the resource, without tags of the stack.

        Args:
            members: The members that only one kind has.
            type: Whether AWS Batch manages the capacity.
            enabled: Whether it places jobs.
            service_role: The role of AWS Batch; ``None`` for the service-linked one.
            replace_compute_environment: Whether CloudFormation replaces it at each change.
            compute_environment_name: The name; ``None`` for one that CloudFormation makes.
        """
        self._make(
            given(
                type=type,
                computeEnvironmentName=compute_environment_name,
                state="ENABLED" if enabled else "DISABLED",
                serviceRole=None if service_role is None else service_role.role_arn,
                # CloudFormation's own default replaces the environment at every change, which fails while a queue uses it.
                replaceComputeEnvironment=replace_compute_environment,
                **members,
            )
        )
        self._keep_stack_tags_off()
        if not enabled:
            Annotations.of(self).add_info(
                "AWS creates environments only ENABLED: a first deploy with enabled=False fails; deploy it enabled, then "
                "disable it"
            )

    @staticmethod
    def _kind_of(document: Mapping[str, Any]) -> str | None:
        return kind_of(document)

    @classmethod
    def _check_document(cls, problems: Problems, document: Mapping[str, Any]) -> None:
        check_document(problems, cls._kind_of(document), document)

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        if "tags" in document:
            Aspects.of(self.cfn).add(NoOtherTags(), priority=AspectPriority.READONLY)
            self._watch_tags()
        else:
            self._keep_stack_tags_off()

    if not TYPE_CHECKING:  # a type checker would take it for any attribute

        def __getattr__(self, name: str) -> Any:
            """Raise an error that says why an attribute is missing."""
            words = f"{type(self).__name__!r} object has no attribute {name!r}"
            if self._came_of is not None:
                words = f"{name} is unknown: the document of the environment does not have it"
            raise AttributeError(words, name=name, obj=self)

    def _keep_stack_tags_off(self) -> None:
        # Tags of an environment are create-only: a changed stack-wide tag would replace it, and its queue with it.
        self.cfn.add_property_deletion_override("Tags")
        self._watch_tags()

    def _watch_tags(self) -> None:
        """Warn at synth of ``Tags.of(environment).add(…)``, whose tag is kept off the environment.

        Tags of the stack, the app or a platform are kept off, too, without a warning: they are meant for queues and
        definitions.
        """
        self.node.add_validation(_DroppedTags(self))

    def _outlive(self, *roles: object) -> None:
        # An environment whose role loses its rights first can never be deleted: it sticks in DELETING. A reference
        # orders the role itself, but not the policies attached to it.
        given = [
            role.rights if isinstance(role, EcsInstanceRole) else role
            for role in roles
            if isinstance(role, iam.Role)
        ]
        if given:
            self.cfn.node.add_dependency(*given)


@jsii.implements(IValidation)
class _DroppedTags:
    """A validation of the tags of one environment, when the app is complete."""

    def __init__(self, environment: OwnComputeEnvironment) -> None:
        self._environment = environment

    def validate(self) -> list[str]:
        """Warn of each tag that was added to this environment only; it never stops a synth."""
        environment = self._environment
        tagged, belongs = environment._tagged, environment._tags_belong  # noqa: SLF001 - part of that class
        aspects = [aspect for place in (environment, environment.cfn) for aspect in Aspects.of(place).all]
        for tag in aspects:
            if isinstance(tag, Tag) and tag.key not in tagged:
                Annotations.of(environment).add_warning_v2(
                    f"batch-constructs:dropped-tag-{tag.key}",
                    f"the tag {tag.key!r} does not reach the environment, which AWS would replace with each change of its "
                    f"tags: {belongs.format(key=tag.key, value=tag.value)}",
                )
        return []


@jsii.implements(ec2.IConnectable)
class ManagedComputeEnvironment(OwnComputeEnvironment):
    """An environment whose instances or tasks AWS Batch starts in subnets and security groups of yours."""

    security_groups: Sequence[ec2.ISecurityGroup]
    """The security groups of its instances or tasks."""

    @property  # jsii calls back plain properties only
    def connections(self) -> ec2.Connections:
        """The connections of its security groups: ``environment.connections.allow_to_default_port(file_system)``.

        Called from this side, they also work if the file system is in another stack.
        """
        return self._connections

    @cached_property
    def _connections(self) -> ec2.Connections:
        return ec2.Connections(security_groups=list(self.security_groups))

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        groups = document["computeResources"].get("securityGroupIds", ())
        self.security_groups = imported_security_groups(self, groups)

    def _own_security_group(self, vpc: ec2.IVpc) -> ec2.ISecurityGroup:
        # No inbound rule: instances and tasks of AWS Batch only open outgoing connections.
        return ec2.SecurityGroup(self, "SecurityGroup", vpc=vpc)


def imported_security_groups(scope: Construct, group_ids: Sequence[str]) -> list[ec2.ISecurityGroup]:
    """Return existing groups by their ids."""
    return [
        ec2.SecurityGroup.from_security_group_id(scope, f"SecurityGroup{number}", each)
        for number, each in enumerate(group_ids, start=1)
    ]


def imported_instance_role(scope: Construct, profile: str) -> iam.IInstanceProfile:
    """Return the role of instances, by the name or the ARN of its profile."""
    if known(profile) and profile.startswith("arn:"):
        return iam.InstanceProfile.from_instance_profile_arn(scope, "InstanceRole", profile)
    return iam.InstanceProfile.from_instance_profile_name(scope, "InstanceRole", profile)
