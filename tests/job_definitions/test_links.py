"""Links: one call gives the right and the variable, for every kind of definition, after it was made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc
from batch_constructs import Access

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

AMOUNTS: Any = {"image": "busybox", "vcpus": 1}


def memory() -> Any:
    """Return a memory that is also enough for Fargate."""
    from aws_cdk import Size

    return Size.gibibytes(2)


def definition(kind: str, stack: Stack, **more: Any) -> Any:
    """Return a definition of a kind, with two containers if it can have several."""
    amounts = {**AMOUNTS, "memory": memory()}
    containers = [bc.TaskContainer(name=name, **amounts, **more) for name in ("main", "side")]
    match kind:
        case "EC2":
            return bc.Ec2JobDefinition(stack, "Job", **amounts, **more)
        case "Fargate":
            return bc.FargateJobDefinition(stack, "Job", **amounts, **more)
        case "containers":
            return bc.MultiContainerJobDefinition(stack, "Job", containers=containers)
        case "Managed Instances":
            return bc.ManagedInstancesJobDefinition(stack, "Job", containers=containers)
        case "nodes":
            groups = [bc.NodeGroup(nodes=1, **amounts, **more), bc.NodeGroup(nodes=2, **amounts)]
            return bc.MultiNodeParallelJobDefinition(stack, "Job", node_groups=groups)
        case "nodes with containers":
            tasks = [
                bc.EcsNodeGroup(nodes=1, containers=containers),
                bc.EcsNodeGroup(nodes=2, containers=containers),
            ]
            return bc.EcsMultiNodeParallelJobDefinition(stack, "Job", node_groups=tasks)
    pod = bc.EksContainer(**amounts, name="main", **more)
    before = bc.EksContainer(**amounts, name="fetch")
    if kind == "pod":
        return bc.EksJobDefinition(
            stack, "Job", containers=[pod], init_containers=[before], service_account_name="training"
        )
    nodes = [
        bc.EksNodeGroup(nodes=count, pod=bc.EksPod(containers=[pod], service_account_name="training"))
        for count in (1, 2)
    ]
    return bc.EksMultiNodeParallelJobDefinition(stack, "Job", node_groups=nodes)


def environments(properties: Any) -> list[dict[str, Any]]:
    """Return the variables of every container in a definition's properties, in order."""
    found = []
    match properties:
        case dict():
            if "Image" in properties:
                listed: list[Any] = properties.get("Environment") or properties.get("Env") or []
                found.append({each["Name"]: each["Value"] for each in listed})
            found += [each for value in properties.values() for each in environments(value)]
        case list():
            found += [each for value in properties for each in environments(value)]
    return found


def policy_text(synth: Callable[[], dict[str, dict[str, Any]]]) -> str:
    """Return all rights of roles."""
    return json.dumps([each["Properties"] for each in synth().values() if each["Type"] == "AWS::IAM::Policy"])


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("EC2", 1),
        ("Fargate", 1),
        ("containers", 2),
        ("Managed Instances", 2),
        ("nodes", 2),
        ("nodes with containers", 4),
    ],
)
def test_every_container_on_ecs_finds_the_bucket(
    stack: Stack,
    only: Callable[[str], dict[str, Any]],
    synth: Callable[[], dict[str, dict[str, Any]]],
    kind: str,
    count: int,
) -> None:
    """The job role gets the right, and the variable is added to the existing ones."""
    from aws_cdk import aws_s3 as s3

    job, bucket = definition(kind, stack, environment={"LEVEL": "debug"}), s3.Bucket(stack, "Data")
    grant = job.use(bucket)
    grant.assert_success()
    name = {"Ref": stack.get_logical_id(bucket.node.default_child)}  # type: ignore[arg-type] # the CfnBucket
    found = environments(only("AWS::Batch::JobDefinition"))
    assert len(found) == count
    assert all(each["BUCKET_NAME"] == name for each in found)
    assert found[0] == {"LEVEL": "debug", "BUCKET_NAME": name}
    text = policy_text(synth)
    assert "s3:GetObject*" in text
    assert "s3:PutObject" in text


@pytest.mark.parametrize(("kind", "count"), [("pod", 2), ("nodes of pods", 2)])
def test_every_container_of_a_pod_finds_the_table(
    stack: Stack,
    only: Callable[[str], dict[str, Any]],
    synth: Callable[[], dict[str, dict[str, Any]]],
    kind: str,
    count: int,
) -> None:
    """The role of the service account gets the right; init containers also get the variable."""
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_iam as iam

    table = dynamodb.TableV2(
        stack, "Results", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    )
    role = iam.Role(stack, "Pods", assumed_by=iam.ServicePrincipal("pods.eks.amazonaws.com"))
    job = definition(kind, stack, environment={"LEVEL": "debug"})
    job.use(table, service_account=role, access=Access.WRITE, variable="RESULTS")
    found = environments(only("AWS::Batch::JobDefinition"))
    assert len(found) == count
    assert all("Ref" in each["RESULTS"] for each in found)
    assert {"LEVEL", "RESULTS"} in [set(each) for each in found]
    text = policy_text(synth)
    assert "dynamodb:PutItem" in text
    assert "dynamodb:Scan" not in text


def test_a_definition_that_is_not_linked_stays_as_it_was(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """It has no variable and no role."""
    definition("EC2", stack)
    assert environments(only("AWS::Batch::JobDefinition")) == [{}]


def thing(kind: str, stack: Stack) -> Any:
    """Return something to use."""
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

    match kind:
        case "imported bucket":
            return s3.Bucket.from_bucket_name(stack, "Thing", "data")
        case "table":
            key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
            return dynamodb.Table(stack, "Thing", partition_key=key)
        case "queue":
            return sqs.Queue(stack, "Thing")
        case "topic":
            return sns.Topic(stack, "Thing")
        case "secret":
            return secretsmanager.Secret(stack, "Thing")
        case "parameter":
            return ssm.StringParameter(stack, "Thing", string_value="1")
        case "stream":
            return kinesis.Stream(stack, "Thing")
        case "bus":
            return events.EventBus(stack, "Thing")
        case "function":
            return functions.Function.from_function_name(stack, "Thing", "resize")
        case "state machine":
            return sfn.StateMachine(
                stack, "Thing", definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Pass"))
            )
    request = bc.SubmitJobRequest(
        job_name="a",
        job_queue="arn:aws:batch:eu-west-1:123456789012:job-queue/q",
        job_definition="arn:aws:batch:eu-west-1:123456789012:job-definition/d",
    )
    return bc.JobChainStateMachine(stack, "Thing", chain=bc.JobChain(jobs={"a": request}))


@pytest.mark.parametrize(
    ("kind", "access", "variable", "right", "not_this"),
    [
        ("imported bucket", None, "BUCKET_NAME", "s3:PutObject", "s3:PutBucketPolicy"),
        ("imported bucket", Access.READ, "BUCKET_NAME", "s3:GetObject", "s3:PutObject"),
        ("table", None, "TABLE_NAME", "dynamodb:Query", "dynamodb:DeleteTable"),
        ("table", Access.READ, "TABLE_NAME", "dynamodb:Query", "dynamodb:PutItem"),
        ("queue", None, "QUEUE_URL", "sqs:ReceiveMessage", "sqs:PurgeQueue"),
        ("queue", Access.WRITE, "QUEUE_URL", "sqs:SendMessage", "sqs:ReceiveMessage"),
        ("topic", None, "TOPIC_ARN", "sns:Publish", "sns:Subscribe"),
        ("secret", None, "SECRET_ARN", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        (
            "secret",
            Access.READ_WRITE,
            "SECRET_ARN",
            "secretsmanager:PutSecretValue",
            "secretsmanager:DeleteSecret",
        ),
        ("parameter", None, "PARAMETER_NAME", "ssm:GetParameter", "ssm:PutParameter"),
        ("stream", None, "STREAM_NAME", "kinesis:PutRecord", "kinesis:DeleteStream"),
        ("bus", None, "EVENT_BUS_NAME", "events:PutEvents", "events:PutRule"),
        ("function", None, "FUNCTION_NAME", "lambda:InvokeFunction", "lambda:Update"),
        ("state machine", None, "STATE_MACHINE_ARN", "states:StartExecution", "states:StopExecution"),
        ("chain", None, "STATE_MACHINE_ARN", "states:StartExecution", "states:StopExecution"),
    ],
)
def test_each_kind_has_its_right_and_its_variable(
    stack: Stack,
    only: Callable[[str], dict[str, Any]],
    synth: Callable[[], dict[str, dict[str, Any]]],
    kind: str,
    access: Access | None,
    variable: str,
    right: str,
    not_this: str,
) -> None:
    """It has the usual right, or the one that is given."""
    job = definition("EC2", stack)
    job.use(thing(kind, stack), access=access)
    assert set(environments(only("AWS::Batch::JobDefinition"))[0]) == {variable}
    role = stack.get_logical_id(job.job_role.node.default_child)
    [mine] = [
        each["Properties"]
        for each in synth().values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
    ]
    assert right in json.dumps(mine)
    assert not_this not in json.dumps(mine)


def test_some_of_several_containers_can_get_the_variable(
    stack: Stack, only: Callable[[str], dict[str, Any]]
) -> None:
    """Containers are chosen by name; the same resource twice is no clash."""
    from aws_cdk import aws_s3 as s3

    job, bucket = definition("containers", stack), s3.Bucket(stack, "Data")
    job.use(bucket, containers=["main"], access=Access.READ)
    job.use(bucket, containers=["main"], access=Access.WRITE)
    main, side = environments(only("AWS::Batch::JobDefinition"))
    assert (set(main), set(side)) == ({"BUCKET_NAME"}, set())


def test_two_buckets_have_two_names(stack: Stack, only: Callable[[str], dict[str, Any]]) -> None:
    """Fails when one variable would name two resources, and takes another name."""
    from aws_cdk import aws_s3 as s3

    job = definition("EC2", stack)
    job.use(s3.Bucket(stack, "Input"), access=Access.READ)
    output = s3.Bucket(stack, "Output")
    with pytest.raises(
        ValueError, match=r'BUCKET_NAME is the name of another value.*variable="OTHER_BUCKET_NAME"'
    ):
        job.use(output)
    job.use(output, variable="OUTPUT_BUCKET")
    assert set(environments(only("AWS::Batch::JobDefinition"))[0]) == {"BUCKET_NAME", "OUTPUT_BUCKET"}


def refused(kind: str, stack: Stack) -> Any:
    """Return something that must be used in another way."""
    from aws_cdk import aws_efs as efs
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3

    match kind:
        case "batch queue":
            arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/q"
            return bc.ImportedJobQueue(stack, "Thing", job_queue_arn=arn)
        case "file system":
            return efs.CfnFileSystem(stack, "Thing")
        case "key":
            return kms.Key(stack, "Thing")
        case "L1":
            return s3.CfnBucket(stack, "Thing")
    return "data"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("batch queue", "got ImportedJobQueue: call queue.grant_submit_job"),
        ("file system", "got CfnFileSystem: mount it: mounts="),
        ("key", "got Key: call key.grant_encrypt_decrypt"),
        ("L1", "got the L1 CfnBucket: refer to it by from_"),
        ("text", "got 'data': import it"),
    ],
)
def test_fails_when_the_thing_has_another_way(stack: Stack, kind: str, message: str) -> None:
    """Fails with that way in the message."""
    with pytest.raises(ValueError, match=message):
        definition("EC2", stack).use(refused(kind, stack))


def test_fails_when_arguments_do_not_fit(stack: Stack) -> None:
    """Fails with all problems, before anything is granted."""
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_sns as sns

    secret = batch.Secret.from_secrets_manager(secretsmanager.Secret(stack, "Secret"))
    job = definition("containers", stack, secrets={"TOKEN": secret})
    bucket = s3.Bucket(stack, "Data")
    with pytest.raises(ValueError, match=r"access to a Topic must be Access\.WRITE, got Access\.READ"):
        job.use(sns.Topic(stack, "Topic"), access=Access.READ)
    with pytest.raises(
        ValueError, match=r"containers must name containers of the job, got 'mian' \(did you mean 'main'"
    ):
        job.use(bucket, containers=["mian"])
    with pytest.raises(ValueError, match="TOKEN is the name of another value of main already"):
        job.use(bucket, variable="TOKEN")
    with pytest.raises(ValueError, match="variable must be a name that does not begin with AWS_BATCH"):
        job.use(bucket, variable="AWS_BATCH_BUCKET")
    assert job.node.try_find_child("JobRole") is None


def test_fails_when_the_service_account_is_another(stack: Stack) -> None:
    """Fails when the right would go to other pods."""
    import jsii
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_s3 as s3

    @jsii.implements(iam.IGrantable)
    class Account:
        """An object with a name and a role."""

        service_account_name = "other"
        grant_principal: iam.IPrincipal = iam.AccountRootPrincipal()

    with pytest.raises(
        ValueError, match="service_account must be that of the pods, got 'other' for pods that run as 'tr"
    ):
        definition("pod", stack).use(s3.Bucket(stack, "Data"), service_account=Account())


def test_fails_when_the_definition_is_imported(stack: Stack) -> None:
    """Fails with what to do instead."""
    from aws_cdk import aws_s3 as s3

    arn = "arn:aws:batch:eu-west-1:123456789012:job-definition/align"
    job = bc.ImportedJobDefinition(stack, "Job", job_definition_arn=arn)
    with pytest.raises(
        ValueError, match="use needs a definition made in this app, got 'Stack/Job', imported"
    ):
        job.use(s3.Bucket(stack, "Data"))
