"""Definitions of jobs that run as pods on Amazon EKS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.tokens import known, seconds
from batch_constructs.job_definitions.eks_pods import (
    EksPod,
    add_metadata,
    eks_properties,
    resolve_images,
)
from batch_constructs.job_definitions.links import link
from batch_constructs.job_definitions.own import OwnJobDefinition
from batch_constructs.job_definitions.settings import DefinitionSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.facts.eks import DnsPolicy
    from batch_constructs.job_definitions.eks_containers import EksContainer
    from batch_constructs.job_definitions.links import Access, Linkable
    from batch_constructs.job_definitions.retries import RetryStrategy

__all__ = ["EksJobDefinition", "EksJobDefinitionBase"]


class EksJobDefinitionBase(OwnJobDefinition):
    """A definition of jobs on Amazon EKS. It has no roles: pods have the rights of their service account."""

    def grant_read_logs(self, grantee: iam.IGrantable) -> iam.Grant:  # noqa: ARG002 - the signature of all definitions
        """Refuse: the cluster decides where pods write, not their definition.

        Args:
            grantee: The principal that would read.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "grant_read_logs needs a definition on ECS: the cluster's log agent decides where the output of pods goes; "
            f"call grant_read of that log group instead, got {self.node.path!r}"
        )

    def use(
        self,
        resource: Linkable,
        *,
        service_account: iam.IGrantable,
        access: Access | None = None,
        variable: str | None = None,
        containers: Sequence[str] | None = None,
    ) -> iam.Grant:
        """Give the jobs the right to use a resource, and a variable with its name.

        The right goes to the role of the service account, which all of its pods have.

        Args:
            resource: A bucket, DynamoDB table, SQS queue, topic, secret, parameter of Systems Manager, Kinesis stream,
                event bus, function or state machine: the CDK's L2, made or imported.
            service_account: The `EksServiceAccount` of ``service_account_name``, one of the CDK's, or its role.
            access: The access of the jobs. By default they may read and write a bucket, table, queue or stream, read a
                secret or parameter, and send to or start the others.
            variable: The name of the variable. By default ``BUCKET_NAME``, ``TABLE_NAME``, ``QUEUE_URL``,
                ``TOPIC_ARN``, ``SECRET_ARN``, ``PARAMETER_NAME``, ``STREAM_NAME``, ``EVENT_BUS_NAME``,
                ``FUNCTION_NAME`` or ``STATE_MACHINE_ARN``.
            containers: The names of the containers that get the variable. By default all of them, init containers
                included.

        Raises:
            ValueError: the resource is of another kind or has no such access, a container has a variable of that name,
                or the pods run as another service account.

        Guide: Job Definition Parameters (eksProperties).
        """
        theirs = getattr(service_account, "service_account_name", None)
        if theirs is not None and known(theirs):
            accounts = [each.holder.get("serviceAccountName", "default") for each in self._placed]
            others = [name for name in accounts if known(name) and name != theirs]
            if others:
                raise ValueError(
                    f"service_account must be that of the pods, got {theirs!r} for pods that run as {others[0]!r}: give "
                    f"the definition service_account_name={theirs!r}"
                )
        return link(
            service_account,
            self.cfn,
            resource,
            self._variables,
            access=access,
            variable=variable,
            containers=containers,
        )

    def _roles_to_pass(self, grantee: iam.IGrantable) -> Sequence[iam.IRole]:  # noqa: ARG002 - it has none
        return []


@checked
class EksJobDefinition(EksJobDefinitionBase):
    """A definition of jobs that each run as one pod, on an `EksComputeEnvironment`.

    AWS Batch places the pods itself: they need no node selector and no other scheduler. A job's rights on AWS come from
    its service account (EKS Pod Identity, or a role for service accounts), and its rights in the cluster, too. Pods are
    deleted soon after their end, so use a log agent such as Fluent Bit on the nodes to keep their output.

    Guide: Creating a Job Definition; Job Definition Parameters (eksProperties).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        containers: Sequence[EksContainer],
        init_containers: Sequence[EksContainer] = (),
        service_account_name: str | None = None,
        image_pull_secrets: Sequence[str] = (),
        namespace: str | None = None,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
        host_network: bool | None = None,
        dns_policy: DnsPolicy | None = None,
        share_process_namespace: bool | None = None,
        parameters: Mapping[str, str] | None = None,
        consumes: Mapping[IConsumableResourceRef, Number] | None = None,
        retry_strategy: RetryStrategy | None = None,
        timeout: Duration | None = None,
        scheduling_priority: Number | None = None,
        skip_deregister_on_update: bool = True,
        job_definition_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Create the definition.

        Args:
            scope: Where the definition belongs.
            id: Its name in that scope.
            containers: 1 to 10 containers, which start together.
            init_containers: Up to 10 containers, which run one after the other before them. By default none.
            service_account_name: The service account of the pod, with its rights in Kubernetes and, by its role, on
                AWS. By default ``default``, without a role.
            image_pull_secrets: The names of Kubernetes' secrets with the credentials of private registries. By default
                none; the nodes' role pulls from ECR.
            namespace: A namespace other than the environment's; AWS Batch needs the same rights there. By default that
                of the environment.
            labels: Labels of the pod. By default those of AWS Batch only.
            annotations: Annotations of the pod. By default those of AWS Batch only.
            host_network: Whether the pod uses the network of its node, and needs no address. By default AWS Batch says
                yes.
            dns_policy: The resolver of names. By default the cluster's, whatever the network.
            share_process_namespace: Whether containers see each other's processes. By default they do not.
            parameters: Default values for the placeholders ``Ref::name`` of the commands. By default none, so each
                submission must set them.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1: ``{licence:
                1}``. By default none.
            retry_strategy: Which failures are retried, and how often. By default none.
            timeout: The time after which an attempt is ended, at least 60 seconds. By default never.
            scheduling_priority: 0 to 9999, higher first inside a share. By default each submission to a queue with a
                fair-share policy must set it; on other queues it has no effect.
            skip_deregister_on_update: Whether old revisions stay when a new one is deployed; by default yes.
            job_definition_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes one.
            tags: Tags of the definition, up to 50; they do not reach pods. By default none.

        Raises:
            ValueError: arguments that AWS would refuse, all of them in one message.
        """
        settings = DefinitionSettings(
            parameters=parameters,
            retry_strategy=retry_strategy,
            timeout_seconds=seconds(timeout),
            scheduling_priority=scheduling_priority,
            propagate_tags=None,
            skip_deregister_on_update=skip_deregister_on_update,
            job_definition_name=job_definition_name,
            tags=tags,
            consumes=consumes,
        )
        problems = Problems()
        settings.check(problems)
        with problems:
            pod = EksPod(
                containers=containers,
                init_containers=init_containers,
                service_account_name=service_account_name,
                image_pull_secrets=image_pull_secrets,
                namespace=namespace,
                labels=labels,
                annotations=annotations,
                host_network=host_network,
                dns_policy=dns_policy,
                share_process_namespace=share_process_namespace,
            )

        super().__init__(scope, id)
        properties = eks_properties(pod, resolve_images(self, [pod]))
        self._make({"type": "container", **settings.members, "eksProperties": properties})
        add_metadata(self.cfn, "EksProperties", pod)
        self._consumed = consumes or {}
