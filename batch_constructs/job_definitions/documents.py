"""Job definitions written as JSON: which keywords say what a document says.

What no keyword says here, such as volumes, secrets and the options of Linux, is checked by the rules and carried as the
document has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aws_cdk import Duration, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

from batch_constructs._border.cli_json.constructs import CliJson, check_kind, word
from batch_constructs._border.cli_json.named import Named
from batch_constructs._border.tokens import known
from batch_constructs.facts.vocabulary import DEFAULT_LOG_GROUP, RetryAction
from batch_constructs.job_definitions.retries import RetryRule, RetryStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

__all__ = ["DefinitionCliJson", "amounts", "consumed", "container_arguments", "role_arguments"]

_ROLES = (("job_role", ("JobRoleArn", "TaskRoleArn")), ("execution_role", ("ExecutionRoleArn",)))
_EXEC, _FIXED = "EnableExecuteCommand", "ReadonlyRootFilesystem"


class DefinitionCliJson(CliJson):
    """A job definition that comes of JSON and becomes JSON."""

    _operation = "RegisterJobDefinition"
    _kept = frozenset({"ResourceRetentionPolicy"})
    _kind: ClassVar[str]
    """The class that takes such documents."""

    @classmethod
    def _arguments_of(cls, properties: Mapping[str, Any], references: Construct) -> dict[str, Any]:  # noqa: ARG003
        """What all kinds have in common; documents of other kinds are refused."""
        check_kind(cls._kind, _kind_of(properties))
        return _settings_arguments(properties)


def _kind_of(properties: Mapping[str, Any]) -> str:
    [*platforms] = properties.get("PlatformCapabilities") or ["EC2"]
    if "EksProperties" in properties:
        return "EksJobDefinition"
    if "NodeProperties" in properties:
        members = {name for each in properties["NodeProperties"]["NodeRangeProperties"] for name in each}
        if "EksProperties" in members:
            return "EksMultiNodeParallelJobDefinition"
        tasks = "EcsProperties" in members
        return "EcsMultiNodeParallelJobDefinition" if tasks else "MultiNodeParallelJobDefinition"
    if "EcsProperties" in properties:
        managed = "MANAGED_INSTANCES" in platforms
        return "ManagedInstancesJobDefinition" if managed else "MultiContainerJobDefinition"
    if "MANAGED_INSTANCES" in platforms:
        raise ValueError(
            "containerProperties must be ecsProperties for MANAGED_INSTANCES, which takes no others: put the container "
            "into ecsProperties.taskProperties, and use ManagedInstancesJobDefinition"
        )
    return "FargateJobDefinition" if "FARGATE" in platforms else "Ec2JobDefinition"


def _settings_arguments(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What a definition says beside its containers."""
    seconds = properties.get("Timeout", {}).get("AttemptDurationSeconds")
    return {
        "parameters": properties.get("Parameters"),
        "retry_strategy": _retry_strategy(properties.get("RetryStrategy", {})),
        "timeout": None if seconds is None else Duration.seconds(seconds),
        "scheduling_priority": properties.get("SchedulingPriority"),
        "propagate_tags": properties.get("PropagateTags", False),
        "job_definition_name": properties["JobDefinitionName"],
        "tags": properties.get("Tags"),
        "consumes": consumed(properties),
    }


def consumed(properties: Mapping[str, Any]) -> dict[Any, Any]:
    """What a definition or a range of nodes consumes."""
    return {
        Named(each["ConsumableResource"]): each.get("Quantity", 1)
        for each in properties.get("ConsumableResourceProperties", {}).get("ConsumableResourceList", ())
        if "ConsumableResource" in each
    }


def _retry_strategy(strategy: Mapping[str, Any]) -> RetryStrategy | None:
    actions = [word(RetryAction, rule["Action"]) for rule in strategy.get("EvaluateOnExit", ())]
    if "Attempts" not in strategy or not all(actions):
        return None
    rules = [
        RetryRule(
            action=action,
            on_exit_code=rule.get("OnExitCode"),
            on_reason=rule.get("OnReason"),
            on_status_reason=rule.get("OnStatusReason"),
        )
        for rule, action in zip(strategy.get("EvaluateOnExit", ()), actions, strict=True)
        if action is not None
    ]
    return RetryStrategy(attempts=strategy["Attempts"], evaluate_on_exit=rules)


def amounts(container: Mapping[str, Any]) -> dict[str, Any]:
    """What a container asks for; ``vcpus`` and ``memory`` are the old way to say it.

    Raises:
        ValueError: vCPUs or memory are not given.
    """
    found = {
        each["Type"].upper(): _number(each["Value"]) for each in container.get("ResourceRequirements", ())
    }
    for kind, name in (("VCPU", "Vcpus"), ("MEMORY", "Memory")):
        if name in container:
            found.setdefault(kind, container[name])
    missing = [kind for kind in ("VCPU", "MEMORY") if kind not in found]
    if missing:
        raise ValueError(f"containers must have resourceRequirements for {' and '.join(missing)}, got none")
    return {"vcpus": found["VCPU"], "memory": Size.mebibytes(found["MEMORY"]), "gpus": found.get("GPU")}


def _number(text: str) -> float:
    from aws_cdk import Token  # noqa: PLC0415 - only tokens need it

    if not known(text):
        return Token.as_number(text)
    value = float(text)
    return int(value) if value.is_integer() else value


def container_arguments(container: Mapping[str, Any]) -> dict[str, Any]:
    """What runs in a container, whichever kind of definition it belongs to."""
    return {
        "image": container["Image"],
        "command": container.get("Command"),
        "environment": {
            each["Name"]: each["Value"]
            for each in container.get("Environment", ())
            if {"Name", "Value"} <= set(each)
        },
        "user": container.get("User"),
        "readonly_root_filesystem": container.get("ReadonlyRootFilesystem"),
    }


def role_arguments(
    task: Mapping[str, Any], containers: Sequence[Mapping[str, Any]], references: Construct
) -> dict[str, Any]:
    """The roles and the log of a definition. They exist already: nothing is granted to an execution role.

    Args:
        task: What names the roles.
        containers: Those that write to the log.
        references: A scope for them.

    Raises:
        ValueError: a role is not named by its ARN, or ECS Exec could not write to a container.
    """
    fixed = any(known(each.get(_FIXED)) and each.get(_FIXED) for each in containers)
    if fixed and known(task.get(_EXEC)) and task.get(_EXEC):
        raise ValueError(
            "enableExecuteCommand needs writable root file systems, its agent writes to them, got "
            "readonlyRootFilesystem true: leave one of the two out"
        )
    found: dict[str, Any] = {}
    for argument, names in _ROLES:
        arn = next((task[name] for name in names if name in task), None)
        if arn is not None:
            found[argument] = _role(references, argument, arn)
    return found | _log_arguments(containers, references)


def _role(references: Construct, argument: str, arn: str) -> iam.IRole:
    if known(arn) and not arn.startswith("arn:"):
        raise ValueError(f"{argument} must be the full ARN of a role, got {arn!r}")
    if argument == "execution_role" and known(arn):
        # By its name it is of the stack's account: from its ARN the CDK would take it for one of another account,
        # and let it in with a policy of the log group.
        return iam.Role.from_role_name(references, argument, arn.partition("/")[2], mutable=False)
    return iam.Role.from_role_arn(references, argument, arn, mutable=argument == "job_role")


def _log_arguments(containers: Sequence[Mapping[str, Any]], references: Construct) -> dict[str, Any]:
    configurations = [container.get("LogConfiguration", {"LogDriver": "awslogs"}) for container in containers]
    to_logs = [each for each in configurations if each["LogDriver"].lower() == "awslogs"]
    if not to_logs:
        from aws_cdk import aws_ecs as ecs  # noqa: PLC0415 - 360 ms that only those pay who need it

        [other, *_] = configurations
        return {
            "logging": ecs.GenericLogDriver(log_driver=other["LogDriver"], options=other.get("Options", {}))
        }
    name = to_logs[0].get("Options", {}).get("awslogs-group", DEFAULT_LOG_GROUP)
    return {"log_group": logs.LogGroup.from_log_group_name(references, "log_group", name)}
