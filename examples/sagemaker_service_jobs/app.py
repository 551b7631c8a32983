"""Two teams train on eight instances of SageMaker, each with a quota of its own that it lends while idle."""

import batch_constructs as bc
from aws_cdk import App, Duration, Stack
from aws_cdk import aws_iam as iam

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

# Who takes the one role may send training jobs that run with the other; request.py sends one.
training_role = iam.Role(stack, "TrainingRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
researcher = iam.Role(stack, "Researcher", assumed_by=iam.AccountRootPrincipal())
queue.grant_submit_service_job(researcher, training_roles=[training_role])

# Whoever takes this one may send some too, but none that overtakes those of others.
student = iam.Role(stack, "Student", assumed_by=iam.AccountRootPrincipal())
for statement in bc.allow_submit_service_job(
    training_roles=[training_role], queue=queue, maximum_scheduling_priority=0
):
    student.add_to_policy(statement)

app.synth()
