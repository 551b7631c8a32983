"""The costs of each further construct: `python pieces.py` prints round trips and milliseconds as JSON.

There are two versions with the L2: without changes, and with the escape hatches that make its template equal to that of
this library. First it proves that these templates are equal, in a stack with tags.
"""

from __future__ import annotations

import json
import time
from statistics import median
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import App, Aws, Duration, Size, Stack, Tags
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs

import batch_constructs as bc
from bench.equal import STACK_NAME, STACK_TAGS, check_equal
from bench.trips import COUNT

if TYPE_CHECKING:
    from collections.abc import Callable

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"


class Ours:
    """Each construct by this library."""

    def __init__(self) -> None:
        self.stack = Stack(App(), STACK_NAME)
        self.vpc = ec2.Vpc(self.stack, "Vpc", restrict_default_security_group=False)
        self.template = bc.BatchLaunchTemplate(self.stack, "Template")
        self.role = bc.EcsInstanceRole(self.stack, "Role")
        self.environment = self.fargate("Environment")

    def spot(self, id: str) -> object:
        return bc.SpotComputeEnvironment(self.stack, id, vpc=self.vpc)

    def spot_with_shared_parts(self, id: str) -> object:
        return bc.SpotComputeEnvironment(
            self.stack, id, vpc=self.vpc, launch_template=self.template, instance_role=self.role
        )

    def fargate(self, id: str) -> bc.FargateComputeEnvironment:
        return bc.FargateComputeEnvironment(self.stack, id, vpc=self.vpc)

    def queue(self, id: str) -> object:
        return bc.JobQueue(self.stack, id, compute_environments=[self.environment])

    def ec2_job(self, id: str) -> object:
        return bc.Ec2JobDefinition(self.stack, id, image=IMAGE, vcpus=1, memory=Size.mebibytes(512))

    def ec2_job_with_retries(self, id: str) -> object:
        return bc.Ec2JobDefinition(
            self.stack,
            id,
            image=IMAGE,
            vcpus=1,
            memory=Size.mebibytes(512),
            retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
            timeout=Duration.minutes(10),
        )

    def fargate_job(self, id: str) -> object:
        return bc.FargateJobDefinition(self.stack, id, image=IMAGE, vcpus=0.25, memory=Size.mebibytes(512))

    def fargate_job_with_retries(self, id: str) -> object:
        return bc.FargateJobDefinition(
            self.stack,
            id,
            image=IMAGE,
            vcpus=0.25,
            memory=Size.mebibytes(512),
            retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
            timeout=Duration.minutes(10),
        )


class Theirs:
    """Each construct by the CDK's L2, without changes or with the escape hatches that make the template equal."""

    def __init__(self, *, equal: bool) -> None:
        self.equal = equal
        self.stack = Stack(App(), STACK_NAME)
        self.vpc = ec2.Vpc(self.stack, "Vpc", restrict_default_security_group=False)
        self.template = self._template("Template")
        self.version = self.template.latest_version_number
        self.role = iam.Role(
            self.stack,
            "Role",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonEC2ContainerServiceforEC2Role"
                )
            ],
        )
        self.environment = self.fargate("Environment")
        self.tasks = iam.ServicePrincipal(
            "ecs-tasks.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
        )

    def _template(self, id: str) -> ec2.LaunchTemplate:
        disk = ec2.BlockDeviceVolume.ebs(
            100, encrypted=True, delete_on_termination=True, volume_type=ec2.EbsDeviceVolumeType.GP3
        )
        return ec2.LaunchTemplate(
            self.stack,
            id,
            require_imdsv2=True,
            http_put_response_hop_limit=1,
            block_devices=[ec2.BlockDevice(device_name="/dev/xvda", volume=disk)],
        )

    def _spot(self, id: str, template: ec2.LaunchTemplate, role: iam.Role | None = None) -> Any:
        return batch.ManagedEc2EcsComputeEnvironment(
            self.stack,
            id,
            vpc=self.vpc,
            spot=True,
            maxv_cpus=256,
            allocation_strategy=batch.AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
            default_instance_classes=[batch.DefaultInstanceClass.X86_64],
            images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
            launch_template=template,
            instance_role=role,
            replace_compute_environment=False,
            update_to_latest_image_version=True,
        )

    def _cfn(self, construct: Any) -> Any:
        return construct.node.default_child

    def _equal(self, environment: Any, version: str) -> Any:
        """Let changes of the template update the environment, and remove tags that would replace it."""
        cfn = self._cfn(environment)
        cfn.add_property_override("ComputeResources.LaunchTemplate.Version", version)
        cfn.add_property_deletion_override("ComputeResources.Tags")
        cfn.add_property_deletion_override("Tags")
        return cfn

    def spot(self, id: str) -> object:
        template = self._template(f"{id}Template")
        made = self._spot(id, template)
        if self.equal:
            self._equal(made, template.latest_version_number)
        return made

    def spot_with_shared_parts(self, id: str) -> object:
        made = self._spot(id, self.template, self.role)
        if self.equal:
            # Otherwise the role loses its rights before the environment is deleted, and the deletion never ends.
            self._equal(made, self.version).node.add_dependency(self.role)
        return made

    def fargate(self, id: str) -> batch.FargateComputeEnvironment:
        made = batch.FargateComputeEnvironment(
            self.stack, id, vpc=self.vpc, maxv_cpus=256, replace_compute_environment=False
        )
        if self.equal:
            self._cfn(made).add_property_deletion_override("Tags")
        return made

    def queue(self, id: str) -> object:
        first = batch.OrderedComputeEnvironment(compute_environment=self.environment, order=1)
        return batch.JobQueue(self.stack, id, priority=1, compute_environments=[first])

    def _log(self, id: str) -> ecs.LogDriver:
        group = logs.LogGroup(self.stack, f"{id}LogGroup", retention=logs.RetentionDays.ONE_MONTH)
        return ecs.LogDriver.aws_logs(stream_prefix="job", log_group=group)

    def _ec2_container(self, id: str) -> batch.EcsEc2ContainerDefinition:
        return batch.EcsEc2ContainerDefinition(
            self.stack,
            f"{id}Container",
            image=ecs.ContainerImage.from_registry(IMAGE),
            cpu=1,
            memory=Size.mebibytes(512),
            logging=self._log(id),
        )

    def _fargate_container(self, id: str) -> batch.EcsFargateContainerDefinition:
        return batch.EcsFargateContainerDefinition(
            self.stack,
            f"{id}Container",
            image=ecs.ContainerImage.from_registry(IMAGE),
            cpu=0.25,
            memory=Size.mebibytes(512),
            logging=self._log(id),
            # The L2's own role trusts tasks of all accounts.
            execution_role=iam.Role(self.stack, f"{id}Role", assumed_by=self.tasks) if self.equal else None,
        )

    def _job(self, id: str, container: Any) -> Any:
        return batch.EcsJobDefinition(
            self.stack, id, container=container, propagate_tags=True, skip_deregister_on_update=True
        )

    def _job_with_retries(self, id: str, container: Any) -> Any:
        retry, give_up, why = batch.Action.RETRY, batch.Action.EXIT, batch.Reason
        return batch.EcsJobDefinition(
            self.stack,
            id,
            container=container,
            propagate_tags=True,
            skip_deregister_on_update=True,
            retry_attempts=3,
            retry_strategies=[
                batch.RetryStrategy.of(retry, why.SPOT_INSTANCE_RECLAIMED),
                batch.RetryStrategy.of(retry, why.custom(on_status_reason="Your Spot Task was interrupted*")),
                batch.RetryStrategy.of(retry, why.custom(on_reason="CannotPullContainer*")),
                batch.RetryStrategy.of(give_up, why.custom(on_reason="*")),
            ],
            timeout=Duration.minutes(10),
        )

    def _without_execution_role(self, job: Any, container: Any) -> object:
        if self.equal:
            container.node.try_remove_child("ExecutionRole")
            self._cfn(job).add_property_deletion_override("ContainerProperties.ExecutionRoleArn")
        return job

    def ec2_job(self, id: str) -> object:
        container = self._ec2_container(id)
        return self._without_execution_role(self._job(id, container), container)

    def ec2_job_with_retries(self, id: str) -> object:
        container = self._ec2_container(id)
        return self._without_execution_role(self._job_with_retries(id, container), container)

    def fargate_job(self, id: str) -> object:
        return self._job(id, self._fargate_container(id))

    def fargate_job_with_retries(self, id: str) -> object:
        return self._job_with_retries(id, self._fargate_container(id))


REPEATS = 15

PIECES = (
    "spot",
    "spot_with_shared_parts",
    "fargate",
    "queue",
    "ec2_job",
    "ec2_job_with_retries",
    "fargate_job",
    "fargate_job_with_retries",
)


def _cost(make: Callable[[str], object], name: str) -> dict[str, float]:
    # The first two include the costs of what is created only once.
    for number in (1, 2):
        make(f"{name}{number}")
    before, spent = COUNT.total(), []
    for number in range(3, 3 + REPEATS):
        start = time.perf_counter()
        make(f"{name}{number}")
        spent.append(1000 * (time.perf_counter() - start))
    return {"trips": (COUNT.total() - before) / REPEATS, "ms": median(spent)}


def prove_equal() -> None:
    """Compare the templates of all constructs, in stacks with tags."""
    templates = []
    for maker in (Ours(), Theirs(equal=True)):
        for name in PIECES:
            getattr(maker, name)(name)
        for key, value in STACK_TAGS.items():
            Tags.of(maker.stack).add(key, value)
        app = cast("App", maker.stack.node.root)
        templates.append(app.synth().get_stack_by_name(STACK_NAME).template)
    check_equal(*templates)


def main() -> None:
    # A comparison of different stacks would mean nothing.
    prove_equal()
    sides = {"ours": Ours(), "theirs": Theirs(equal=False), "equal": Theirs(equal=True)}
    print(
        json.dumps(
            {
                name: {side: _cost(getattr(maker, name), name) for side, maker in sides.items()}
                for name in PIECES
            }
        )
    )


if __name__ == "__main__":
    main()
