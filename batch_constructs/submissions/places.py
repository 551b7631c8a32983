"""The queue and the definition of a request: given by name, by ARN, or as a construct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_cdk.interfaces.aws_batch import IJobDefinitionRef, IJobQueueRef

    from batch_constructs._border.problems import Problems

__all__ = ["check_place", "definition_text", "queue_text", "runs_one_container"]

# Kinds of jobs for which AWS Batch refuses Step Functions' container overrides: several containers, pods, nodes.
_OTHER_KINDS = ("ecs_properties", "eks_properties", "node_properties")


def check_place(problems: Problems, name: str, value: object) -> None:
    """Add a problem if a value is neither a name nor a construct of the right kind.

    Args:
        problems: Where to add it.
        name: The argument, ``job_queue`` or ``job_definition``.
        value: The value of the argument.
    """
    if isinstance(value, str):
        problems.check(value != "", f"{name} must be a name or an ARN, got an empty string")
        return
    kind = name.removeprefix("job_").replace("_", " ")
    problems.check(
        hasattr(value, f"{name}_ref"),
        f"{name} must be a {kind} or the name or ARN of one, got {type(value).__name__}",
    )


def queue_text(queue: str | IJobQueueRef) -> str:
    """Return a name or an ARN as it is, and the ARN of a construct.

    Args:
        queue: The queue as the user gave it.
    """
    return queue if isinstance(queue, str) else queue.job_queue_ref.job_queue_arn


def definition_text(definition: str | IJobDefinitionRef) -> str:
    """Return a name or an ARN as it is, and for a construct the ARN over all revisions, which runs the newest.

    Args:
        definition: The definition as the user gave it.
    """
    if isinstance(definition, str):
        return definition
    # Names and ARNs need no CDK: a program that submits jobs may run without it.
    from batch_constructs.job_definitions.base import arn_of, name_and_revisions  # noqa: PLC0415

    return name_and_revisions(arn_of(definition))[0]


def runs_one_container(definition: str | IJobDefinitionRef) -> bool | None:
    """Return whether a definition has one container on one host; ``None`` if only its name is known.

    Args:
        definition: Ours, the L2's, an L1, an imported one, or a name.
    """
    if isinstance(definition, str):
        return None
    from aws_cdk import aws_batch as batch  # noqa: PLC0415 - loaded already if there is a construct

    cfn: Any = definition if isinstance(definition, batch.CfnJobDefinition) else definition.node.default_child
    if not isinstance(cfn, batch.CfnJobDefinition):
        return None
    return all(getattr(cfn, kind) is None for kind in _OTHER_KINDS)
