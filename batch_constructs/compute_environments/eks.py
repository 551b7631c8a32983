"""Environments whose instances are nodes of an Amazon EKS cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import aws_ec2 as ec2

from batch_constructs._border.arguments import checked
from batch_constructs._border.places import check_place
from batch_constructs._border.tokens import minutes
from batch_constructs.compute_environments.allocation import AllocationStrategy
from batch_constructs.compute_environments.capacity import Capacity
from batch_constructs.compute_environments.ec2_family import Ec2Family
from batch_constructs.compute_environments.eks_access import (
    acknowledge_access_entry,
    check_access,
    check_namespace,
    eks_configuration,
    grant_namespace,
    map_roles,
    wanted_access,
)
from batch_constructs.compute_environments.eks_clusters import ClusterFacts
from batch_constructs.compute_environments.eks_namespaces import EksNamespace
from batch_constructs.compute_environments.eks_nodes import EksNodeRole
from batch_constructs.facts.vocabulary import AccessEntryState, ResourceKind, UserdataType
from batch_constructs.launch_templates.launch_template import BatchLaunchTemplate
from batch_constructs.networking import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_iam as iam
    from aws_cdk.interfaces.aws_ec2 import ILaunchTemplateRef
    from aws_cdk.interfaces.aws_eks import IClusterRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs._border.problems import Problems
    from batch_constructs.compute_environments.eks_namespace_access import EksNamespaceAccess
    from batch_constructs.compute_environments.images import ImageType
    from batch_constructs.compute_environments.update_policy import UpdatePolicy
    from batch_constructs.launch_templates.overrides import LaunchTemplateOverride
    from batch_constructs.roles import InstanceRole

__all__ = ["EksComputeEnvironment"]


@checked
class EksComputeEnvironment(Ec2Family):
    """Capacity on EC2 for an Amazon EKS cluster: AWS Batch adds nodes for its jobs, and removes them.

    It makes all that the cluster needs for that, in order: the namespace, the access entries of AWS Batch and of the
    nodes, the access policy for the namespace (`EksNamespaceAccess`), and the nodes' role. A queue waits for the
    policy, without which jobs stay RUNNABLE. On deletion the queue goes first, then the environment, then the entry,
    the namespace, and the cluster. While idle, it costs nothing besides the cluster.

    The deploying role needs ``eks:DescribeCluster``, ``DescribeAccessEntry``, ``CreateAccessEntry``,
    ``AssociateAccessPolicy`` and ``DeleteAccessEntry``, because AWS Batch makes its entry with the rights of its
    caller. CloudFormation's role of ``cdk bootstrap`` has them.

    Nodes run Amazon Linux 2023 (the NVIDIA variant if the types have GPUs) and are in the cluster's security group.
    They take only pods of jobs, and of DaemonSets that tolerate ``batch.amazonaws.com/batch-node``: the network plugin
    does; NVIDIA's device plugin and log agents must be told to.

    Guide: AWS Batch on Amazon EKS (newer than the table of contents); Creating a Compute Environment; Compute
    Environment Parameters.
    """

    namespace: EksNamespace
    """The namespace of its jobs, prepared for it or given; if another tool prepares it, ``apply`` is ``False``."""

    namespace_access: EksNamespaceAccess | None
    """The access policy for the namespace; ``None`` if the ConfigMap ``aws-auth`` gives AWS Batch access."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cluster: IClusterRef,
        namespace: str | EksNamespace,
        access_entry: AccessEntryState | None = None,
        vpc: ec2.IVpc | ec2.Vpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup | ec2.SecurityGroup] | None = None,
        instance_types: Sequence[str] = ("default_x86_64",),
        spot: bool = False,
        min_vcpus: Number = 0,
        max_vcpus: Number = 256,
        scale_down_delay: Duration | None = None,
        allocation_strategy: AllocationStrategy | None = None,
        bid_percentage: Number | None = None,
        kubernetes_version: str | None = None,
        image_types: Sequence[ImageType] | None = None,
        image_ids: Mapping[ImageType, str] | None = None,
        userdata_type: UserdataType | None = None,
        instance_role: EksNodeRole | iam.IInstanceProfile | iam.InstanceProfile | None = None,
        launch_template: ILaunchTemplateRef | None = None,
        launch_template_overrides: Sequence[LaunchTemplateOverride] = (),
        placement_group: ec2.IPlacementGroup | ec2.PlacementGroup | None = None,
        key_pair: ec2.IKeyPair | ec2.KeyPair | None = None,
        instance_tags: Mapping[str, str] | None = None,
        update_policy: UpdatePolicy | None = None,
        update_to_latest_image_version: bool | None = None,
        replace_compute_environment: bool = False,
        enabled: bool = True,
        compute_environment_name: str | None = None,
        context: str | None = None,
    ) -> None:
        """Create the environment and the resources that the cluster and its nodes need.

        Args:
            scope: Where the environment belongs.
            id: Its name in that scope.
            cluster: An ``eks.Cluster`` or ``eks_v2.Cluster``, made here or imported, or a ``CfnCluster``. A change of
                it replaces the environment.
            namespace: The namespace of the jobs' pods: a name, which is prepared for this environment, or an
                `EksNamespace` that several environments share. A change of it replaces the environment.
            access_entry: How the cluster gives access to AWS Batch and its nodes. By default by access entries. EKS
                lets only AWS Batch make its entry: it does so itself on a cluster known to accept nothing else, and
                with ``ENABLED`` on others. All environments of a cluster must say the same: on a cluster of mode
                ``API_AND_CONFIG_MAP`` AWS Batch makes no entry if one of them says something else or nothing, and the
                deploy fails after 14 minutes with a list of them. ``INHERIT_FROM_CLUSTER``: by the entry if there is
                one, which AWS Batch makes on clusters of mode ``API``, else by the ConfigMap. ``DISABLED``: by the
                ConfigMap ``aws-auth`` and Kubernetes' roles; the CDK adds the IAM roles to the ConfigMap if it manages
                it.
            vpc: The cluster's network. By default the one that the cluster construct knows.
            vpc_subnets: The subnets. By default the private ones, else the isolated, else the public ones.
            security_groups: The security groups of the nodes. By default the group that EKS made for the cluster, if it
                is known. Others must allow traffic to and from the cluster.
            instance_types: Types (``"c7i.large"``), families (``"c7i"``) or bundles (``"default_x86_64"``,
                ``"default_arm64"``, ``"optimal"``), all of one architecture. By default ``default_x86_64``: m6i, c6i,
                r6i and c7i.
            spot: Whether to run at Spot prices, on capacity that AWS may take back with two minutes' notice. By
                default no.
            min_vcpus: vCPUs that keep running, and are paid for, even when idle; 0 or more. By default 0.
            max_vcpus: vCPUs up to which it scales, at least 1; by default 256.
            scale_down_delay: How long an idle instance is kept for the next job: 0, or 20 minutes to a week. By
                default 0.
            allocation_strategy: How instance types are chosen; not ``BEST_FIT``. By default those that fit at the
                lowest price per vCPU; with ``spot``, by the risk of interruption, as AWS recommends for Amazon EKS.
            bid_percentage: With ``spot`` only: the most to pay, in percent of the on-demand price, 0 to 100. By
                default 100, which AWS recommends.
            kubernetes_version: The version of the nodes' image, such as ``"1.34"``; at most that of the cluster. By
                default the newest that AWS Batch supports.
            image_types: The image types of AWS, 1 or 2. By default those of Amazon Linux 2023 that fit the instance
                types.
            image_ids: Images of your own, by the image type that they replace: ``{ImageType.EKS_AL2023: "ami-…"}``. By
                default the newest images of AWS, which updates keep current.
            userdata_type: How nodes join if a launch template of yours names their image: ``EKS_NODEADM`` for one built
                on Amazon Linux 2023. AWS refuses it if the template names no image. By default the image type decides,
                also for ``image_ids``.
            instance_role: The nodes' role. By default a new one with the rights that nodes need.
            launch_template: The launch template of the nodes. By default a new one. A change of it is a change of each
                environment that uses it.
            launch_template_overrides: Launch templates for some of the instance types, at most 10. By default none.
            placement_group: A placement group for low latency between instances. By default none.
            key_pair: The key pair for SSH. By default none: Session Manager needs no key and no open port.
            instance_tags: Tags of instances and their disks, at most 50; a change replaces the instances. Tags of the
                stack are kept off the environment, since a changed tag would replace it. By default none.
            update_policy: What happens to running jobs when an update replaces instances. By default they go on for
                up to 30 minutes.
            update_to_latest_image_version: Whether such an update installs the newest image. By default yes if AWS
                allows it and no image is your own.
            replace_compute_environment: Whether every change of capacity makes a new environment. By default changes
                are made in place.
            enabled: Whether jobs are placed; by default yes. AWS does not create a disabled environment.
            compute_environment_name: 1 to 128 letters, digits, ``-`` and ``_``. By default CloudFormation makes a name,
                so that the environment can be replaced.
            context: Reserved by AWS; by default omitted.

        Raises:
            ValueError: arguments that AWS would refuse or that contradict each other, all of them in one message.
        """
        facts = ClusterFacts.of(cluster)
        access = wanted_access(access_entry, facts)
        network = vpc or facts.vpc
        strategy = _default_strategy(spot=spot) if allocation_strategy is None else allocation_strategy
        capacity = Capacity(
            kind=ResourceKind.SPOT if spot else ResourceKind.EC2,
            instance_types=instance_types,
            min_vcpus=min_vcpus,
            max_vcpus=max_vcpus,
            scale_down_delay=minutes(scale_down_delay),
            allocation_strategy=strategy,
            bid_percentage=bid_percentage,
            image_types=image_types,
            image_ids=image_ids,
            launch_template=launch_template,
            launch_template_overrides=launch_template_overrides,
            instance_tags=instance_tags,
            container_insights=None,
            update_policy=update_policy,
            update_to_latest_image_version=update_to_latest_image_version,
            replace_compute_environment=replace_compute_environment,
            enabled=enabled,
            compute_environment_name=compute_environment_name,
            context=context,
            has_service_role=False,
            has_security_groups=security_groups is None or len(security_groups) > 0,
            on_eks=True,
            kubernetes_version=kubernetes_version,
            userdata_type=userdata_type,
        )
        problems = capacity.problems()
        check_namespace(problems, cluster, namespace, facts, access)
        check_access(problems, access, facts)
        check_place(problems, scope, "cluster", [facts.arn])
        problems.check(network is not None, "vpc must be given: this cluster does not know its own, got none")
        problems.check(
            security_groups is not None or facts.security_group_id is not None,
            "security_groups must be given: this cluster does not know its own, got none",
        )
        _check_userdata_type(problems, userdata_type, launch_template)
        problems.raise_if_any()

        # The base class asks for these while it makes the resource.
        self._facts, self._cluster, self._access = facts, cluster, access
        self._namespace_name = namespace if isinstance(namespace, str) else namespace.namespace
        super().__init__(
            scope,
            id,
            capacity=capacity,
            vpc=cast("ec2.IVpc", network),
            vpc_subnets=vpc_subnets,
            subnet_ids=placement(cast("ec2.IVpc", network), vpc_subnets).subnet_ids,
            security_groups=security_groups,
            instance_role=instance_role,
            launch_template=launch_template,
            placement_group=placement_group,
            key_pair=key_pair,
            service_role=None,
        )
        self.namespace = (
            EksNamespace(self, "Namespace", cluster=cluster, namespace=namespace, access_entry=access)
            if isinstance(namespace, str)
            else namespace
        )
        if access is not None:
            acknowledge_access_entry(self.cfn)
        # Access must exist before the environment, and be deleted after it.
        entry = self.instance_role.access_entry if isinstance(self.instance_role, EksNodeRole) else None
        self.cfn.node.add_dependency(self.namespace, *([] if entry is None else [entry]))
        if access is AccessEntryState.DISABLED:
            own = self.instance_role if instance_role is None else None
            self.cfn.node.add_dependency(*map_roles(self, cluster, cast("iam.IRole | None", own)))
        self.namespace_access = grant_namespace(self, cluster, self._namespace_name, access)

    def _own_security_group(self, vpc: ec2.IVpc) -> ec2.ISecurityGroup:  # noqa: ARG002 - the cluster has one
        group_id = cast("str", self._facts.security_group_id)
        return ec2.SecurityGroup.from_security_group_id(self, "ClusterSecurityGroup", group_id)

    def _own_instance_role(self) -> InstanceRole:
        by_config_map = self._access is AccessEntryState.DISABLED
        return EksNodeRole(self, "InstanceRole", cluster=None if by_config_map else self._cluster)

    def _eks_configuration(self) -> dict[str, Any]:
        return eks_configuration(self._facts, self._namespace_name, self._access)


def _default_strategy(*, spot: bool) -> AllocationStrategy:
    return AllocationStrategy.SPOT_CAPACITY_OPTIMIZED if spot else AllocationStrategy.BEST_FIT_PROGRESSIVE


def _check_userdata_type(
    problems: Problems, userdata_type: UserdataType | None, template: ILaunchTemplateRef | None
) -> None:
    """Add a problem if nodes are told how to join although the launch template is known to name no image."""
    names_none = template is None or isinstance(template, BatchLaunchTemplate)
    problems.check(
        userdata_type is None or not names_none,
        "userdata_type needs a launch template that names the image, since AWS refuses it otherwise, got "
        f"{userdata_type} and {'none' if template is None else 'a BatchLaunchTemplate'}: leave it out, the image type "
        "decides how nodes join",
    )
