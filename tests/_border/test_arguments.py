"""Wrong arguments of users without a type checker: each is refused at the call, with a suggestion."""

from __future__ import annotations

import inspect
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2

import batch_constructs as bc


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (bc.CpuPool, {"queues": "daily"}, "got 'daily': write ['daily']"),
        (
            bc.ContainerOverrides,
            {"command": "echo hi"},
            "a list of strings, got 'echo hi': write ['echo', 'hi']",
        ),
        (bc.ServiceJobPattern, {"job_name_prefixes": "train-"}, "a list of strings, got 'train-'"),
        (
            bc.JobPattern,
            {"statuses": bc.JobStatus.FAILED},
            "statuses must be a list of bc.JobStatus, got bc.JobStatus.FAILED: write [bc.JobStatus.FAILED]",
        ),
        (bc.JobPattern, {"statuses": ["FAILD"]}, "statuses[0] must be a bc.JobStatus"),
        (bc.RetryStrategy, {"attempts": "3"}, "attempts must be a number, got '3'"),
        (bc.RetryStrategy, {"attempts": True}, "attempts must be a number, got True"),
        (
            bc.RetryRule,
            {"action": "RETRYY"},
            "action must be a bc.RetryAction, one of RETRY, EXIT, got 'RETRYY'",
        ),
        (
            bc.JobStateTimeLimit,
            {"max_time": 3600},
            "must be a Duration such as Duration.hours(1), got 3600",
        ),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: Any, arguments: dict[str, Any], message: str) -> None:
    """Such as a string for a list, which would be read letter by letter, and a string for a number."""
    with pytest.raises(TypeError) as refusal:
        kind(**arguments)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"command": "echo hi"}, "command must be a list of strings, got 'echo hi': write ['echo', 'hi']"),
        ({"command": ["bwa", 4]}, "command[1] must be a string, got 4"),
        ({"memory": 512}, "memory must be a Size such as Size.mebibytes(512), got 512"),
        ({"vcpus": "1"}, "vcpus must be a number, got '1'"),
        (
            {"retry_strategy": 3},
            "retry_strategy must be a bc.RetryStrategy, got 3: write bc.RetryStrategy(attempts=3)",
        ),
        ({"job_role": "arn:aws:iam::123456789012:role/a"}, "job_role must be an iam.IRole, got 'arn:"),
        ({"environment": {"THREADS": 4}}, "environment['THREADS'] must be a string, got 4"),
        (
            {"tags": [{"Key": "a"}]},
            "tags must be a dict from strings to strings, got [{'Key': 'a'}]: write {'a': …}",
        ),
        ({"image": None}, "image must be a string or an ecs.ContainerImage, got None"),
        ({"retry_stategy": None}, "has no argument 'retry_stategy' (did you mean 'retry_strategy'?)"),
        ({"vcpus": "1", "memory": 512}, "got '1': write 1\nmemory must be"),
    ],
)
def test_a_definition_says_which_argument_is_wrong(
    stack: cdk.Stack, arguments: dict[str, Any], message: str
) -> None:
    """All at once, before anything is in the tree; the error is also a ValueError."""
    job = {"image": "busybox", "vcpus": 1, "memory": cdk.Size.mebibytes(512)}
    with pytest.raises(ValueError) as refusal:
        bc.Ec2JobDefinition(stack, "Job", **{**job, **arguments})
    assert message in str(refusal.value)
    assert stack.node.children == []


def test_an_environment_says_what_to_write(stack: cdk.Stack) -> None:
    """For related classes, and for parameters of CloudFormation, whose attributes must be given."""
    network = bc.BatchNetwork(stack, "Network")
    size = cdk.CfnParameter(stack, "Size", type="Number")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"vpc": network}, "vpc must be an ec2.IVpc, got a BatchNetwork: write its .vpc"),
        ({"vpc": "vpc-1"}, "vpc must be an ec2.IVpc, got 'vpc-1'"),
        ({"max_vcpus": size}, "max_vcpus must be a number, got a CfnParameter: write its value_as_number"),
        (
            {"instance_types": [ec2.InstanceType("c7i.large")]},
            "instance_types[0] must be a string, got an InstanceType",
        ),
        (
            {"allocation_strategy": "BEST"},
            "must be a bc.AllocationStrategy such as bc.AllocationStrategy.BEST_FIT_PROGRESSIVE, got",
        ),
    ]
    for arguments, message in wrong:
        with pytest.raises(TypeError) as refusal:
            bc.Ec2ComputeEnvironment(stack, "Environment", **{"vpc": network.vpc, **arguments})
        assert message in str(refusal.value)
    with pytest.raises(
        TypeError,
        match=r"compute_environments must be a list of .+, got an Ec2ComputeEnvironment: put it into a list",
    ):
        bc.JobQueue(
            stack,
            "Queue",
            compute_environments=bc.Ec2ComputeEnvironment(stack, "One", vpc=network.vpc),  # type: ignore[arg-type]
        )


def test_what_fits_passes(stack: cdk.Stack) -> None:
    """Tokens of every kind, tuples, strings of enumerations, and objects of unknown kinds."""
    network = bc.BatchNetwork(stack, "Network")
    size = cdk.CfnParameter(stack, "Size", type="Number")
    kinds = cdk.CfnParameter(stack, "Types", type="CommaDelimitedList")
    words: dict[str, Any] = {"allocation_strategy": "BEST_FIT", "image_ids": {"ECS_AL2023": "ami-12345678"}}
    environment = bc.Ec2ComputeEnvironment(
        stack,
        "Environment",
        vpc=network.vpc,
        max_vcpus=size.value_as_number,
        instance_types=kinds.value_as_list,
        **words,
    )
    queue = bc.JobQueue(stack, "Queue", compute_environments=(environment,))
    assert queue.job_queue_arn
    assert bc.JobPattern(statuses=["FAILED"]).statuses == [bc.JobStatus.FAILED]  # type: ignore[list-item]


def test_signatures_stay_what_they_are() -> None:
    """For editors, for `help`, and for programs that read them."""
    parameters = inspect.signature(bc.JobQueue.__init__).parameters
    assert list(parameters)[:3] == ["self", "scope", "id"]
    assert parameters["compute_environments"].kind is inspect.Parameter.KEYWORD_ONLY
    assert bc.JobQueue.__init__.__doc__ is not None
    assert "scope: Where the queue belongs." in bc.JobQueue.__init__.__doc__


def test_help_has_the_signature_and_comes_at_once() -> None:
    """The metaclass of jsii hides signatures; for nested classes of an L1, `help` parses all of aws_ec2 each time."""
    classes = [thing for name in bc.__all__ if isinstance(thing := getattr(bc, name), type)]
    assert [each.__name__ for each in classes if issubclass(each, cdk.CfnElement)] == []
    taking_anything = {"(*args: Any, **kwargs: Any) -> Any", "(*args: Any, **kwargs) -> ~M"}
    assert [each.__name__ for each in classes if _signature(each) in taking_anything] == []
    assert _signature(bc.JobQueue).startswith("(scope: 'Construct', id: 'str', *, compute_environments:")


def _signature(kind: type) -> str:
    try:
        return str(inspect.signature(kind))
    except ValueError:  # of enumerations and errors
        return ""
