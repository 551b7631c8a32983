"""Definitions of multi-node jobs on Amazon EKS, which run one pod on each node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batch_constructs._border.arguments import checked
from batch_constructs._border.problems import Problems
from batch_constructs._border.spelling import given
from batch_constructs._border.tokens import known, seconds
from batch_constructs.facts import limits
from batch_constructs.job_definitions.consumables import check_consumes, required
from batch_constructs.job_definitions.eks import EksJobDefinitionBase
from batch_constructs.job_definitions.eks_pods import EksPod, add_metadata, eks_properties, resolve_images
from batch_constructs.job_definitions.node_groups import check_nodes, nodes_of, ranges_in, ranges_of
from batch_constructs.job_definitions.settings import DefinitionSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk.interfaces.aws_batch import IConsumableResourceRef
    from constructs import Construct
    from jsii import Number

    from batch_constructs.job_definitions.node_groups import NodeRange
    from batch_constructs.job_definitions.retries import RetryStrategy

__all__ = ["EksMultiNodeParallelJobDefinition", "EksNodeGroup"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class EksNodeGroup:
    """Nodes of Amazon EKS that run the same pod.

    Attributes:
        nodes: The number of nodes, at least 1; the groups then follow each other. Or their indexes, as a `NodeRange`; a
            range inside another one takes its nodes from it.
        pod: The pod of each node, with at most 10 different images. All pods of a job are in one namespace.
        consumes: The consumable resources that each node uses, with the quantity of each, at least 1. By default none.

    Guide: Multi-node Parallel Jobs; Job Definition Parameters (eksProperties).
    """

    nodes: int | NodeRange
    pod: EksPod
    consumes: Mapping[IConsumableResourceRef, Number] | None = None


@checked
class EksMultiNodeParallelJobDefinition(EksJobDefinitionBase):
    """A definition of jobs whose nodes run at the same time, each as one pod on an instance of its own.

    The main node starts first, and its end is the end of the job. Pods use the network of their nodes unless
    ``host_network=False``, so the security groups of the environment must allow traffic between their members. Spot
    environments cannot run such jobs.

    Guide: Multi-node Parallel Jobs; Creating a Multi-node Parallel Job Definition.
    """

    node_ranges: Sequence[NodeRange]
    """The nodes of each group."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        node_groups: Sequence[EksNodeGroup],
        main_node: int = 0,
        instance_type: str | None = None,
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
            node_groups: 1 to 5 groups, all with a count of nodes or all with a `NodeRange`; together they cover all
                nodes from 0 on.
            main_node: Index of the node that starts first and whose end ends the job, from 0. By default 0.
            instance_type: Must be left out, since AWS Batch refuses it for nodes that run pods: use an environment with
                one entry in ``instance_types``. By default AWS Batch chooses the smallest type of the environment that
                fits the largest node.
            parameters: Default values for the placeholders ``Ref::name`` of the commands. By default none, so each
                submission must set them.
            consumes: The consumable resources that each job uses, with the quantity of each, at least 1. By default
                none; those of its nodes are in `EksNodeGroup`.
            retry_strategy: Which failures of the main node are retried, and how often. By default none.
            timeout: The time after which the whole job is ended, at least 60 seconds. By default never.
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
        ranges = ranges_of([group.nodes for group in node_groups], problems)
        check_nodes(problems, ranges, main_node)
        _check_namespaces(problems, [group.pod.namespace for group in node_groups])
        for group in node_groups:
            check_consumes(problems, group.consumes)
            images_of_group = {each.image for each in group.pod.all_containers}
            problems.within("the images of a group of nodes", len(images_of_group), limits.EKS_NODE_IMAGES)
        problems.check(
            instance_type is None,
            "instance_type must be left out for nodes that run pods, since AWS Batch refuses it, got "
            f"{instance_type!r}: make an EksComputeEnvironment with instance_types=[{instance_type!r}] for these jobs",
        )
        settings.check(problems)
        problems.raise_if_any()

        super().__init__(scope, id)
        self.node_ranges = ranges
        images = resolve_images(self, [group.pod for group in node_groups])
        nodes = [
            given(
                eksProperties=eks_properties(group.pod, images),
                consumableResourceProperties=required(group.consumes),
            )
            for group in node_groups
        ]
        self._make(
            {"type": "multinode", **settings.members, "nodeProperties": nodes_of(main_node, ranges, nodes)}
        )
        for index, group in enumerate(node_groups):
            add_metadata(self.cfn, f"NodeProperties.NodeRangeProperties.{index}.EksProperties", group.pod)
        self._consumed = consumes or {}
        self._consumed_by_nodes = {
            name: amount for each in node_groups for name, amount in (each.consumes or {}).items()
        }

    def _refer_to(self, document: Mapping[str, Any]) -> None:
        super()._refer_to(document)
        self.node_ranges = ranges_in(document["nodeProperties"])


def _check_namespaces(problems: Problems, namespaces: Sequence[str | None]) -> None:
    found = {each for each in namespaces if each is None or known(each)}
    problems.check(
        len(found) <= 1,
        "the pods of all node_groups must have one namespace, got "
        + " and ".join(sorted("none" if each is None else repr(each) for each in found)),
    )
