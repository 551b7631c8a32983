"""The guide's parameter substitution: one definition that converts any video, with parameters for each job."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_efs as efs

app = App()
stack = Stack(app, "FfmpegParameters")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc, max_vcpus=128)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])

videos = efs.FileSystem(stack, "Videos", vpc=network.vpc, vpc_subnets=network.subnets, encrypted=True)
# Jobs are this user on the file system, with any user in the container.
converters = videos.add_access_point(
    "Converters",
    path="/videos",
    create_acl=efs.Acl(owner_uid="1000", owner_gid="1000", permissions="755"),
    posix_user=efs.PosixUser(uid="1000", gid="1000"),
)
convert = bc.Ec2JobDefinition(
    stack,
    "Convert",
    # The image runs ffmpeg; the command has its arguments.
    image="docker.io/jrottenberg/ffmpeg:7.1-ubuntu2404",
    command=["-i", "Ref::inputfile", "-c:v", "Ref::codec", "Ref::outputfile"],
    # Each job must name its files; the codec has a default.
    parameters={"codec": "libx264"},
    vcpus=4,
    memory=Size.mebibytes(4_000),
    mounts={"/videos": bc.Efs(videos, access_point=converters, reachable_from=[spot])},
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(4),
)
# The file system is empty at first: this job creates a video for the next one.
test_video = ["-f", "lavfi", "-i", "testsrc=duration=10:size=1280x720:rate=25", "/videos/in.mov"]
bc.SubmissionOutputs(
    stack,
    "TestVideo",
    job_queue=queue,
    job_definition=convert,
    container_overrides=bc.ContainerOverrides(command=test_video),
)
bc.SubmissionOutputs(
    stack,
    "First",
    job_queue=queue,
    job_definition=convert,
    parameters={"inputfile": "/videos/in.mov", "outputfile": "/videos/out.mp4"},
)

app.synth()
