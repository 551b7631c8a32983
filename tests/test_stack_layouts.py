"""Data, compute and jobs in separate stacks: file systems open to environments without circles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_fsx as fsx
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3files as s3files

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"
PARTS = ("network", "data", "compute", "jobs", "watch")
# Which stack each part is in. A template that mounts names its file system, so data must not need the environments.
LAYOUTS = {
    "each apart": "network data compute jobs watch",
    "data with the network": "network network compute jobs watch",
    "data with compute": "network data data jobs watch",
    "data with jobs": "network data compute data watch",
    "compute with jobs": "network data compute compute watch",
    "compute with the network": "network data network jobs watch",
    "all in one": "network network network network network",
}
MOUNT_LAYOUTS = [name for name in LAYOUTS if name not in {"compute with the network", "data with jobs"}]


@dataclass
class Stacks:
    """An app whose parts are in the stacks of a layout."""

    network: cdk.Stack
    data: cdk.Stack
    compute: cdk.Stack
    jobs: cdk.Stack
    watch: cdk.Stack

    @classmethod
    def of(cls, layout: str, order: Sequence[str] = PARTS) -> Stacks:
        homes = dict(zip(PARTS, LAYOUTS[layout].split(), strict=True))
        app = cdk.App(context={"batch-constructs:checks": False})
        made: dict[str, cdk.Stack] = {}
        for part in order:
            name = homes[part]
            made[name] = made.get(name) or cdk.Stack(app, name)
        stacks = cls(**{part: made[homes[part]] for part in PARTS})
        stacks.app = app  # type: ignore[attr-defined] # a stack holds its app in Node, not in Python
        return stacks

    def synth(self) -> dict[str, dict[str, Any]]:
        """Return the templates by stack; the CDK raises an error for a circle."""
        return {each.stack_name: each.template for each in self.app.synth().stacks}  # type: ignore[attr-defined]


def lustre(scope: cdk.Stack, vpc: ec2.IVpc) -> fsx.LustreFileSystem:
    return fsx.LustreFileSystem(
        scope,
        "Lustre",
        vpc=vpc,
        vpc_subnet=vpc.private_subnets[0],
        storage_capacity_gib=1200,
        lustre_configuration=fsx.LustreConfiguration(deployment_type=fsx.LustreDeploymentType.SCRATCH_2),
    )


MOUNTS: dict[str, Callable[[cdk.Stack, ec2.IVpc], Any]] = {
    "efs": lambda scope, vpc: bc.EfsMount(file_system=efs.FileSystem(scope, "Files", vpc=vpc)),
    "lustre": lambda scope, vpc: bc.FsxLustreMount(file_system=lustre(scope, vpc)),
    "s3": lambda scope, vpc: bc.S3Mount(bucket=s3.Bucket(scope, "Bucket"), read_only=False),
    "s3 with a key": lambda scope, vpc: bc.S3Mount(
        bucket=s3.Bucket(scope, "Bucket", encryption=s3.BucketEncryption.KMS), read_only=False
    ),
}


def by_template(stacks: Stacks, vpc: ec2.IVpc, mount: Any) -> Any:
    template = bc.BatchLaunchTemplate(stacks.compute, "Template", mounts={"/data": mount})
    return bc.SpotComputeEnvironment(
        stacks.compute, "Environment", vpc=vpc, instance_types=["c7i"], launch_template=template
    )


def with_groups_of_the_network(stacks: Stacks, vpc: ec2.IVpc, mount: Any) -> Any:
    group = ec2.SecurityGroup(stacks.network, "Group", vpc=vpc, allow_all_outbound=False)
    role = bc.EcsInstanceRole(stacks.network, "Role")
    template = bc.BatchLaunchTemplate(stacks.compute, "Template", mounts={"/data": mount})
    return bc.Ec2ComputeEnvironment(
        stacks.compute,
        "Environment",
        vpc=vpc,
        security_groups=[group],
        instance_types=["c7i"],
        instance_role=role,
        launch_template=template,
    )


def by_template_in_between(stacks: Stacks, vpc: ec2.IVpc, mount: Any) -> Any:
    # Between data and compute: a stack of its own.
    between = cdk.Stack(stacks.app, "templates")  # type: ignore[attr-defined]
    template = bc.BatchLaunchTemplate(between, "Template", mounts={"/data": mount})
    return bc.GpuComputeEnvironment(
        stacks.compute, "Environment", vpc=vpc, instance_types=["g6"], max_vcpus=8, launch_template=template
    )


def by_efa(stacks: Stacks, vpc: ec2.IVpc, mount: Any) -> Any:
    return bc.EfaComputeEnvironment(
        stacks.compute,
        "Environment",
        vpc=vpc,
        instance_types=["c7gn.16xlarge"],
        max_vcpus=128,
        mounts={"/data": mount},
    )


def by_override(stacks: Stacks, vpc: ec2.IVpc, mount: Any) -> Any:
    template = bc.BatchLaunchTemplate(stacks.compute, "Template", mounts={"/data": mount})
    return bc.Ec2ComputeEnvironment(
        stacks.compute,
        "Environment",
        vpc=vpc,
        instance_types=["c7i", "m7i"],
        launch_template_overrides=[
            bc.LaunchTemplateOverride(launch_template=template, target_instance_types=["m7i"])
        ],
    )


MOUNTING = [by_template, with_groups_of_the_network, by_template_in_between, by_efa, by_override]


def use(stacks: Stacks, environment: Any, **definition: Any) -> None:
    """Add a queue next to the environment, a job and its submission to jobs, and alerts to watch."""
    queue = bc.JobQueue(stacks.compute, "Queue", compute_environments=[environment])
    job = bc.Ec2JobDefinition(
        stacks.jobs, "Job", image=IMAGE, vcpus=1, memory=cdk.Size.gibibytes(1), **definition
    )
    bc.ScheduledJob(stacks.jobs, "Nightly", schedule="rate(1 day)", job_queue=queue, job_definition=job)
    bc.JobFailureAlerts(stacks.watch, "Alerts", job_queues=[queue], job_definitions=[job])


def rules(templates: dict[str, dict[str, Any]], port: int) -> list[str]:
    """Return the stacks with an inbound rule for a port, once for each rule."""
    return [
        name
        for name, template in templates.items()
        for each in template.get("Resources", {}).values()
        if each["Type"] == "AWS::EC2::SecurityGroupIngress" and each["Properties"].get("FromPort") == port
    ]


@pytest.mark.parametrize("layout", MOUNT_LAYOUTS)
@pytest.mark.parametrize("kind", MOUNTS)
@pytest.mark.parametrize("mounting", MOUNTING, ids=lambda each: each.__name__)
def test_instances_mount_what_another_stack_makes(
    kind: str, mounting: Callable[..., Any], layout: str
) -> None:
    """A launch template mounts a file system of any stack, and the port is opened once."""
    if mounting is by_template_in_between and layout in {"data with compute", "all in one"}:
        pytest.skip("no stack can stand between data and compute where these are one")
    stacks = Stacks.of(layout)
    vpc = ec2.Vpc(stacks.network, "Vpc")
    use(stacks, mounting(stacks, vpc, MOUNTS[kind](stacks.data, vpc)))
    templates = stacks.synth()
    port = {"efs": 2049, "lustre": 988}.get(kind)
    if port is not None:
        # Lustre: from clients, from servers, and among servers, as the CDK makes it.
        assert len(rules(templates, port)) == (1 if kind == "efs" else 3)


@pytest.mark.parametrize("order", list(permutations(PARTS[:4]))[::5], ids=" ".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_containers_mount_what_another_stack_makes(layout: str, order: tuple[str, ...]) -> None:
    """``reachable_from=`` opens the file system in each layout, in any order of the stacks."""
    stacks = Stacks.of(layout, (*order, "watch"))
    vpc = ec2.Vpc(stacks.network, "Vpc")
    environment = bc.SpotComputeEnvironment(stacks.compute, "Environment", vpc=vpc, instance_types=["c7i"])
    files = efs.FileSystem(stacks.data, "Files", vpc=vpc)
    use(stacks, environment, mounts={"/data": bc.Efs(files, reachable_from=[environment])})
    assert len(rules(stacks.synth(), 2049)) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_s3_files_open_as_efs_does(layout: str) -> None:
    """Also for a file system whose security group is given separately."""
    stacks = Stacks.of(layout)
    vpc = ec2.Vpc(stacks.network, "Vpc")
    environment = bc.FargateComputeEnvironment(stacks.compute, "Environment", vpc=vpc)
    bucket = s3.Bucket(stacks.data, "Bucket", versioned=True)
    role = iam.Role(stacks.data, "Role", assumed_by=iam.ServicePrincipal("elasticfilesystem.amazonaws.com"))
    files = s3files.CfnFileSystem(stacks.data, "Files", bucket=bucket.bucket_arn, role_arn=role.role_arn)
    group = ec2.SecurityGroup(stacks.data, "Group", vpc=vpc)
    bc.FargateJobDefinition(
        stacks.jobs,
        "Job",
        image=IMAGE,
        vcpus=1,
        memory=cdk.Size.gibibytes(2),
        mounts={"/data": bc.S3Files(files, reachable_from=[environment], security_group=group)},
    )
    assert len(rules(stacks.synth(), 2049)) == 1


def test_a_job_role_of_another_stack_gets_its_rights_beside_the_job() -> None:
    """The right to mount is in the jobs' stack, since the data's stack needs that of the role."""
    stacks = Stacks.of("each apart")
    vpc = ec2.Vpc(stacks.network, "Vpc")
    role = bc.JobRole(stacks.network, "Role")
    files = efs.FileSystem(stacks.data, "Files", vpc=vpc)
    environment = bc.SpotComputeEnvironment(stacks.compute, "Environment", vpc=vpc, instance_types=["c7i"])
    use(stacks, environment, job_role=role, mounts={"/data": bc.Efs(files, reachable_from=[environment])})
    types = [each["Type"] for each in stacks.synth()["jobs"]["Resources"].values()]
    assert "AWS::IAM::Policy" in types


def test_two_definitions_open_a_file_system_once() -> None:
    """EC2 refuses duplicate rules, so a second definition in another stack adds none."""
    stacks = Stacks.of("each apart")
    vpc = ec2.Vpc(stacks.network, "Vpc")
    environment = bc.SpotComputeEnvironment(stacks.compute, "Environment", vpc=vpc, instance_types=["c7i"])
    files = efs.FileSystem(stacks.data, "Files", vpc=vpc)
    for scope in (stacks.jobs, stacks.watch):
        bc.Ec2JobDefinition(
            scope,
            "Job",
            image=IMAGE,
            vcpus=1,
            memory=cdk.Size.gibibytes(1),
            mounts={"/data": bc.Efs(files, reachable_from=[environment])},
        )
    assert rules(stacks.synth(), 2049) == ["jobs"]


def test_a_group_that_lets_nothing_out_is_opened_both_ways() -> None:
    """If the environment's group has no outbound rule, it gets one."""
    stacks = Stacks.of("each apart")
    vpc = ec2.Vpc(stacks.network, "Vpc")
    group = ec2.SecurityGroup(stacks.network, "Group", vpc=vpc, allow_all_outbound=False)
    environment = bc.SpotComputeEnvironment(
        stacks.compute, "Environment", vpc=vpc, security_groups=[group], instance_types=["c7i"]
    )
    files = efs.FileSystem(stacks.data, "Files", vpc=vpc)
    use(stacks, environment, mounts={"/data": bc.Efs(files, reachable_from=[environment])})
    resources = stacks.synth()["jobs"]["Resources"].values()
    [out] = [each for each in resources if each["Type"] == "AWS::EC2::SecurityGroupEgress"]
    assert (out["Properties"]["FromPort"], out["Properties"]["ToPort"]) == (2049, 2049)


def test_a_platform_is_let_in_from_its_side() -> None:
    """The documented call for platforms works across stacks: data needs the network, compute needs data."""
    stacks = Stacks.of("each apart")
    vpc = ec2.Vpc(stacks.network, "Vpc")
    platform = bc.BatchPlatform(stacks.compute, "Platform", vpc=vpc, alerts=False, dashboard=False)
    files = efs.FileSystem(stacks.data, "Files", vpc=vpc)
    platform.connections.allow_to_default_port(files)
    assert rules(stacks.synth(), 2049) == ["compute"]


def test_a_compute_stack_mounts_what_a_data_stack_makes() -> None:
    """Pools accept a launch template that mounts a file system of another stack."""
    app = cdk.App(context={"batch-constructs:checks": False})
    network = bc.BatchNetworkStack(app, "Network")
    data = cdk.Stack(app, "Data")
    files = efs.FileSystem(data, "Files", vpc=network.vpc)
    template = bc.BatchLaunchTemplate(data, "Template", mounts={"/data": bc.EfsMount(file_system=files)})
    compute = bc.BatchComputeStack(
        app, "Compute", vpc=network.vpc, pools=[bc.CpuPool(launch_template=template)]
    )
    bc.BatchJobsStack(app, "Jobs", queues=compute.queues)
    bc.BatchObservabilityStack(app, "Watch", queues=compute.queues)
    templates = {each.stack_name: each.template for each in app.synth().stacks}
    assert rules(templates, 2049) == ["Compute"]
