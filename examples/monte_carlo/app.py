"""Monte Carlo simulations: arrays of thousands of jobs on Spot, shared fairly between desks, collected each night."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

# The number of children that simulate a desk's book each night, and the weight factors: half the factor is twice the share.
PATHS = {"rates": 4_000, "equities": 2_000}
WEIGHTS = {"rates": 0.5, "equities": 1, "adhoc*": 2}

app = App()
stack = Stack(app, "MonteCarlo")

network = bc.BatchNetwork(stack, "Network")
images = ecr.Repository(stack, "Images", image_scan_on_push=True)
market = s3.Bucket(
    stack,
    "Market",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)

# For many short jobs: pull their image once, and free the disk space of finished jobs early.
instances = bc.BatchLaunchTemplate(
    stack,
    "Instances",
    user_data=[
        bc.EcsAgentConfig(
            image_pull_behavior=bc.ImagePullBehavior.ONCE,
            engine_task_cleanup_wait_duration=Duration.minutes(5),
        )
    ],
)
spot = bc.SpotComputeEnvironment(
    stack,
    "Spot",
    vpc=network.vpc,
    instance_types=["c7i", "c7a", "c6i", "c6a", "m7i", "m7a", "m6i", "m6a"],
    max_vcpus=4_000,
    launch_template=instances,
)
queue = bc.JobQueue(
    stack,
    "Queue",
    compute_environments=[spot],
    scheduling_policy=bc.FairSharePolicy(
        stack,
        "Desks",
        shares=[bc.Share(identifier=desk, weight_factor=weight) for desk, weight in WEIGHTS.items()],
        # Desks that used much in the last two hours wait for those that did not.
        share_decay=Duration.hours(2),
        # Capacity is kept for an idle desk, so that it need not wait for a whole night's array.
        compute_reservation=10,
    ),
    job_state_time_limits=bc.JobStateTimeLimit.for_misconfigurations(Duration.minutes(15)),
)

simulate = bc.Ec2JobDefinition(
    stack,
    "Simulate",
    image=ecs.ContainerImage.from_ecr_repository(images, "simulate"),
    # AWS Batch gives each child its index, which is the seed of its random numbers and the name of its output.
    command=["simulate", "--desk", "Ref::desk", "--run", "Ref::run"],
    environment={"BUCKET": market.bucket_name},
    vcpus=1,
    memory=Size.mebibytes(1_900),
    # Children are short, so that a reclaimed instance costs only a minute.
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(attempts=5),
    timeout=Duration.minutes(30),
    # Within a share, these jobs go before ad-hoc ones.
    scheduling_priority=10,
)
collect = bc.Ec2JobDefinition(
    stack,
    "Collect",
    image=ecs.ContainerImage.from_ecr_repository(images, "collect"),
    command=["collect", "--desk", "Ref::desk", "--run", "Ref::run"],
    environment={"BUCKET": market.bucket_name},
    vcpus=4,
    memory=Size.mebibytes(15_000),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(1),
    scheduling_priority=20,
)
for job in (simulate, collect):
    market.grant_read(job, "prices/*")
    market.grant_read_write(job, "runs/*")

for desk, paths in PATHS.items():
    request = bc.SubmitJobRequest(
        job_name=f"{desk}-simulate",
        job_queue=queue.job_queue_arn,
        job_definition=simulate.job_definition_arn,
        share_identifier=desk,
        array_size=paths,
        parameters={"desk": desk, "run": sfn.JsonPath.execution_name},
    )
    collecting = bc.SubmitJobRequest(
        job_name=f"{desk}-collect",
        job_queue=queue.job_queue_arn,
        job_definition=collect.job_definition_arn,
        share_identifier=desk,
        depends_on=[bc.JobDependency(job_id="simulate")],
        parameters=request.parameters,
    )
    night = bc.JobChainStateMachine(
        stack, desk.title(), chain=bc.JobChain(jobs={"simulate": request, "collect": collecting})
    )
    bc.ScheduledJobChain(
        stack,
        f"{desk.title()}Nightly",
        schedule="cron(0 22 ? * MON-FRI *)",
        time_zone="Europe/London",
        state_machine=night,
    )

# Quants submit ad-hoc jobs in shares of their own, so that the nightly runs do not wait for them.
quants = iam.Role(stack, "Quants", assumed_by=iam.AccountRootPrincipal())
for statement in bc.allow_submit_job_with_share_identifier("adhoc*", queue=queue):
    quants.add_to_principal_policy(statement)
queue.grant_read(quants)

# A failed array of thousands of jobs sends one email.
bc.JobFailureAlerts(stack, "Alerts", job_queues=[queue], emails=["risk@example.com"])
CfnOutput(stack, "ImagesUri", value=images.repository_uri)
# An array of two paths, as a quant would submit it.
bc.SubmissionOutputs(
    stack,
    "First",
    job_queue=queue,
    job_definition=simulate,
    share_identifier="adhocFirst",
    array_size=2,
    parameters={"desk": "rates", "run": "first"},
)

app.synth()
