"""The base classes of job definitions: an ARN per revision, and a name over all revisions."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Never

import jsii
from aws_cdk import CfnElement, Fn
from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, JobDefinitionReference

from batch_constructs._border import cdk
from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.references import Referable, never_export
from batch_constructs._border.spelling import arguments
from batch_constructs._border.tokens import known
from batch_constructs.job_definitions.consumables import check_consumes, required
from batch_constructs.permissions import grants

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces import ResourceEnvironment
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

__all__ = ["ImportedJobDefinition", "JobDefinitionBase", "arn_of", "consumed_by", "name_and_revisions"]

_ARN_FORM = "arn:aws:batch:REGION:ACCOUNT:job-definition/NAME"


@jsii.implements(IJobDefinitionRef)
class JobDefinitionBase(Referable):
    """A job definition that a submission can name, made here or elsewhere."""

    job_definition_arn: str
    """The definition's ARN. For a definition made here it ends in the revision that this deploy registers."""

    _consumed: Mapping[IConsumableResourceRef, Number] = MappingProxyType({})
    _consumed_by_nodes: Mapping[IConsumableResourceRef, Number] = MappingProxyType({})
    _submitters: tuple[iam.IGrantable, ...] = ()

    @property
    def job_definition_name(self) -> str:
        """The name over all revisions. If you submit by it, a later deploy needs no change on your side."""
        return Fn.select(1, Fn.split("/", name_and_revisions(self.job_definition_arn)[0]))

    @property
    def job_definition_ref(self) -> JobDefinitionReference:
        """The reference that submitters of this library, of the CDK's L2 and of its L1 take."""
        return JobDefinitionReference(job_definition_arn=self.job_definition_arn)

    def consume(self, resource: IConsumableResourceRef, *, quantity: Number = 1) -> None:
        """Let each job use some of a consumable resource, such as seats of a licence, while it runs.

        A job waits until that quantity is free; if the resource is not replenishable, the job uses it up.

        Args:
            resource: A `ConsumableResource`, one of the CDK's, or an imported one.
            quantity: The quantity, at least 1; by default 1.

        Raises:
            ValueError: the quantity is too small, the resource is consumed already, or the definition is imported.

        Guide: Resource-aware scheduling (newer than the table of contents).
        """
        cfn: batch.CfnJobDefinition | None = getattr(self, "cfn", None)
        problems = Problems()
        problems.check(
            cfn is not None, f"consume needs a definition made in this app, got {self.node.path!r}, imported"
        )
        check_consumes(problems, {resource: quantity})
        problems.check(
            resource not in self._consumed,
            f"a resource is consumed once, with all of its quantity, got another {quantity} in {self.node.path!r}",
        )
        problems.raise_if_any()
        self._consumed = {**self._consumed, resource: quantity}
        if cfn is not None:
            properties = type(cfn).ConsumableResourcePropertiesProperty
            cfn.consumable_resource_properties = properties(**arguments(required(self._consumed)))
        for submitter in self._submitters:
            grants.use(submitter, resource.consumable_resource_ref.consumable_resource_arn)

    @property
    def consumes(self) -> Mapping[IConsumableResourceRef, Number]:
        """The quantity of each consumable resource that a job uses; unknown for an imported definition.

        In a multi-node job each node uses the resources of its group.
        """
        return {**self._consumed_by_nodes, **self._consumed}

    def grant_register(
        self, grantee: iam.IGrantable, *, roles: Sequence[iam.IRole | iam.Role] | None = None
    ) -> iam.Grant:
        """Allow to register further revisions of this definition and to deregister any, and nothing else.

        Whoever names a role in a definition must be allowed to pass it. So this allows to pass its job role and its
        execution role to ECS tasks, and no other role. Revisions with tags also need ``batch:TagResource``.

        Args:
            grantee: The role, function or user that registers.
            roles: The roles that new revisions may name. By default those of this definition; required for an imported
                one, ``[]`` for none.

        Raises:
            ValueError: the definition is imported and no roles are given, or the grantee is in another account.

        Guide: Supported Resource-Level Permissions for AWS Batch API Actions; Troubleshooting AWS Batch Identity and
        Access (``iam:PassRole``).
        """
        grants.check_account(grantee, self.env, "grant_register")
        passed = self._roles_to_pass(grantee) if roles is None else roles
        named = name_and_revisions(self.job_definition_arn, grants.place_for(grantee, self.env))
        return grants.register(grantee, named, passed)

    def grant_read_logs(self, grantee: iam.IGrantable) -> iam.Grant:  # noqa: ARG002 - for its subclasses
        """Allow to read what its jobs write to CloudWatch Logs.

        Args:
            grantee: The role, function or user that reads.

        Raises:
            ValueError: the definition is imported, so the log group of its jobs is unknown.

        Guide: Using the awslogs Log Driver (newer than the table of contents).
        """
        raise ValueError(
            "grant_read_logs needs a definition made in this app: the log group of an imported one is unknown; "
            f"call grant_read of the log group instead, got {self.node.path!r}"
        )

    def _roles_to_pass(self, grantee: iam.IGrantable) -> Sequence[iam.IRole]:  # noqa: ARG002 - for its subclasses
        """Return the roles that this definition names; roles that are added later are granted when they are added."""
        raise ValueError(
            "grant_register needs roles, the job and execution roles that new revisions may name: those of an imported "
            f"definition are unknown; give roles=[] for none, got {self.node.path!r} without"
        )

    @staticmethod
    def from_job_definition_arn(scope: Construct, id: str, job_definition_arn: str) -> ImportedJobDefinition:
        """Refer to a definition that exists already.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_definition_arn: The definition's ARN, with or without a revision; a token passes.

        Raises:
            ValueError: the value is not the ARN of a job definition.
        """
        return ImportedJobDefinition(scope, id, job_definition_arn=job_definition_arn)

    @staticmethod
    def from_job_definition_name(
        scope: Construct, id: str, job_definition_name: str
    ) -> ImportedJobDefinition:
        """Refer to a definition of this account and Region by its name.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_definition_name: The name, without a revision; a token passes.
        """
        arn = cdk.arn("batch", f"job-definition/{job_definition_name}")
        return ImportedJobDefinition(scope, id, job_definition_arn=arn)


@checked
class ImportedJobDefinition(JobDefinitionBase):
    """A job definition that another stack or another tool made.

    Guide: Job Definitions.
    """

    def __init__(self, scope: Construct, id: str, *, job_definition_arn: str) -> None:
        """Refer to a definition by its ARN.

        Args:
            scope: Where the reference belongs.
            id: Its name in that scope.
            job_definition_arn: The definition's ARN, with or without a revision; a token passes.

        Raises:
            ValueError: the value is not the ARN of a job definition.
        """
        if known(job_definition_arn) and ":job-definition/" not in job_definition_arn:
            raise ValueError(f"job_definition_arn must look like {_ARN_FORM}, got {job_definition_arn!r}")
        super().__init__(scope, id)
        self.job_definition_arn = self._imported_arn = job_definition_arn

    def use(self, resource: object, **_: object) -> Never:
        """Refuse: the containers and roles of an imported definition are written elsewhere.

        Args:
            resource: The resource to use.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            f"use needs a definition made in this app, got {self.node.path!r}, imported: grant the right to "
            f"{type(resource).__name__} to the role of its jobs, and set the variable by overrides of the submission"
        )


def consumed_by(job_definition: IJobDefinitionRef, submitter: iam.IGrantable) -> list[str]:
    """Return the ARNs of the consumable resources of a definition: submitting its jobs needs the right to use them.

    Resources that the definition gets later in the app are granted then.

    Args:
        job_definition: The definition; the resources of definitions not made by this library are unknown.
        submitter: The principal that will be allowed to submit its jobs.
    """
    if not isinstance(job_definition, JobDefinitionBase):
        return []
    job_definition._submitters = (*job_definition._submitters, submitter)  # noqa: SLF001 - of this module
    return [each.consumable_resource_ref.consumable_resource_arn for each in job_definition.consumes]


def arn_of(job_definition: IJobDefinitionRef) -> str:
    """Return the ARN of a definition, which other stacks read when they are deployed and never import.

    Args:
        job_definition: Ours, the L2's, an L1 or an imported one. Ours are never exported to other stacks.
    """
    if not isinstance(job_definition, JobDefinitionBase):
        made = (
            job_definition if CfnElement.is_cfn_element(job_definition) else job_definition.node.default_child
        )
        if made is not None:
            never_export(made)
    return job_definition.job_definition_ref.job_definition_arn


def name_and_revisions(job_definition_arn: str, env: ResourceEnvironment | None = None) -> tuple[str, str]:
    """Return the two resources of an IAM statement that cover a definition: its name, and all its revisions.

    To IAM, submitting by name and submitting by revision are different resources; a grant on the revision of one
    deploy breaks at the next.

    Args:
        job_definition_arn: The definition's ARN.
        env: The account and Region of the definition, if they differ from those of the stack that names it.
    """
    if known(job_definition_arn):
        name = ":".join(job_definition_arn.split(":")[:6])
    else:
        # Jobs are submitted in the definition's own account and Region, so only the name must be cut out.
        name = cdk.arn("batch", Fn.select(5, Fn.split(":", job_definition_arn)), env)
    return name, f"{name}:*"
