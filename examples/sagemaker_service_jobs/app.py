"""Two teams share eight SageMaker instances for training, each with a quota that it lends while idle."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from request import request

GPUS = "ml.g6.12xlarge"

app = App()
stack = Stack(app, "SageMakerServiceJobs")

training = bc.ServiceEnvironment(
    stack, "Training", capacity_limits=[bc.CapacityLimit(max_capacity=8, capacity_unit=GPUS)]
)
queue = bc.SageMakerJobQueue(
    stack,
    "Queue",
    service_environment=training,
    scheduling_policy=bc.QuotaSharePolicy(stack, "Policy"),
    job_state_time_limits=[
        bc.JobStateTimeLimit(reason=bc.TimeLimitReason.SERVICE_MAX_RESOURCE, max_time=Duration.minutes(10))
    ],
)
for team, instances in (("vision", 5), ("speech", 3)):
    bc.QuotaShare(
        stack,
        team.title(),
        job_queue=queue,
        quota_share_name=team,
        capacity_limits=[bc.CapacityLimit(max_capacity=instances, capacity_unit=GPUS)],
    )

# The researcher may submit training jobs that run with the training role; request.py submits one.
training_role = iam.Role(stack, "TrainingRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
images = ecr.Repository(stack, "Images", image_scan_on_push=True)
images.grant_pull(training_role)
models = s3.Bucket(
    stack,
    "Models",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)
models.grant_read_write(training_role)
researcher = iam.Role(stack, "Researcher", assumed_by=iam.AccountRootPrincipal())
queue.grant_submit_service_job(researcher, training_roles=[training_role])

# A student may submit jobs as well, but only with the lowest priority.
student = iam.Role(stack, "Student", assumed_by=iam.AccountRootPrincipal())
for statement in bc.allow_submit_service_job(
    training_roles=[training_role], queue=queue, maximum_scheduling_priority=0
):
    student.add_to_policy(statement)

# The lead of both teams may raise the priority of waiting jobs.
lead = iam.Role(stack, "Lead", assumed_by=iam.AccountRootPrincipal())
queue.grant_update_service_jobs(lead, maximum_scheduling_priority=100)

# An email for each job that failed, that blocks the queue, that a time limit ended, or that was preempted.
failures = bc.JobFailureAlerts(
    stack,
    "Failures",
    job_queues=[queue],
    ignore_reasons=["Terminated by JobStateTimeLimit*"],
    emails=["ml@example.com"],
)
bc.JobQueueBlockedAlerts(stack, "Blocked", job_queues=[queue], topic=failures.topic)
bc.StuckJobAlerts(stack, "Stuck", job_queues=[queue], topic=failures.topic)
bc.ServiceJobPreemptionAlerts(stack, "Preempted", phases=[bc.PreemptionPhase.COMPLETED], topic=failures.topic)

first = request(
    queue.job_queue_name,
    images.repository_uri_for_tag("train"),
    training_role.role_arn,
    models.bucket_name,
)
CfnOutput(stack, "ImagesUri", value=images.repository_uri)
CfnOutput(stack, "FirstSubmit", value=first.to_aws_cli(region=stack.region))

app.synth()
