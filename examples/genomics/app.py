"""Genomics with Nextflow: runs on Fargate, tasks on Spot with NVMe scratch, and a queue for urgent tasks."""

from pathlib import Path

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

HERE = Path(__file__).parent
# Types with a d have local disks. With more families, Spot reclaims are rarer.
FAMILIES = ["c6id", "m6id", "r6id", "c5d", "m5d", "r5d"]

app = App()
stack = Stack(app, "NextflowGenomics")

network = bc.BatchNetwork(stack, "Network")
data = s3.Bucket(
    stack,
    "Data",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    # Intermediate files of tasks are useless after the run; results stay.
    lifecycle_rules=[
        s3.LifecycleRule(prefix=f"{folder}/", expiration=Duration.days(30)) for folder in ("work", "cache")
    ],
)

tools = bc.AwsCli(version="2.31.0")
workers = bc.BatchLaunchTemplate(
    stack,
    "Workers",
    # Docker uses the NVMe disks, so that pipelines need no volume for temporary files.
    storage=bc.Storage(instance_store=bc.InstanceStoreVolumes(docker_data_root=True)),
    # Tasks copy their files with the AWS CLI of their instance.
    aws_cli=tools,
    user_data=[bc.EcsAgentConfig(image_pull_behavior=bc.ImagePullBehavior.ONCE)],
)
spot = bc.SpotComputeEnvironment(
    stack, "Spot", vpc=network.vpc, instance_types=FAMILIES, max_vcpus=1000, launch_template=workers
)
on_demand = bc.Ec2ComputeEnvironment(
    stack, "OnDemand", vpc=network.vpc, instance_types=FAMILIES, max_vcpus=200, launch_template=workers
)
# A run can take days, and must not be lost with a Spot instance.
fargate = bc.FargateComputeEnvironment(stack, "Fargate", vpc=network.vpc, max_vcpus=64)

# A task that needs more than any instance has is cancelled, so that it does not block the others.
limits = bc.JobStateTimeLimit.for_misconfigurations(Duration.minutes(30))
tasks = bc.JobQueue(stack, "Tasks", compute_environments=[spot, on_demand], job_state_time_limits=limits)
urgent = bc.JobQueue(
    stack, "Urgent", compute_environments=[on_demand], priority=10, job_state_time_limits=limits
)
runs = bc.JobQueue(stack, "Runs", compute_environments=[fargate])

# Tasks may read everything, and write where Nextflow tells them to.
task_role = bc.JobRole(stack, "TaskRole")
data.grant_read(task_role)
data.grant_read_write(task_role, "work/*")
task_logs = logs.LogGroup(stack, "TaskLogs", retention=logs.RetentionDays.ONE_MONTH)

config = bc.nextflow_config(
    queues={"tasks": tasks.job_queue_name, "urgent": urgent.job_queue_name},
    region=stack.region,
    work_dir=f"s3://{data.bucket_name}/work",
    cli_path=tools.program,
    job_role=task_role.role_arn,
    logs_group=task_logs.log_group_name,
    max_spot_attempts=3,
)
run = bc.FargateJobDefinition(
    stack,
    "Run",
    image="docker.io/nextflow/nextflow:25.04.6",
    command=[
        *("bash", "-c", (HERE / "run.sh").read_text(encoding="utf-8"), "run"),
        *("Ref::pipeline", "Ref::revision", "Ref::profile", "Ref::queue"),
    ],
    parameters={
        "pipeline": "nf-core/demo",
        "revision": "1.0.2",
        "profile": "test",
        "queue": tasks.job_queue_name,
    },
    environment={"BUCKET": data.bucket_name, "NEXTFLOW_CONFIG": config},
    vcpus=2,
    memory=Size.gibibytes(8),
    retry_strategy=bc.RetryStrategy(attempts=3),
    timeout=Duration.days(5),
)
data.grant_read_write(run)
# Nextflow registers a definition for each image, with a name that begins with nf-.
for queue in (tasks, urgent):
    run.job_role.add_to_principal_policy(bc.allow_submit_job(queue=queue, definition_prefix="nf-"))
for statement in bc.allow_register_job_definition(definition_prefix="nf-", roles=[task_role]):
    run.job_role.add_to_principal_policy(statement)
run.job_role.add_to_principal_policy(bc.allow_read())
tasks.grant_cancel_and_terminate(run)

# Nextflow retries tasks itself, so there is an email only for failed runs, and for tasks that can never start.
failures = bc.JobFailureAlerts(stack, "Failures", job_queues=[runs], emails=["lab@example.com"])
bc.StuckJobAlerts(stack, "Stuck", job_queues=[tasks, urgent], topic=failures.topic)
bc.SubmissionOutputs(
    stack,
    "FirstUrgent",
    job_queue=runs,
    job_definition=run,
    parameters={"queue": urgent.job_queue_name},
)
bc.SubmissionOutputs(stack, "First", job_queue=runs, job_definition=run)

app.synth()
