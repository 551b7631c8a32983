"""Typical wrong calls of newcomers: each is refused with a suggestion."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import Duration, Fn, Size
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "arn:aws:iam::123456789012:role/a"
QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/main"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a"


class Platform:
    """An app with the objects for the calls below, and short names for them."""

    def __init__(self) -> None:
        self.app = cdk.App()
        self.stack = cdk.Stack(self.app, "Stack")
        self.network = bc.BatchNetwork(self.stack, "Network")
        self.vpc = self.network.vpc
        self.compute = bc.Ec2ComputeEnvironment(self.stack, "Compute", vpc=self.vpc)
        self.queue = bc.JobQueue(self.stack, "Queue", compute_environments=[self.compute])
        self.role = iam.Role(self.stack, "Role", assumed_by=iam.AccountRootPrincipal())
        self.bucket = s3.Bucket(self.stack, "Bucket")
        self.topic = sns.Topic(self.stack, "Topic")
        self.files = efs.FileSystem(self.stack, "Files", vpc=self.vpc)
        self.job = self.define("Job")

    def define(self, id: str = "New", **arguments: Any) -> bc.Ec2JobDefinition:
        needed = {"image": "busybox", "vcpus": 1, "memory": Size.mebibytes(512)}
        return bc.Ec2JobDefinition(self.stack, id, **{**needed, **arguments})

    def start(self, **arguments: Any) -> bc.Ec2ComputeEnvironment:
        return bc.Ec2ComputeEnvironment(self.stack, "New", **{"vpc": self.vpc, **arguments})

    def make(self, kind: Any, **arguments: Any) -> Any:
        return kind(self.stack, "New", **arguments)

    def schedule(self, **arguments: Any) -> bc.ScheduledJob:
        needed = {"schedule": "rate(1 day)", "job_queue": self.queue, "job_definition": self.job}
        return self.make(bc.ScheduledJob, **{**needed, **arguments})  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def platform() -> Platform:
    return Platform()


CALLS: list[tuple[Callable[[Platform], Any], str]] = [
    # Amounts.
    (lambda p: p.define(timeout=timedelta(hours=1)), "got a timedelta: write Duration.seconds(3600)"),
    (lambda p: p.define(timeout="2h"), "got '2h': write Duration.hours(2)"),
    (lambda p: p.define(timeout="30 minutes"), "got '30 minutes': write Duration.minutes(30)"),
    (lambda p: p.define(memory="4GB"), "got '4GB': write Size.gibibytes(4)"),
    (lambda p: p.define(memory="512m"), "got '512m': write Size.mebibytes(512)"),
    (
        lambda p: p.define(memory=Duration.hours(1)),
        "memory must be a Size such as Size.mebibytes(512), got a Duration",
    ),
    (lambda p: p.define(vcpus="4"), "vcpus must be a number, got '4': write 4"),
    (lambda p: p.define(privileged="true"), "must be True or False, got 'true': write True"),
    (lambda p: p.define(log_retention=30), "got 30: write logs.RetentionDays.ONE_MONTH"),
    (lambda p: p.define(log_retention="ONE_WEEK"), "write logs.RetentionDays.ONE_WEEK"),
    (lambda p: p.make(bc.BatchLaunchTemplate, root_volume_size=100), "got 100: write Size.gibibytes(100)"),
    (lambda p: p.define(memory=512), "got 512: write Size.mebibytes(512)"),
    (lambda p: bc.EksContainer(name="a", image="b", vcpus="500m", memory="1Gi"), "got '500m': write 0.5"),  # type: ignore[arg-type]
    (lambda p: p.start(max_vcpus="256"), "got '256': write 256"),
    (lambda p: p.make(bc.SpotComputeEnvironment, vpc=p.vpc, bid_percentage="50%"), "got '50%': write 50"),
    (lambda p: p.make(bc.BatchPlatform, monthly_budget="$500"), "got '$500': write 500"),
    (lambda p: p.make(bc.BatchNetwork, nat_gateways=True), "got True: write 1"),
    (lambda p: p.make(bc.FairSharePolicy, share_decay=3600), "write Duration.seconds(3600)"),
    (lambda p: p.queue.metric_failed(period=300), "got 300: write Duration.seconds(300)"),  # type: ignore[arg-type]
    # Objects of the CDK that are not what is asked for, but what it is made of.
    (
        lambda p: p.define(secrets={"PASSWORD": secretsmanager.Secret(p.stack, "Secret")}),
        "got a secretsmanager.Secret: write batch.Secret.from_secrets_manager(…)",
    ),
    (
        lambda p: p.define(secrets={"TOKEN": ssm.StringParameter(p.stack, "Parameter", string_value="x")}),
        "got a StringParameter: write batch.Secret.from_ssm_parameter(…)",
    ),
    (
        lambda p: p.define(secrets={"PASSWORD": SECRET}),
        "write batch.Secret.from_secrets_manager(secretsmanager.Secret.from_secret_complete_arn(stack, ",
    ),
    (
        lambda p: p.define(image=ecr.Repository(p.stack, "Repository")),
        "got a Repository: write ecs.ContainerImage.from_ecr_repository(…)",
    ),
    (lambda p: p.define(image=Path("docker")), "write ecs.ContainerImage.from_asset('docker')"),
    (
        lambda p: p.define(mounts={"/x": p.files}),
        "must be a bc.Efs, bc.S3Files or bc.Host, got a FileSystem: write bc.Efs(file_system=…)",
    ),
    (lambda p: p.define(mounts={"/x": "/data"}), "got '/data': write bc.Host(source_path='/data')"),
    (
        lambda p: p.make(bc.BatchLaunchTemplate, mounts={"/x": p.files}),
        "got a FileSystem: write bc.EfsMount(file_system=…)",
    ),
    (
        lambda p: p.make(bc.BatchLaunchTemplate, user_data=["echo hi"]),
        "got 'echo hi': write bc.ShellScript(text='echo hi')",
    ),
    (lambda p: p.make(bc.JobFailureAlerts, targets=[p.topic]), "got a Topic: give it as topic=…"),
    (
        lambda p: p.make(bc.JobFailureAlerts, targets=["ops@example.com"]),
        "give it as emails=['ops@example.com']",
    ),
    (
        lambda p: p.schedule(schedule=events.Schedule.rate(Duration.days(1))),
        "got a Schedule: write its .expression_string",
    ),
    (
        lambda p: p.schedule(schedule=Duration.days(1)),
        "got a Duration: write scheduler.ScheduleExpression.rate(…)",
    ),
    (
        lambda p: p.define(job_role=iam.ServicePrincipal("ecs-tasks.amazonaws.com")),
        'got a ServicePrincipal: write iam.Role(stack, "Role", assumed_by=…)',
    ),
    (lambda p: p.start(vpc_subnets=p.vpc.private_subnets), "write ec2.SubnetSelection(subnets=…)"),
    (
        lambda p: p.start(vpc_subnets=ec2.SubnetType.PUBLIC),
        "write ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)",
    ),
    (
        lambda p: p.start(instance_types=[ec2.InstanceType("c7i.large")]),
        "got an InstanceType: write 'c7i.large'",
    ),
    (lambda p: p.start(instance_types=[ec2.InstanceClass.C7I]), "got ec2.InstanceClass.C7I: write 'c7i'"),
    (
        lambda p: p.start(allocation_strategy=batch.AllocationStrategy.BEST_FIT),
        "got batch.AllocationStrategy.BEST_FIT: write bc.AllocationStrategy.BEST_FIT",
    ),
    (
        lambda p: p.start(instance_role=p.role),
        'got a Role: write iam.InstanceProfile(stack, "InstanceProfile", role=…)',
    ),
    (lambda p: p.define(environment={"BUCKET": p.bucket}), "got a Bucket: write its .bucket_name"),
    (
        lambda p: p.define(environment={"PASSWORD": secretsmanager.Secret(p.stack, "Password")}),
        "got a Secret: give it in secrets, by batch.Secret.from_secrets_manager(…)",
    ),
    (lambda p: p.define(environment=[{"name": "A", "value": "1"}]), "write {'A': '1'}"),
    (lambda p: p.define(tags=[cdk.Tag("team", "a")]), "write {'team': 'a'}"),
    (lambda p: p.start(vpc=p.network), "got a BatchNetwork: write its .vpc"),
    (
        lambda p: p.make(
            bc.JobQueue, compute_environments=[p.compute], scheduling_policy=[bc.Share(identifier="a")]
        ),
        'got [a Share]: write bc.FairSharePolicy(stack, "FairSharePolicy", shares=…)',
    ),
    (
        lambda p: p.make(bc.JobFailureAlerts, targets=[sqs.Queue(p.stack, "Letters")]),
        "got a Queue: write events_targets.SqsQueue(…)",
    ),
    (
        lambda p: p.start(vpc_subnets={"subnetType": "Public"}),
        "write ec2.SubnetSelection(subnet_type='Public')",
    ),
    (
        lambda p: p.make(bc.BatchNetwork, isolated=True, extra_endpoints=["secretsmanager"]),
        "got 'secretsmanager': write ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER",
    ),
    # ARNs, names and ids of what exists.
    (lambda p: p.define(job_role=ROLE), f"write iam.Role.from_role_arn(stack, \"Role\", '{ROLE}')"),
    (lambda p: p.define(job_role="batch"), "write iam.Role.from_role_name(stack, \"Role\", 'batch')"),
    (lambda p: p.queue.grant_submit_job(ROLE, p.job), "write iam.Role.from_role_arn(stack, "),  # type: ignore[arg-type]
    (
        lambda p: p.queue.grant_submit_job(p.role, "align"),  # type: ignore[arg-type]
        "write bc.Ec2JobDefinition.from_job_definition_name(stack, ",
    ),
    (
        lambda p: p.schedule(job_queue="main"),
        "write bc.JobQueue.from_job_queue_arn(stack, \"JobQueue\", 'arn:…')",
    ),
    (lambda p: p.schedule(job_queue=QUEUE), f"\"JobQueue\", '{QUEUE}')"),
    (
        lambda p: p.make(bc.JobQueue, compute_environments=["main"]),
        "write bc.Ec2ComputeEnvironment.from_compute_environment_arn(stack, ",
    ),
    (
        lambda p: p.make(bc.S3TriggeredJob, bucket="data", job_queue=p.queue, job_definition=p.job),
        "write s3.Bucket.from_bucket_name(stack, \"Bucket\", 'data')",
    ),
    (
        lambda p: p.start(vpc="vpc-0123456789abcdef0"),
        "write ec2.Vpc.from_lookup(stack, \"Vpc\", vpc_id='vpc-0123456789abcdef0')",
    ),
    (
        lambda p: p.start(security_groups=["sg-0123456789abcdef0"]),
        "write ec2.SecurityGroup.from_security_group_id(stack, ",
    ),
    (
        lambda p: p.start(instance_role="arn:aws:iam::123456789012:instance-profile/x"),
        "write iam.InstanceProfile.from_instance_profile_arn(stack, ",
    ),
    (
        lambda p: p.start(launch_template="lt-0123456789abcdef0"),
        "import it with ec2.LaunchTemplate.from_launch_template_attributes",
    ),
    (lambda p: p.make(bc.BatchLaunchTemplate, kms_key=True), "got True: make one with kms.Key"),
    # Values in place of value objects.
    (lambda p: p.define(retry_strategy=3), "got 3: write bc.RetryStrategy(attempts=3)"),
    (lambda p: p.define(retry_strategy={"attempts": 3}), "write bc.RetryStrategy(attempts=3)"),
    (
        lambda p: p.define(retry_strategy=bc.RetryStrategy),
        "got the class RetryStrategy: write bc.RetryStrategy(…)",
    ),
    (
        lambda p: p.define(retry_strategy=bc.RetryStrategy.on_spot_reclaim),
        "got a method: call it: write bc.RetryStrategy.on_spot_reclaim()",
    ),
    (lambda p: p.schedule(container_overrides={"vcpus": 4}), "write bc.ContainerOverrides(vcpus=4)"),
    (lambda p: bc.CpuPool(queues=[{"name": "a"}]), "write bc.PlatformQueue(name='a')"),  # type: ignore[list-item]
    (
        lambda p: p.make(bc.BatchPlatform, pools=["cpu"]),
        "must be a bc.CpuPool, bc.GpuPool, bc.FargatePool or bc.OwnPool, got 'cpu': write bc.CpuPool(name='cpu')",
    ),
    (lambda p: p.make(bc.FairSharePolicy, shares=["a"]), "write bc.Share(identifier='a')"),
    (
        lambda p: p.define(logging="awslogs"),
        "must be a bc.AwsLogs or an ecs.LogDriver, got 'awslogs': write bc.AwsLogs()",
    ),
    (lambda p: bc.RetryRule(action="retry", on_exit_code="1"), "write bc.RetryAction.RETRY"),  # type: ignore[arg-type]
    # Lists.
    (lambda p: p.start(instance_types={"m7i", "c7i"}), "write ['c7i', 'm7i'], since a set has no order"),
    (lambda p: p.start(instance_types=(each for each in ["c7i"])), "write a list, which can be read twice"),
    (lambda p: p.make(bc.BatchAlarms, job_queues=p.queue), "got a JobQueue: put it into a list"),
    (lambda p: p.make(bc.JobFailureAlerts, targets=bc.SlackChannel), "write [bc.SlackChannel(…)]"),
    (lambda p: p.start(image_types=["AL2023"]), "write bc.ImageType.EKS_AL2023 or bc.ImageType.ECS_AL2023"),
    # Values in another argument's place, in a list, or in a dict.
    (
        lambda p: p.make(bc.SubmissionOutputs, job_queue=p.job, job_definition=p.queue),
        "got an Ec2JobDefinition: it and job_definition have changed places",
    ),
    (
        lambda p: p.schedule(container_overrides=[bc.ContainerOverrides(vcpus=1)]),
        "got [a ContainerOverrides]: write it without the list",
    ),
    (lambda p: p.job.use(p.bucket, variable=["DATA"]), "must be a string, got ['DATA']: write 'DATA'"),  # type: ignore[arg-type]
    (lambda p: p.job.use(p.bucket, p.topic), "got a Topic as well: call it once for each"),  # type: ignore[call-arg, arg-type]
    (lambda p: p.queue.grant_submit_job(p.role, [p.job]), "got [an Ec2JobDefinition]: write *[…]"),  # type: ignore[arg-type]
    (
        lambda p: p.queue.grant_submit_job(p.role, job_definition=p.job),  # type: ignore[call-arg]
        "takes job_definitions by position: write them without a name",
    ),
    (
        lambda p: p.make(bc.BatchPlatform, pools={"cpu": bc.CpuPool()}),
        "got {'cpu': a CpuPool}: write its values as a list",
    ),
    (
        lambda p: p.make(bc.FairSharePolicy, shares={"research": 1}),
        "got {'research': 1}: write [bc.Share(identifier=…)]",
    ),
    (
        lambda p: p.make(
            bc.JobQueue,
            compute_environments=[p.compute],
            job_state_time_limits={"CAPACITY": Duration.hours(1)},
        ),
        "write [bc.JobStateTimeLimit(reason=…, max_time=…)]",
    ),
    (
        lambda p: p.make(bc.EksJobDefinition, image="busybox"),
        "EksJobDefinition has no argument 'image': bc.EksContainer has it, in containers",
    ),
    (lambda p: bc.ContainerOverrides(environment={"A": None}), "got None: leave it out"),  # type: ignore[dict-item]
    (lambda p: bc.ContainerOverrides(memory_mib=Size.gibibytes(1)), "write its .to_mebibytes()"),  # type: ignore[arg-type]
    (lambda p: bc.nextflow_config(queues=["main"]), "must be a dict from strings to strings, got ['main']"),  # type: ignore[arg-type]
    (lambda p: bc.ContainerOverrides(memory_mib="4GB"), "must be a number, got '4GB': write 4096"),  # type: ignore[arg-type]
    (lambda p: bc.nextflow_config(queues={"a": "b"}, job_role=p.role), "got a Role: write its .role_arn"),  # type: ignore[arg-type]
    (lambda p: p.job.use(p.bucket, access=bc.Access), "one of its members, such as bc.Access.READ"),  # type: ignore[arg-type]
    (
        lambda p: p.make(
            bc.EventTriggeredJob,
            event_pattern=bc.JobPattern(statuses=[bc.JobStatus.FAILED]),
            job_queue=p.queue,
            job_definition=p.job,
        ),
        "got a JobPattern: write its .to_dict()",
    ),
    (
        lambda p: p.make(
            bc.ScheduledJobChain,
            schedule="rate(1 day)",
            state_machine=bc.JobChain(
                jobs={"a": bc.SubmitJobRequest(job_name="a", job_queue="q", job_definition="d")}
            ),
        ),
        'got a JobChain: write bc.JobChainStateMachine(stack, "JobChainStateMachine", chain=…)',
    ),
    (lambda p: p.make(bc.MultiContainerJobDefinition, containers=[], fargate=True), "write bc.FargateTask("),
    (
        lambda p: p.define(consumes=[bc.ConsumableResource(p.stack, "Seats", total_quantity=3)]),
        "got [a ConsumableResource]: write {…: …}, with a value for each",
    ),
    # Of the CDK, but of another layer or module.
    (
        lambda p: p.define(job_role=iam.CfnRole(p.stack, "L1Role", assume_role_policy_document={})),
        'got a CfnRole: write iam.Role.from_role_arn(stack, "Role", ….attr_arn)',
    ),
    (
        lambda p: p.define(
            secrets={"A": ecs.Secret.from_secrets_manager(secretsmanager.Secret(p.stack, "Of ECS"))}
        ),
        "must be a batch.Secret, got an ecs.Secret",
    ),
    (
        lambda p: bc.EfsMount(file_system=efs.CfnFileSystem(p.stack, "L1Files")),  # type: ignore[arg-type]
        "got a CfnFileSystem: import it with efs.FileSystem.from_file_system_attributes",
    ),
    (lambda p: p.define(image=Fn.condition_if("Old", "a:1", "a:2")), "got a token: write Token.as_string(…)"),
    (lambda p: p.define(vcpus=Fn.condition_if("Old", 1, 2)), "got a token: write Token.as_number(…)"),
    (
        lambda p: bc.EksContainer(
            image="busybox",
            vcpus=1,
            memory=Size.mebibytes(64),
            mounts={"/scratch": bc.Host("/scratch")},  # type: ignore[dict-item]
        ),
        "got a Host: write bc.EksHostPath(…)",
    ),
    # Calls of another form.
    (lambda p: p.define(cpu=1), "Ec2JobDefinition has no argument 'cpu' (did you mean 'vcpus'?)"),
    (lambda p: p.define(memory_limit_mib=512), "(did you mean 'memory'?)"),
    (lambda p: p.start(maxVcpus=1), "(did you mean 'max_vcpus'?)"),
    (lambda p: p.start(tags={"a": "b"}), "(did you mean 'instance_tags'?)"),
    (lambda p: p.make(bc.JobQueue, name="a"), "(did you mean 'job_queue_name'?)"),
    (lambda p: p.make(bc.ConsumableResource, total=5), "(did you mean 'total_quantity'?)"),
    (lambda p: p.start(spot=True), "has no argument 'spot': make a SpotComputeEnvironment"),
    (lambda p: p.start(capacity_reservation=1), "have it"),
    (lambda p: bc.AwsLogs(log_group="/x"), "it has stream_prefix, "),  # type: ignore[call-arg]
    (lambda p: p.make(bc.SpotComputeEnvironment), "SpotComputeEnvironment needs vpc: an ec2.IVpc"),
    (
        lambda p: bc.Ec2ComputeEnvironment(p.stack, "New", p.vpc),  # type: ignore[call-arg]
        "takes scope and id by position, got a Vpc as well: write it by name, as in vpc=…",
    ),
    (lambda p: bc.Ec2ComputeEnvironment(p.stack, vpc=p.vpc), "needs id: a string"),  # type: ignore[call-arg]
    (
        lambda p: bc.JobQueue("Queue", p.stack, compute_environments=[p.compute]),  # type: ignore[arg-type]
        "JobQueue takes scope, then id, got 'Queue' first: change their places",
    ),
    (
        lambda p: bc.JobQueue(p.app, "Queue", compute_environments=[p.compute]),
        "scope must be a Stack or a construct in one, got an App",
    ),
    (lambda p: bc.JobQueue.from_job_queue_arn(QUEUE), "JobQueue.from_job_queue_arn needs id: a string"),  # type: ignore[call-arg, arg-type]
]


@pytest.mark.parametrize(("call", "message"), CALLS, ids=[message[:60] for _, message in CALLS])
def test_a_wrong_call_is_told_what_to_write(
    platform: Platform, call: Callable[[Platform], Any], message: str
) -> None:
    """The message has the argument, the expected kind and the given value, without addresses of objects."""
    with pytest.raises(bc.WrongArgumentError) as refusal:
        call(platform)
    assert message in str(refusal.value)
    assert not re.search(r"<.* at 0x|object at", str(refusal.value))
    assert platform.stack.node.try_find_child("New") is None


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Size", "write from aws_cdk import Size"),
        ("SpotEnvironment", "did you mean SpotComputeEnvironment?"),
        ("Queue", "JobQueue"),
        ("Ec2JobDefintion", "did you mean Ec2JobDefinition?"),
    ],
)
def test_a_name_that_is_not_here_is_told_where_it_is(name: str, remedy: str) -> None:
    """For names of the CDK, and names similar to ours."""
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'") as refusal:
        getattr(bc, name)
    assert remedy in str(refusal.value)


def test_every_public_class_and_function_is_checked() -> None:
    """Including new ones: each that takes arguments has the decorator."""
    unchecked = []
    for name in bc.__all__:
        thing = getattr(bc, name)
        made = vars(thing).get("__init__") if isinstance(thing, type) else thing
        ours = thing.__module__.startswith("batch_constructs.facts") or issubclass(
            thing if isinstance(thing, type) else object, Exception
        )
        if (
            callable(made)
            and not ours
            and made.__annotations__.keys() - {"return"}
            and not hasattr(made, "__checked__")
        ):
            unchecked.append(name)
    assert unchecked == []


@pytest.mark.parametrize(
    ("thing", "remedy"),
    [
        ("data", "got 'data': import it"),
        (s3.Bucket, "got the class Bucket: make or import one"),
        ([], "got several: call it once for each"),
    ],
)
def test_a_link_says_how_it_gets_a_thing(platform: Platform, thing: Any, remedy: str) -> None:
    """A name, a class and a list have no grants."""
    with pytest.raises(ValueError, match=re.escape(remedy)):
        platform.job.use(thing)


def test_a_function_that_is_imported_without_its_role_passes(platform: Platform) -> None:
    """The CDK cannot give it rights, and warns; the grant does not fail."""
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:submit"
    function = functions.Function.from_function_arn(platform.stack, "Imported", arn)
    platform.queue.grant_submit_job(function, platform.job)
    assert any("batch:SubmitJob" in str(each.data) for each in function.node.metadata)


def test_addresses_in_a_list_that_is_known_at_the_deploy_are_refused() -> None:
    """Each needs a subscription, so their number must be known at synth."""
    stack = cdk.Stack()
    addresses = cdk.CfnParameter(stack, "Addresses", type="CommaDelimitedList")
    with pytest.raises(ValueError, match="emails must be a list whose length is known at synth"):
        bc.JobFailureAlerts(stack, "Alerts", emails=addresses.value_as_list)
