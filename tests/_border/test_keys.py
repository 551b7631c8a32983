"""Users' keys: disks start, logs are written, secrets are read, and nobody else gets rights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc
from tests.permissions.simulator import (
    ACCOUNT,
    ALLOWED,
    DENIED,
    REGION,
    Request,
    concrete,
    decide_by_key,
    policy_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_kms as kms

ROLES = f"arn:aws:iam::{ACCOUNT}:role"
AUTO_SCALING = f"{ROLES}/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
FLEET = f"{ROLES}/aws-service-role/spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet"
SPOT = f"{ROLES}/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-1111-1111-1111-111111111111"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}"


def key_of(stack: Stack, **arguments: Any) -> kms.Key:
    """Return a key with the CDK's default policy: the account, by its IAM policies."""
    from aws_cdk import aws_kms as kms

    return kms.Key(stack, "Key", **arguments)


def key_policy(resources: dict[str, dict[str, Any]]) -> Any:
    """Return the policy of the only key, after the deploy."""
    [found] = [
        each["Properties"]["KeyPolicy"] for each in resources.values() if each["Type"] == "AWS::KMS::Key"
    ]
    return concrete(found, resources)


def warnings(stack: Stack) -> list[str]:
    """Return the warnings about keys at synth."""
    from aws_cdk.assertions import Annotations, Match

    found = Annotations.from_stack(stack).find_warning("*", Match.string_like_regexp("policy of the key"))
    return [str(each.entry.data) for each in found]


@pytest.mark.parametrize("role", [AUTO_SCALING, SPOT, FLEET])
def test_a_key_of_disks_lets_those_who_start_instances_use_it(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], role: str
) -> None:
    """aws/aws-cdk#34491, aws/amazon-genomics-cli#614: else instances end as they start, and jobs stay RUNNABLE.

    They may create grants for resources of AWS only; no other role of the account, and no other account, gets anything.
    """
    bc.BatchLaunchTemplate(stack, "Template", kms_key=key_of(stack))
    policy = key_policy(synth())
    for_aws = {"kms:GrantIsForAWSResource": "true"}
    use = [
        Request(f"kms:{each}", KEY, {"aws:PrincipalArn": role})
        for each in ("Decrypt", "GenerateDataKeyWithoutPlaintext")
    ]
    grant = Request("kms:CreateGrant", KEY, {"aws:PrincipalArn": role, **for_aws})
    assert decide_by_key(policy, role, *use, grant) == [ALLOWED] * 3
    by_hand = Request(
        "kms:CreateGrant", KEY, {"aws:PrincipalArn": role, "kms:GrantIsForAWSResource": "false"}
    )
    destroy = Request("kms:ScheduleKeyDeletion", KEY, {"aws:PrincipalArn": role})
    assert decide_by_key(policy, role, by_hand, destroy) == [DENIED] * 2
    other = f"{ROLES}/other"
    asked = [Request(each.action, KEY, {**each.context, "aws:PrincipalArn": other}) for each in (*use, grant)]
    assert decide_by_key(policy, other, *asked) == [DENIED] * 3
    assert warnings(stack) == []


def test_the_roles_need_not_exist_yet(stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]) -> None:
    """AWS creates them on first use, and refuses policies whose principals do not exist."""
    bc.BatchLaunchTemplate(stack, "Template", kms_key=key_of(stack))
    principals = [each["Principal"] for each in key_policy(synth())["Statement"]]
    assert "AWSServiceRole" not in json.dumps(principals)


def test_a_key_in_another_stack_makes_no_circle() -> None:
    """The key's policy names roles, and nothing of the template's stack."""
    import aws_cdk as cdk

    app = cdk.App(context={"batch-constructs:checks": False})
    keys, compute = cdk.Stack(app, "Keys"), cdk.Stack(app, "Compute")
    key = key_of(keys)
    bc.BatchLaunchTemplate(compute, "Template", kms_key=key)
    bc.BatchLaunchTemplate(compute, "Again", kms_key=key)
    template = app.synth().get_stack_by_name("Keys").template["Resources"]
    assert len(key_policy(template)["Statement"]) == 3


def disks_of(kind: str, stack: Stack) -> Any:
    """Return a key of this kind."""
    from aws_cdk import aws_kms as kms

    if kind == "alias":
        return kms.Alias(stack, "Alias", alias_name="alias/disks", target_key=key_of(stack))
    if kind == "imported":
        return kms.Key.from_key_arn(stack, "Key", KEY)
    if kind == "imported alias":
        return kms.Alias.from_alias_name(stack, "Alias", "alias/disks")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [AUTO_SCALING, SPOT]},
        "Action": "kms:*",
        "Resource": "*",
    }
    statements = [statement] if kind == "L1 that lets them" else []
    return kms.CfnKey(stack, "Key", key_policy={"Version": "2012-10-17", "Statement": statements})


@pytest.mark.parametrize(
    ("kind", "warned"),
    [
        ("alias", False),
        ("imported", True),
        ("imported alias", True),
        ("L1", True),
        ("L1 that lets them", False),
    ],
)
def test_what_cannot_be_added_is_said_with_the_statement(stack: Stack, kind: str, warned: bool) -> None:
    """An imported key cannot be changed here, nor a policy that is written as a whole."""
    bc.BatchLaunchTemplate(stack, "Template", kms_key=disks_of(kind, stack))
    found = warnings(stack)
    assert bool(found) is warned
    if warned:
        assert "arn:aws:iam::ACCOUNT:role/aws-service-role/autoscaling.amazonaws.com" in found[0]
        assert '"kms:CreateGrant"' in found[0]
        assert "Token" not in found[0]


def logged(kind: str, stack: Stack, key: Any) -> None:
    """Create something that writes to a log group with this key."""
    from aws_cdk import Size
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_logs as logs

    group = logs.LogGroup(stack, "Group", encryption_key=key)
    amounts: Any = {"image": "busybox", "vcpus": 1, "memory": Size.gibibytes(2)}
    match kind:
        case "definition":
            bc.FargateJobDefinition(stack, "Job", **amounts, log_group=group)
        case "driver":
            driver = ecs.LogDrivers.aws_logs(stream_prefix="job", log_group=group)
            bc.Ec2JobDefinition(stack, "Job", **amounts, logging=driver)
        case "container":
            driver = ecs.LogDrivers.aws_logs(stream_prefix="job", log_group=group)
            container = bc.TaskContainer(name="main", **amounts, logging=driver)
            bc.MultiContainerJobDefinition(stack, "Job", containers=[container])
        case "role":
            bc.ExecutionRole(stack, "Role", log_groups=[group])
        case "agent":
            bc.BatchLaunchTemplate(stack, "Template", cloudwatch_agent=bc.CloudWatchAgent(log_group=group))


@pytest.mark.parametrize("kind", ["definition", "driver", "container", "role", "agent"])
def test_a_key_of_logs_lets_cloudwatch_logs_use_it(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], kind: str
) -> None:
    """hashicorp/terraform-provider-aws#29282: otherwise AWS refuses the log group."""
    logged(kind, stack, key_of(stack))
    policy = key_policy(synth())
    service = f"logs.{REGION}.amazonaws.com"
    [statement] = [each for each in policy["Statement"] if each["Principal"] == {"Service": service}]
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"{LOGS}:*"}}
    assert {"kms:Encrypt*", "kms:Decrypt*", "kms:Describe*"} <= set(statement["Action"])
    assert warnings(stack) == []


def test_a_key_of_logs_that_is_imported_is_said_with_the_statement(stack: Stack) -> None:
    """Its owner must allow CloudWatch Logs."""
    from aws_cdk import aws_kms as kms

    logged("definition", stack, kms.Key.from_key_arn(stack, "Key", KEY))
    [found] = warnings(stack)
    assert "Stack/Group" in found
    assert "logs.REGION.amazonaws.com" in found
    assert "Token" not in found


def test_a_group_without_a_key_of_its_own_is_silent(stack: Stack) -> None:
    """CloudWatch Logs then uses its own key."""
    logged("definition", stack, None)
    assert warnings(stack) == []


@pytest.mark.parametrize("kind", ["secret", "parameter", "credentials"])
def test_the_execution_role_may_decrypt_what_it_reads(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], kind: str
) -> None:
    """aws/aws-cdk#17156: a secret or SecureString with a user's key is read *and* decrypted."""
    from aws_cdk import Size
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_ssm as ssm

    key = key_of(stack)
    more: dict[str, Any]
    if kind == "secret":
        secret = secretsmanager.Secret(stack, "Secret", encryption_key=key)
        more = {"secrets": {"PASSWORD": batch.Secret.from_secrets_manager(secret)}}
    elif kind == "parameter":
        parameter = ssm.StringParameter.from_secure_string_parameter_attributes(
            stack, "Parameter", parameter_name="/password", encryption_key=key
        )
        more = {"secrets": {"PASSWORD": batch.Secret.from_ssm_parameter(parameter)}}
    else:
        more = {"repository_credentials": secretsmanager.Secret(stack, "Secret", encryption_key=key)}
    job = bc.FargateJobDefinition(
        stack,
        "Job",
        image="busybox",
        vcpus=1,
        memory=Size.gibibytes(2),
        **more,
    )
    resources = synth()
    assert job.execution_role is not None
    role = job.execution_role.node.default_child
    mine = policy_of(resources, stack.get_logical_id(role))  # type: ignore[arg-type] # the CfnRole
    theirs = key_policy(resources)
    decrypts = [
        each
        for each in (*mine["Statement"], *theirs["Statement"])
        if "kms:Decrypt" in each["Action"] and "root" not in json.dumps(each.get("Principal", ""))
    ]
    assert len(decrypts) == 1


def test_a_queued_job_may_decrypt_messages(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]]
) -> None:
    """The role of the pipe reads and decrypts an SQS queue with a user's key."""
    from aws_cdk import aws_sqs as sqs

    source = sqs.Queue(
        stack, "Messages", encryption=sqs.QueueEncryption.KMS, encryption_master_key=key_of(stack)
    )
    arn = f"arn:aws:batch:{REGION}:{ACCOUNT}"
    pipe = bc.QueuedJob(
        stack,
        "Jobs",
        source=source,
        job_queue=bc.ImportedJobQueue(stack, "Queue", job_queue_arn=f"{arn}:job-queue/nightly"),
        job_definition=bc.ImportedJobDefinition(stack, "Job", job_definition_arn=f"{arn}:job-definition/job"),
    )
    resources = synth()
    role = pipe.role.node.default_child
    mine = policy_of(resources, stack.get_logical_id(role))  # type: ignore[arg-type] # the CfnRole
    assert "kms:Decrypt" in json.dumps(mine)


@pytest.mark.parametrize("principal", ["logs.eu-west-1.amazonaws.com", "ec2.amazonaws.com"])
def test_the_policy_of_an_l1_key_may_let_logs_in_by_itself(stack: Stack, principal: str) -> None:
    """With or without a condition; a policy for other services gets the warning."""
    from aws_cdk import Size
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs

    statement = {
        "Effect": "Allow",
        "Principal": {"Service": principal},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"],
        "Resource": "*",
    }
    key = kms.CfnKey(stack, "Key", key_policy={"Version": "2012-10-17", "Statement": [statement]})
    group = logs.LogGroup(stack, "Logs")
    cfn = group.node.default_child
    assert isinstance(cfn, logs.CfnLogGroup)
    cfn.kms_key_id = key.attr_arn
    bc.Ec2JobDefinition(stack, "Job", image="busybox", vcpus=1, memory=Size.gibibytes(1), log_group=group)
    assert bool(warnings(stack)) is not principal.startswith("logs.")


@pytest.mark.parametrize("way", ["secrets", "containers", "credentials", "use", "use to write"])
def test_a_secret_with_a_key_in_another_stack_makes_no_circle(way: str) -> None:
    """The CDK would add the role to the key's policy, and so create a circle of stacks."""
    from aws_cdk import App, Size, Stack
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_secretsmanager as secretsmanager

    app = App(context={"batch-constructs:checks": False})
    data, jobs = Stack(app, "Data"), Stack(app, "Jobs")
    secret = secretsmanager.Secret(data, "Secret", encryption_key=key_of(data))
    given = {"PASSWORD": batch.Secret.from_secrets_manager(secret, "field")}
    common: dict[str, Any] = {"image": "busybox", "vcpus": 1, "memory": Size.gibibytes(1)}
    if way == "containers":
        container = bc.TaskContainer(name="a", secrets=given, **common)
        bc.MultiContainerJobDefinition(jobs, "Job", containers=[container])
    else:
        more: dict[str, Any] = {}
        if way == "secrets":
            more = {"secrets": given}
        elif way == "credentials":
            more = {"repository_credentials": secret}
        job = bc.Ec2JobDefinition(jobs, "Job", **common, **more)
        if way == "use":
            job.use(secret)
        elif way == "use to write":
            job.use(secret, access=bc.Access.WRITE)
    template = json.dumps(app.synth().get_stack_by_name("Jobs").template)
    writes = way == "use to write"
    assert ("kms:Encrypt" if writes else '"kms:Decrypt"') in template
    assert f"secretsmanager:{'PutSecretValue' if writes else 'GetSecretValue'}" in template


def test_a_replica_key_may_let_logs_in_by_itself(stack: Stack) -> None:
    """Its policy is written as a whole."""
    from aws_cdk import Size
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs

    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = kms.CfnReplicaKey(
        stack,
        "Key",
        primary_key_arn="arn:aws:kms:us-east-1:111122223333:key/mrk-1",
        key_policy={"Version": "2012-10-17", "Statement": [statement]},
    )
    group = logs.LogGroup(stack, "Logs")
    cfn = group.node.default_child
    assert isinstance(cfn, logs.CfnLogGroup)
    cfn.kms_key_id = key.attr_arn
    bc.Ec2JobDefinition(stack, "Job", image="busybox", vcpus=1, memory=Size.gibibytes(1), log_group=group)
    assert warnings(stack) == []


@pytest.mark.parametrize("way", ["image", "driver"])
def test_a_secret_with_a_key_inside_an_object_of_the_cdk_goes_to_the_execution_role(
    stack: Stack, synth: Callable[[], dict[str, dict[str, Any]]], way: str
) -> None:
    """Also on instances; the key's policy names no other role."""
    from aws_cdk import Size
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = secretsmanager.Secret(stack, "Secret", encryption_key=key_of(stack))
    more: dict[str, Any] = {"image": "busybox"}
    if way == "image":
        more = {"image": ecs.ContainerImage.from_registry("example.com/a", credentials=secret)}
    else:
        token = ecs.Secret.from_secrets_manager(secret)
        more["logging"] = ecs.LogDrivers.splunk(secret_token=token, url="https://example.com")
    job = bc.Ec2JobDefinition(stack, "Job", vcpus=1, memory=Size.gibibytes(1), **more)
    assert job.execution_role is not None
    [policy] = [each["Properties"] for each in synth().values() if each["Type"] == "AWS::KMS::Key"]
    readers = [
        json.dumps(each["Principal"])
        for each in policy["KeyPolicy"]["Statement"]
        if "kms:Decrypt" in each["Action"] and ":root" not in json.dumps(each["Principal"])
    ]
    role = stack.get_logical_id(job.execution_role.node.default_child)  # type: ignore[arg-type] # the CfnRole
    assert readers
    assert all(role in each for each in readers)


@pytest.mark.parametrize("kind", ["instances", "Fargate"])
def test_an_execution_role_of_another_stack_makes_no_circle(kind: str) -> None:
    """The right to write to the definition's log group is in the definition's stack."""
    from aws_cdk import App, Size, Stack
    from aws_cdk import aws_iam as iam

    app = App(context={"batch-constructs:checks": False})
    roles, jobs = Stack(app, "Roles"), Stack(app, "Jobs")
    role = iam.Role(roles, "Role", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
    make = bc.Ec2JobDefinition if kind == "instances" else bc.FargateJobDefinition
    make(jobs, "Job", image="busybox", vcpus=1, memory=Size.gibibytes(2), execution_role=role)
    template = app.synth().get_stack_by_name("Jobs").template
    [policy] = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Policy"]
    assert "logs:PutLogEvents" in json.dumps(policy)
