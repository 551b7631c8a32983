"""The guide's tutorial on the index of array jobs: each child prints the colour of its line."""

from pathlib import Path

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack

folder = Path(__file__).parent
colors = (folder / "colors.txt").read_text().splitlines()

app = App()
stack = Stack(app, "ArrayIndex")

network = bc.BatchNetwork(stack, "Network")
spot = bc.FargateComputeEnvironment(stack, "Spot", vpc=network.vpc, spot=True, max_vcpus=16)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])
print_color = bc.FargateJobDefinition(
    stack,
    "PrintColor",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["sh", "-c", (folder / "print_color.sh").read_text()],
    environment={"COLORS": "\n".join(colors)},
    vcpus=0.25,
    memory=Size.mebibytes(512),
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.minutes(10),
)
# One child for each line, counted when the app runs.
bc.ScheduledJob(
    stack,
    "EachMorning",
    schedule="cron(0 6 * * ? *)",
    job_queue=queue,
    job_definition=print_color,
    array_size=len(colors),
)
bc.SubmissionOutputs(stack, "Colors", job_queue=queue, job_definition=print_color, array_size=len(colors))

app.synth()
