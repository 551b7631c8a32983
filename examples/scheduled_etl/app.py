"""A nightly ETL with Step Functions: extract, transform and load each hour of yesterday, independently of the others."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_efs as efs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_stepfunctions as sfn

HOURS = 24

app = App()
stack = Stack(app, "ScheduledEtl")

network = bc.BatchNetwork(stack, "Network", flow_logs=True)
images = ecr.Repository(stack, "Images", image_scan_on_push=True)
warehouse = s3.Bucket(
    stack,
    "Warehouse",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)
source = secretsmanager.Secret(stack, "Source", description="user and password of the database to read")

# Steps exchange their files here; files that were not read for a week move to cheaper storage.
staging = efs.FileSystem(
    stack,
    "Staging",
    vpc=network.vpc,
    vpc_subnets=network.subnets,
    encrypted=True,
    lifecycle_policy=efs.LifecyclePolicy.AFTER_7_DAYS,
)
hours = staging.add_access_point(
    "Hours",
    path="/hours",
    create_acl=efs.Acl(owner_uid="1000", owner_gid="1000", permissions="750"),
    posix_user=efs.PosixUser(uid="1000", gid="1000"),
)

spot = bc.FargateComputeEnvironment(stack, "Spot", vpc=network.vpc, spot=True, max_vcpus=256)
on_demand = bc.FargateComputeEnvironment(stack, "OnDemand", vpc=network.vpc, max_vcpus=64)
queue = bc.JobQueue(
    stack,
    "Queue",
    compute_environments=[spot, on_demand],
    job_state_time_limits=bc.JobStateTimeLimit.for_misconfigurations(Duration.minutes(30)),
)
retries = bc.RetryStrategy(
    attempts=3,
    evaluate_on_exit=[
        bc.RetryRule.on_fargate_spot_reclaim(),
        # The exit code of the steps if the source does not answer (EX_TEMPFAIL of sysexits.h).
        bc.RetryRule.on_code(75),
        bc.RetryRule.otherwise_exit(),
    ],
)


def step(name: str, *, vcpus: float, memory: Size, **more: batch.Secret) -> bc.FargateJobDefinition:
    """Return the definition of a step for one hour, which is the index of the child in its array."""
    return bc.FargateJobDefinition(
        stack,
        name.title(),
        image=ecs.ContainerImage.from_ecr_repository(images, name),
        command=[name, "--before", "Ref::time"],
        secrets=more,
        vcpus=vcpus,
        memory=memory,
        mounts={"/staging": bc.Efs(staging, access_point=hours, reachable_from=[spot, on_demand])},
        retry_strategy=retries,
        timeout=Duration.hours(2),
    )


extract = step(
    "extract",
    vcpus=1,
    memory=Size.gibibytes(2),
    SOURCE=batch.Secret.from_secrets_manager(source),
)
transform = step("transform", vcpus=8, memory=Size.gibibytes(16))
load = step("load", vcpus=1, memory=Size.gibibytes(2))
# Grants the right to write, and sets the variable with the bucket's name.
load.use(warehouse, access=bc.Access.WRITE, variable="WAREHOUSE")


def hourly(name: str, definition: bc.FargateJobDefinition, after: str | None = None) -> bc.SubmitJobRequest:
    """Return the job of a step for all hours; each hour waits only for its own previous step."""
    awaited = [bc.JobDependency(job_id=after, type=bc.ArrayDependency.N_TO_N)] if after else []
    return bc.SubmitJobRequest(
        job_name=name,
        job_queue=queue.job_queue_arn,
        job_definition=definition.job_definition_arn,
        array_size=HOURS,
        depends_on=awaited,
        parameters={"time": sfn.JsonPath.string_at("$.time")},
    )


chain = bc.JobChain(
    jobs={
        "extract": hourly("extract", extract),
        "transform": hourly("transform", transform, after="extract"),
        "load": hourly("load", load, after="transform"),
    }
)
etl = bc.JobChainStateMachine(stack, "Etl", chain=chain, wait=True)
bc.ScheduledJobChain(
    stack,
    "Nightly",
    schedule="cron(30 1 * * ? *)",
    time_zone="Europe/Berlin",
    state_machine=etl,
    input={"time": "<aws.scheduler.scheduled-time>"},
)
bc.JobFailureAlerts(stack, "Alerts", job_queues=[queue], emails=["data@example.com"])
# Commands that repeat a day, and a single step of it.
machine, day = f"--state-machine-arn {etl.state_machine_arn}", '{"time": "2027-01-31T00:30:00Z"}'
CfnOutput(stack, "Repeat", value=f"aws stepfunctions start-execution {machine} --input '{day}'")
CfnOutput(stack, "ImagesUri", value=images.repository_uri)
bc.SubmissionOutputs(
    stack,
    "First",
    job_queue=queue,
    job_definition=extract,
    array_size=HOURS,
    parameters={"time": "2027-01-31T00:30:00Z"},
)

app.synth()
