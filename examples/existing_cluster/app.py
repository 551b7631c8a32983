"""Nightly jobs on nodes that AWS Batch adds to an existing EKS cluster."""

import batch_constructs as bc
from aws_cdk import App, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_s3 as s3

IMAGE = "public.ecr.aws/aws-cli/aws-cli:2.31.0"
# These three values of an existing cluster are enough: put in yours.
CLUSTER_ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/research"
CLUSTER_SECURITY_GROUP, VPC = "sg-0123456789abcdef0", "vpc-0123456789abcdef0"

app = App()
stack = Stack(app, "ExistingCluster")

cluster = eks.CfnCluster.from_cluster_arn(stack, "Cluster", CLUSTER_ARN)
group = ec2.SecurityGroup.from_security_group_id(stack, "ClusterGroup", CLUSTER_SECURITY_GROUP)
vpc = ec2.Vpc.from_vpc_attributes(
    stack,
    "Vpc",
    vpc_id=VPC,
    availability_zones=["eu-west-1a", "eu-west-1b"],
    private_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
)

# The CDK has no kubectl for this cluster, so you create the namespace once before the first deploy: see the README.
namespace = bc.EksNamespace(stack, "Namespace", cluster=cluster, namespace="jobs", apply=False)
environment = bc.EksComputeEnvironment(
    stack,
    "Nodes",
    cluster=cluster,
    namespace=namespace,
    instance_role=bc.EksNodeRole(stack, "NodeRole", cluster=cluster),
    vpc=vpc,
    security_groups=[group],
    spot=True,
    instance_types=["c7i", "m7i"],
    launch_template=bc.BatchLaunchTemplate(
        stack,
        "Template",
        user_data=[bc.EksNodeConfig(max_pods=30, kubelet_flags=["--node-labels=team=night"])],
    ),
    access_entry=bc.AccessEntryState.ENABLED,
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[environment])

# The rights of pods on AWS are those of their service account.
account = bc.EksServiceAccount(stack, "Reader", namespace=namespace, service_account_name="reader")
data = s3.Bucket(stack, "Data", enforce_ssl=True, block_public_access=s3.BlockPublicAccess.BLOCK_ALL)
data.grant_read(account)
listing = bc.EksJobDefinition(
    stack,
    "List",
    service_account_name=account.service_account_name,
    containers=[
        bc.EksContainer(name="list", image=IMAGE, args=["s3", "ls"], vcpus=0.5, memory=Size.mebibytes(512))
    ],
    # With its own address, a pod does not get the rights of its node.
    host_network=False,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
)
bc.ScheduledJob(
    stack,
    "Nightly",
    schedule="cron(0 3 * * ? *)",
    job_queue=queue,
    job_definition=listing,
    # At night it lists everything, for which it needs more memory.
    eks_properties_override=bc.EksPodOverrides(
        containers=[bc.EksContainerOverrides(name="list", args=["s3", "ls", "--recursive"], memory_mib=1_024)]
    ),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=listing)

app.synth()
