"""All properties of a definition's containers, checked by tools of others."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def everything(stack: Stack) -> None:
    """Make a definition of each kind with all arguments, and the constructs that they need."""
    import aws_cdk as cdk
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_efs as efs
    from aws_cdk import aws_secretsmanager as secretsmanager

    import batch_constructs as bc

    network = bc.BatchNetwork(stack, "Network")
    spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc)
    system = efs.FileSystem(stack, "FileSystem", vpc=network.vpc)
    point = system.add_access_point("AccessPoint", path="/a")
    secret = secretsmanager.Secret(stack, "Secret")
    licence = batch.CfnConsumableResource(stack, "Licence", resource_type="REPLENISHABLE", total_quantity=5)
    image: dict[str, Any] = {
        "image": "registry.example.com/align:1",
        "repository_credentials": secret,
        "command": ["run", "Ref::x"],
        "environment": {"MODE": "fast"},
        "secrets": {"PASSWORD": batch.Secret.from_secrets_manager(secret)},
        "user": "nobody",
        "readonly_root_filesystem": False,
    }
    of_definitions: dict[str, Any] = {
        "enable_execute_command": True,
        "consumes": {licence: 1},
        "tags": {"a": "b"},
        "timeout": cdk.Duration.hours(1),
        "retry_strategy": bc.RetryStrategy(
            attempts=3,
            evaluate_on_exit=[
                bc.RetryRule.on_spot_reclaim(),
                bc.RetryRule(action=bc.RetryAction.RETRY, on_exit_code="75"),
                bc.RetryRule.otherwise_exit(),
            ],
        ),
        "scheduling_priority": 5,
        "parameters": {"x": "1"},
    }
    of_instances: dict[str, Any] = {
        "privileged": True,
        "mounts": {
            "/data": bc.Efs(system, access_point=point, reachable_from=[spot], transit_encryption_port=2999),
            "/scratch": bc.Host("/scratch"),
            "/empty": bc.Host(read_only=True),
        },
        "linux_parameters": bc.LinuxParameters(
            init_process_enabled=True,
            shared_memory_size=cdk.Size.gibibytes(1),
            tmpfs=[bc.Tmpfs("/run", size=cdk.Size.mebibytes(64), mount_options=["noexec"])],
            devices=[bc.Device("/dev/fuse", container_path="/dev/x")],
            max_swap=cdk.Size.mebibytes(0),
            swappiness=10,
        ),
        "ulimits": [bc.Ulimit(name, soft_limit=1) for name in bc.UlimitName],
    }
    memory = cdk.Size.mebibytes(1_900)
    bc.Ec2JobDefinition(
        stack,
        "Ec2",
        **{**image, **of_definitions, **of_instances, "vcpus": 1, "memory": memory},
        logging=bc.AwsLogs(stream_prefix="a", multiline_pattern="^x"),
    )
    token = ecs.Secret.from_secrets_manager(secret)
    files = "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"
    bc.FargateJobDefinition(
        stack,
        "Fargate",
        **{**image, **of_definitions},
        mounts={
            "/data": bc.Efs(system, root_directory="/a", read_only=True),
            "/models": bc.S3Files(files, root_directory="/a", transit_encryption_port=2998),
            "/weights": bc.S3Files(files, access_point=f"{files}/access-point/fsap-0123456789abcdef0"),
        },
        init_process_enabled=True,
        logging=ecs.LogDrivers.splunk(url="https://splunk.example.com", secret_token=token),
        operating_system_family=bc.OperatingSystemFamily.LINUX,
        architecture=bc.Architecture.ARM64,
        ephemeral_storage=cdk.Size.gibibytes(21),
        platform_version="LATEST",
        job_definition_name="everything",
    )
    nodes = bc.NodeGroup(
        nodes=2, **{**image, **of_instances, "vcpus": 1, "memory": memory}, consumes={licence: 1}
    )
    bc.MultiNodeParallelJobDefinition(
        stack, "MultiNode", node_groups=[nodes], instance_type="c5.large", **of_definitions
    )


@pytest.fixture(scope="module")
def full() -> Stack:
    """Return a stack with everything, which no test changes."""
    import aws_cdk as cdk

    stack = cdk.Stack(cdk.App(), "Everything")
    everything(stack)
    return stack


@pytest.fixture(scope="module")
def template(full: Stack) -> dict[str, Any]:
    """Return its template."""
    from aws_cdk.assertions import Template

    return dict(Template.from_stack(full).to_json())


@pytest.fixture(scope="module")
def definitions(template: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the properties of its three definitions."""
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == DEFINITION]


# Members of the API that are replaced by others: AWS refuses the first two together with ResourceRequirements.
REPLACED = {"Memory", "Vcpus"}


def test_every_member_of_the_schema_has_an_argument(definitions: list[dict[str, Any]]) -> None:
    """Every member of CloudFormation's schema for a container, its parts and its definition has an argument."""
    from aws_cdk import aws_batch as batch

    said = set(re.findall(r'"([A-Z]\w+)":', json.dumps(definitions)))
    cfn = batch.CfnJobDefinition
    structs = (
        cfn.ContainerPropertiesProperty, cfn.LinuxParametersProperty, cfn.DeviceProperty, cfn.TmpfsProperty,
        cfn.UlimitProperty, cfn.VolumesProperty, cfn.EfsVolumeConfigurationProperty,
        cfn.S3FilesVolumeConfigurationProperty, cfn.AuthorizationConfigProperty, cfn.MountPointsProperty,
        cfn.LogConfigurationProperty, cfn.RuntimePlatformProperty, cfn.ConsumableResourceRequirementProperty,
        cfn.NodeRangePropertyProperty, cfn.NodePropertiesProperty, cfn.EvaluateOnExitProperty, cfn.TimeoutProperty,
        cfn.ResourceRetentionPolicyProperty, batch.CfnJobDefinitionProps,
    )  # fmt: skip
    known = {
        name.replace("_", " ").title().replace(" ", "")
        for struct in structs
        for name in list(inspect.signature(struct.__init__).parameters)[1:]
    }
    # A range takes InstanceTypes only with EcsProperties.
    of_other_kinds = {"EcsProperties", "EksProperties", "InstanceTypes"}
    assert {name.lower() for name in known - REPLACED - of_other_kinds} - {
        name.lower() for name in said
    } == set()


def test_the_rules_have_nothing_to_say(full: Stack) -> None:
    """There is neither an error nor a warning."""
    from batch_constructs.testing import assert_no_findings

    assert_no_findings(full, warnings=True)


def test_cfn_lint_has_nothing_to_say(template: dict[str, Any]) -> None:
    """The template is valid for the schema of every resource."""
    from cfnlint.api import lint

    assert [str(match) for match in lint(json.dumps(template))] == []


def test_botocore_takes_every_request(definitions: list[dict[str, Any]]) -> None:
    """The requests of CloudFormation have the shape of the service's model."""
    import boto3
    from botocore.validate import ParamValidator

    from tests.test_foreign_judges import request_of

    model = boto3.client("batch", region_name="eu-west-1").meta.service_model
    shape = model.operation_model("RegisterJobDefinition").input_shape
    for definition in definitions:
        # The one member that differs between CloudFormation and the API.
        properties = json.loads(json.dumps(definition).replace("S3FilesVolume", "S3filesVolume"))
        request = {"jobDefinitionName": "name", **request_of(properties)}
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
    assert len(definitions) == 3


def test_jobs_pay_only_for_the_parts_of_the_cdk_that_they_use() -> None:
    """Modules of file systems, ECS or secrets of the CDK are imported only if a job mounts or logs with them."""
    from batch_constructs.job_definitions import container

    imported: set[str] = set()
    for path in Path(container.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module == "aws_cdk":
                imported.update(alias.name for alias in node.names if alias.name.startswith("aws_"))
    assert imported <= {"aws_batch", "aws_iam", "aws_logs"}
