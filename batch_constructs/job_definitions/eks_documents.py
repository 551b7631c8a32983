"""Definitions of jobs on Amazon EKS written as JSON: which keywords say what a document says of a pod.

What no keyword says here, such as volumes and rights, is checked by the rules and carried as the document has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Size

from batch_constructs._border.tokens import known
from batch_constructs.facts import limits
from batch_constructs.job_definitions.documents import DefinitionCliJson
from batch_constructs.job_definitions.eks_containers import EksContainer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

__all__ = ["EksCliJson", "pod_arguments"]


class EksCliJson(DefinitionCliJson):
    """A definition on Amazon EKS that comes of JSON and becomes JSON."""

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:
        settings = super()._arguments_of(properties, references)
        del settings["propagate_tags"]
        return settings


def pod_arguments(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The containers of a pod.

    Args:
        properties: What ``EksProperties`` holds.
    """
    pod = properties.get("PodProperties", {})
    return {
        "containers": [_container(each) for each in pod.get("Containers", ())],
        "init_containers": [_container(each) for each in pod.get("InitContainers", ())],
    }


def _container(container: Mapping[str, Any]) -> EksContainer:
    return EksContainer(
        image=container["Image"],
        name=container.get("Name"),
        command=container.get("Command"),
        args=container.get("Args"),
        vcpus=float(_amount(container, "cpu") or limits.EKS_CPU_STEP),
        memory=Size.mebibytes(int((_amount(container, "memory") or "4Mi").removesuffix("Mi"))),
    )


def _amount(container: Mapping[str, Any], name: str) -> str | None:
    """What it asks for, as request or as limit; ``None`` where it does not say, or where only CloudFormation knows.

    The rules have looked at it by now.
    """
    resources = container.get("Resources", {})
    given = (resources.get(side, {}).get(name) for side in ("Requests", "Limits"))
    return next((each for each in given if each is not None and known(each)), None)
