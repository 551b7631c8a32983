"""All that the containers of definitions can say, before judges that somebody else wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_cdk import Stack

DEFINITION = "AWS::Batch::JobDefinition"


def everything(stack: Stack) -> None:
    """A definition of each kind with all that it takes, and what that hangs on."""
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
    }
    of_definitions: dict[str, Any] = {
        "enable_execute_command": True,
        "consumes": {licence: 1},
        "tags": {"a": "b"},
        "timeout": cdk.Duration.hours(1),
        "retry_strategy": bc.RetryStrategy.on_spot_reclaim(),
        "parameters": {"x": "1"},
    }
    of_instances: dict[str, Any] = {
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
        mounts={"/data": bc.Efs(system, read_only=True), "/models": bc.S3Files(files, root_directory="/a")},
        init_process_enabled=True,
        logging=ecs.LogDrivers.splunk(url="https://splunk.example.com", secret_token=token),
        operating_system_family=bc.OperatingSystemFamily.LINUX,
        architecture=bc.Architecture.ARM64,
        ephemeral_storage=cdk.Size.gibibytes(21),
    )
    nodes = bc.NodeGroup(
        nodes=2, **{**image, **of_instances, "vcpus": 1, "memory": memory}, consumes={licence: 1}
    )
    bc.MultiNodeParallelJobDefinition(stack, "MultiNode", node_groups=[nodes], **of_definitions)


def test_judges_take_all_that_definitions_can_say() -> None:
    """CloudFormation's schemas, the service's own model, and the rules, over every member of every kind."""
    import json

    import aws_cdk as cdk
    import boto3
    from aws_cdk.assertions import Template
    from botocore.validate import ParamValidator
    from cfnlint.api import lint

    from batch_constructs.testing import assert_no_findings
    from tests.test_foreign_judges import request_of

    stack = cdk.Stack(cdk.App(), "Everything")
    everything(stack)
    assert_no_findings(stack, warnings=True)
    template = Template.from_stack(stack).to_json()
    assert [str(match) for match in lint(json.dumps(template))] == []
    shape = boto3.client("batch", region_name="eu-west-1").meta.service_model.operation_model(
        "RegisterJobDefinition"
    )
    definitions = [
        each["Properties"] for each in template["Resources"].values() if each["Type"] == DEFINITION
    ]
    for definition in definitions:
        # The one member that CloudFormation and the API write differently.
        properties = json.loads(json.dumps(definition).replace("S3FilesVolume", "S3filesVolume"))
        request = {"jobDefinitionName": "name", **request_of(properties)}
        report = ParamValidator().validate(request, shape.input_shape)
        assert not report.has_errors(), report.generate_report()
    assert len(definitions) == 3


def test_jobs_pay_only_for_the_parts_of_the_cdk_that_they_use() -> None:
    """No module imports file systems, ECS or secrets of the CDK but where somebody mounts or logs with them."""
    import ast
    from pathlib import Path

    from batch_constructs.job_definitions import container

    imported: set[str] = set()
    for path in Path(container.__file__).parent.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module == "aws_cdk":
                imported.update(alias.name for alias in node.names if alias.name.startswith("aws_"))
    assert imported <= {"aws_batch", "aws_iam", "aws_logs"}
