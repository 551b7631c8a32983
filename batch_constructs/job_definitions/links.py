"""Links: the right to use a resource, and the variable by which the code in the job finds it, in one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any, Protocol

from aws_cdk import aws_iam as iam

from batch_constructs._border.problems import Problems, did_you_mean
from batch_constructs.facts import patterns
from batch_constructs.job_definitions.secret_grants import grant_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_events as events
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_lambda as functions
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs
    from aws_cdk import aws_ssm as ssm
    from aws_cdk import aws_stepfunctions as sfn

    class _StateMachine(Protocol):
        """An object with a state machine's ARN and grant, such as a `JobChainStateMachine`."""

        state_machine_arn: str

        def grant_start_execution(self, grantee: iam.IGrantable) -> iam.Grant: ...

    Linkable = (
        s3.IBucket
        | s3.Bucket
        | dynamodb.ITable
        | dynamodb.Table
        | dynamodb.TableV2
        | sqs.IQueue
        | sqs.Queue
        | sns.ITopic
        | sns.Topic
        | secretsmanager.ISecret
        | secretsmanager.Secret
        | ssm.IStringParameter
        | ssm.StringParameter
        | kinesis.IStream
        | kinesis.Stream
        | events.IEventBus
        | events.EventBus
        | functions.IFunction
        | functions.Function
        | sfn.IStateMachine
        | sfn.StateMachine
        | _StateMachine
    )
else:
    # Resources of other kinds get the message of `use`, which names what to do instead.
    Linkable = Any

__all__ = ["Access", "Linkable", "Variables", "check_link", "link"]


class Access(StrEnum):
    """The access of a job to a resource that it uses: ``job.use(bucket, access=Access.READ)``.

    Guide: Job Definition Parameters (``jobRoleArn``, ``environment``).
    """

    READ = "read"
    """Read it; for a queue: take messages."""
    WRITE = "write"
    """Change it; for a queue, a topic or a bus: send; for a function or a state machine: start it."""
    READ_WRITE = "read and write"
    """Both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of resource: its naming attribute, its variable, and the CDK's grants, the usual one first."""

    value: str
    variable: str
    grants: Mapping[Access, Sequence[str]]

    def fits(self, resource: object) -> bool:
        return hasattr(resource, self.value) and all(
            hasattr(resource, name) for names in self.grants.values() for name in names
        )


_READ, _WRITE, _BOTH = Access.READ, Access.WRITE, Access.READ_WRITE
_KINDS = (
    _Kind(
        value="bucket_name",
        variable="BUCKET_NAME",
        grants={_BOTH: ["grant_read_write"], _READ: ["grant_read"], _WRITE: ["grant_write"]},
    ),
    _Kind(
        value="table_name",
        variable="TABLE_NAME",
        grants={_BOTH: ["grant_read_write_data"], _READ: ["grant_read_data"], _WRITE: ["grant_write_data"]},
    ),
    _Kind(
        value="queue_url",
        variable="QUEUE_URL",
        grants={
            _BOTH: ["grant_consume_messages", "grant_send_messages"],
            _READ: ["grant_consume_messages"],
            _WRITE: ["grant_send_messages"],
        },
    ),
    _Kind(value="topic_arn", variable="TOPIC_ARN", grants={_WRITE: ["grant_publish"]}),
    _Kind(
        value="secret_arn",
        variable="SECRET_ARN",
        grants={_READ: ["grant_read"], _WRITE: ["grant_write"], _BOTH: ["grant_read", "grant_write"]},
    ),
    _Kind(
        value="parameter_name",
        variable="PARAMETER_NAME",
        grants={_READ: ["grant_read"], _WRITE: ["grant_write"], _BOTH: ["grant_read", "grant_write"]},
    ),
    _Kind(
        value="stream_name",
        variable="STREAM_NAME",
        grants={_BOTH: ["grant_read_write"], _READ: ["grant_read"], _WRITE: ["grant_write"]},
    ),
    _Kind(value="event_bus_name", variable="EVENT_BUS_NAME", grants={_WRITE: ["grant_put_events_to"]}),
    _Kind(value="function_name", variable="FUNCTION_NAME", grants={_WRITE: ["grant_invoke"]}),
    _Kind(
        value="state_machine_arn", variable="STATE_MACHINE_ARN", grants={_WRITE: ["grant_start_execution"]}
    ),
)
# Resources with these attributes are used in another way.
_OTHER_WAYS = {
    "job_queue_ref": "call queue.grant_submit_job(job, other_job), and give the queue's name by environment=",
    "file_system_ref": 'mount it: mounts={"/data": Efs(file_system)}',
    "key_ref": "call key.grant_encrypt_decrypt(job), and give its ARN by environment=",
    "consumable_resource_ref": "call job.consume(resource)",
}


@dataclass(slots=True, kw_only=True)
class Variables:
    """The variables of one container, and their path in the resource's properties."""

    container: str
    member: str
    values: dict[str, str]
    secrets: frozenset[str] = frozenset()
    links: dict[str, object] = field(default_factory=dict)

    def clash(self, name: str, resource: object) -> str | None:
        """Return the value that already has this name, in words; ``None`` if the name is free."""
        if self.links.get(name) is resource:
            return None
        taken = name in self.values or name in self.secrets
        return f"another value of {self.container or 'the job'}" if taken else None

    def add(self, cfn: batch.CfnJobDefinition, name: str, value: str, resource: object) -> None:
        """Add a variable to the container."""
        self.links[name] = resource
        self.values[name] = value
        listed = [{"Name": each, "Value": text} for each, text in self.values.items()]
        cfn.add_property_override(self.member, listed)


def check_link(
    problems: Problems,
    resource: object,
    variables: Sequence[Variables],
    *,
    access: Access | None,
    variable: str | None,
    containers: Sequence[str] | None,
) -> tuple[_Kind | None, str, list[Variables]]:
    """Add a problem if a resource cannot be linked; return its kind, the variable's name and the containers.

    Args:
        problems: Where to add it.
        resource: The resource to use.
        variables: The variables of all containers.
        access: The access; ``None`` for the usual one.
        variable: The variable's name; ``None`` for that of the kind.
        containers: The names of the containers that get the variable; ``None`` for all.
    """
    is_class = isinstance(resource, type)
    kind = None if is_class else next((each for each in _KINDS if each.fits(resource)), None)
    if kind is None:
        problems.add(_refusal(resource))
    elif access is not None and access not in kind.grants:
        can = " or ".join(f"Access.{each.name}" for each in kind.grants)
        problems.add(f"access to a {type(resource).__name__} must be {can}, got Access.{access.name}")
    name = variable or (kind.variable if kind else "")
    if variable is not None:
        problems.matches("variable", variable, patterns.ENVIRONMENT_VARIABLE)
    names = [each.container for each in variables if each.container]
    for wanted in containers or ():
        near = did_you_mean(wanted, names)
        problems.check(wanted in names, f"containers must name containers of the job, got {wanted!r}{near}")
    chosen = [each for each in variables if containers is None or each.container in containers]
    for each in chosen:
        clash = each.clash(name, resource)
        problems.check(
            clash is None,
            f'{name} is the name of {clash} already: give another one, such as variable="OTHER_{name}"',
        )
    return kind, name, chosen


def link(
    grantee: iam.IGrantable,
    cfn: batch.CfnJobDefinition,
    resource: Any,
    variables: Sequence[Variables],
    *,
    access: Access | None,
    variable: str | None,
    containers: Sequence[str] | None,
) -> iam.Grant:
    """Grant the right and add the variable.

    Args:
        grantee: The principal of the code in the job.
        cfn: The definition.
        resource: The resource to use.
        variables: The variables of all containers.
        access: The access; ``None`` for the usual one.
        variable: The variable's name; ``None`` for that of the kind.
        containers: The names of the containers that get the variable; ``None`` for all.

    Raises:
        ValueError: the resource cannot be linked in this way.
    """
    problems = Problems()
    kind, name, chosen = check_link(
        problems, resource, variables, access=access, variable=variable, containers=containers
    )
    problems.raise_if_any()
    assert kind is not None
    value = getattr(resource, kind.value)
    for each in chosen:
        each.add(cfn, name, value, resource)
    first, *others = [
        grant_secret(resource, grantee, method)
        if kind.value == "secret_arn"
        else getattr(resource, method)(grantee)
        for method in kind.grants[access or next(iter(kind.grants))]
    ]
    return reduce(iam.Grant.combine, others, first)


def _refusal(resource: object) -> str:
    kinds = (
        "a bucket, table, SQS queue, topic, secret, parameter, stream, event bus, function or state machine"
    )
    if isinstance(resource, type):
        return f"use takes {kinds}, got the class {resource.__name__}: make or import one, and give that"
    if isinstance(resource, str):
        example = 's3.Bucket.from_bucket_name(stack, "Bucket", …)'
        return f"use takes {kinds}, got {resource!r}: import it, as with {example}"
    if isinstance(resource, list | tuple):
        return f"use takes {kinds}, got several: call it once for each"
    name = type(resource).__name__
    for attribute, way in _OTHER_WAYS.items():
        if hasattr(resource, attribute):
            return f"use takes {kinds}, got {name}: {way}"
    if name.startswith("Cfn"):
        return f"use takes {kinds} that has the CDK's grants, got the L1 {name}: refer to it by from_…_arn of its L2"
    return f"use takes {kinds}, got {name}: grant the right to the job, and set its name by environment="
