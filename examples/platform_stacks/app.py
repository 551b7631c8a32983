"""A platform in four stacks, each deployed as often as its part changes; no stack can block another."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size

app = App()

network = bc.BatchNetworkStack(app, "Network")
compute = bc.BatchComputeStack(
    app,
    "Compute",
    vpc=network.vpc,
    pools=[
        bc.CpuPool(queues=[bc.PlatformQueue(name="urgent", spot=False), "nightly"], spot_max_vcpus=1024),
        bc.CpuPool(name="arm", instance_types=["default_arm64"]),
        bc.GpuPool(instance_types=["g6", "g5"]),
        bc.FargatePool(),
    ],
)

# Jobs change daily, without any change in the other stacks.
jobs = bc.BatchJobsStack(app, "Jobs", queues=compute.queues)
report = bc.Ec2JobDefinition(
    jobs,
    "Report",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["echo", "yesterday was fine"],
    vcpus=2,
    memory=Size.gibibytes(3),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(1),
)
bc.ScheduledJob(
    jobs, "Nightly", schedule="cron(0 3 * * ? *)", job_queue=jobs.queues["nightly"], job_definition=report
)

bc.BatchObservabilityStack(
    app,
    "Observability",
    queues=compute.queues,
    compute_environments=compute.compute_environments,
    emails=["ops@example.com"],
)
bc.SubmissionOutputs(jobs, "First", job_queue=jobs.queues["nightly"], job_definition=report)

app.synth()
