"""Reference data on EFS: one job updates them, many jobs read them."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_efs as efs
from aws_cdk import aws_iam as iam

app = App()
stack = Stack(app, "SharedFiles")

network = bc.BatchNetwork(stack, "Network")
# The policy allows nothing itself, so only clients whose own role allows it can mount the file system.
encrypted_only = iam.PolicyStatement(
    effect=iam.Effect.DENY,
    principals=[iam.AnyPrincipal()],
    actions=["*"],
    conditions={"Bool": {"aws:SecureTransport": "false"}},
)
reference = efs.FileSystem(
    stack,
    "Reference",
    vpc=network.vpc,
    file_system_policy=iam.PolicyDocument(statements=[encrypted_only]),
)
genomes = reference.add_access_point(
    "Genomes",
    path="/genomes",
    create_acl=efs.Acl(owner_uid="1000", owner_gid="1000", permissions="755"),
    posix_user=efs.PosixUser(uid="1000", gid="1000"),
)

fargate = bc.FargateComputeEnvironment(stack, "Fargate", vpc=network.vpc, max_vcpus=64)
queue = bc.JobQueue(stack, "Queue", compute_environments=[fargate])

renew = bc.FargateJobDefinition(
    stack,
    "Renew",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["sh", "-c", "date > /genomes/version"],
    # The port is opened here, once for all jobs of the environment.
    mounts={"/genomes": bc.Efs(reference, access_point=genomes, reachable_from=[fargate])},
    timeout=Duration.hours(1),
)
search = bc.FargateJobDefinition(
    stack,
    "Search",
    image="public.ecr.aws/docker/library/busybox:1.37",
    command=["sh", "-c", f"cat /genomes/version > /scratch/found-${bc.BatchEnv.JOB_ID}"],
    vcpus=2,
    memory=Size.gibibytes(8),
    # The root file system is read-only; an empty directory is mounted for temporary files.
    readonly_root_filesystem=True,
    mounts={"/genomes": bc.Efs(reference, access_point=genomes, read_only=True), "/scratch": bc.Host()},
    timeout=Duration.hours(1),
)
bc.ScheduledJob(stack, "Weekly", schedule="cron(0 2 ? * SUN *)", job_queue=queue, job_definition=renew)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=renew)
bc.SubmissionOutputs(stack, "FirstSearch", job_queue=queue, job_definition=search)

app.synth()
