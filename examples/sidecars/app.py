"""A solver on several nodes, with a monitor as a sidecar on each node."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2

IMAGE = "public.ecr.aws/docker/library/busybox:1.37"
INSTANCE_TYPE = "c7i.2xlarge"

app = App()
stack = Stack(app, "Sidecars")

network = bc.BatchNetwork(stack, "Network")
# Containers do not get the rights of their instance.
template = bc.BatchLaunchTemplate(stack, "Template", user_data=[bc.EcsAgentConfig(awsvpc_block_imds=True)])
environment = bc.Ec2ComputeEnvironment(
    stack,
    "Nodes",
    vpc=network.vpc,
    instance_types=[INSTANCE_TYPE],
    max_vcpus=128,
    launch_template=template,
)
# The nodes of a job can reach each other, and nobody else can reach them.
environment.connections.allow_internally(ec2.Port.all_tcp())
queue = bc.JobQueue(stack, "Queue", compute_environments=[environment])

solve = bc.EcsMultiNodeParallelJobDefinition(
    stack,
    "Solve",
    instance_type=INSTANCE_TYPE,
    node_groups=[
        bc.EcsNodeGroup(
            # The range is open, so that a submission may have more or fewer nodes.
            nodes=bc.NodeRange(first=0, last=3, open_ended=True),
            containers=[
                bc.TaskContainer(
                    name="solver",
                    image=IMAGE,
                    command=["sh", "-c", "echo node $AWS_BATCH_JOB_NODE_INDEX solves with $STEPS steps"],
                    environment={"STEPS": "100"},
                    vcpus=6,
                    memory=Size.gibibytes(12),
                ),
                # The monitor is not essential: the node ends with its solver.
                bc.TaskContainer(
                    name="monitor",
                    image=IMAGE,
                    command=["sh", "-c", "while :; do cat /proc/loadavg; sleep 60; done"],
                    vcpus=1,
                    memory=Size.mebibytes(512),
                    essential=False,
                ),
            ],
            pid_mode=bc.PidMode.TASK,
        )
    ],
    timeout=Duration.hours(2),
)
bc.ScheduledJob(
    stack,
    "Nightly",
    schedule="cron(0 1 * * ? *)",
    job_queue=queue,
    job_definition=solve,
    # At night the instances are free: it uses twice the nodes, and ten times the steps.
    node_overrides=bc.NodeOverrides(
        num_nodes=8,
        node_property_overrides=[
            bc.NodePropertyOverride(
                target_nodes="0:",
                ecs_properties_override=[
                    bc.TaskContainerOverrides(name="solver", environment={"STEPS": "1000"})
                ],
            )
        ],
    ),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=solve)

app.synth()
