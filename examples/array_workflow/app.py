"""The guide's array workflow: an index, two arrays of 10,000 children in N_TO_N order, ten jobs in sequence, a clean-up."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Size, Stack
from aws_cdk import aws_s3 as s3

# The index of a child selects its object, so both arrays have the same size.
OBJECTS = 10_000

app = App()
stack = Stack(app, "ArrayWorkflow")

network = bc.BatchNetwork(stack, "Network")
spot = bc.SpotComputeEnvironment(stack, "Spot", vpc=network.vpc, max_vcpus=512)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot])

objects = s3.Bucket(
    stack,
    "Objects",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)
job_role = bc.JobRole(stack, "JobRole")
objects.grant_read_write(job_role)
work = bc.Ec2JobDefinition(
    stack,
    "Work",
    image="public.ecr.aws/aws-cli/aws-cli:2.31.0",
    # AWS Batch sets AWS_BATCH_JOB_ARRAY_INDEX in each child; your script would read that line of the index file.
    command=["s3", "ls", "Ref::place"],
    parameters={"place": f"s3://{objects.bucket_name}/"},
    vcpus=1,
    memory=Size.mebibytes(512),
    job_role=job_role,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
)


def job(
    name: str,
    *depends_on: bc.JobDependency,
    array_size: int | None = None,
    parameters: dict[str, str] | None = None,
) -> bc.SubmitJobRequest:
    """Return a job of this workflow."""
    return bc.SubmitJobRequest(
        job_name=name,
        job_queue=queue.job_queue_arn,
        job_definition=work.job_definition_arn,
        array_size=array_size,
        depends_on=depends_on,
        parameters=parameters or {},
    )


after = bc.JobDependency
chain = bc.JobChain(
    jobs={
        # One job lists the objects in an index file.
        "A": job("list"),
        # Each child works on the object of its index…
        "B": job("work", after(job_id="A"), array_size=OBJECTS),
        # …and each child here on the result of the child with the same index, as soon as that is done.
        "C": job("check", after(job_id="B", type=bc.ArrayDependency.N_TO_N), array_size=OBJECTS),
        # Ten children, one after the other, when all of these are done.
        "D": job("merge", after(job_id="C"), after(type=bc.ArrayDependency.SEQUENTIAL), array_size=10),
        "E": job("clean-up", after(job_id="D"), parameters={"place": f"s3://{objects.bucket_name}/scratch/"}),
    }
)
workflow = bc.JobChainStateMachine(stack, "Workflow", chain=chain, wait=True)
bc.JobFailureAlerts(stack, "Alerts", job_queues=[queue], emails=["ops@example.com"])
start = f"aws stepfunctions start-execution --state-machine-arn {workflow.state_machine_arn}"
CfnOutput(stack, "StartWorkflow", value=start)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=work)

app.synth()
