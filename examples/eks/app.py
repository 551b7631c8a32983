"""An EKS cluster to which AWS Batch adds nodes for its jobs, Spot first."""

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk.lambda_layer_kubectl_v34 import KubectlV34Layer

app = App()
stack = Stack(app, "EksJobs")

network = bc.BatchNetwork(stack, "Network")
cluster = eks.Cluster(
    stack,
    "Cluster",
    vpc=network.vpc,
    version=eks.KubernetesVersion.V1_34,
    # For the cluster's own pods, such as its DNS server; AWS Batch launches the nodes of jobs.
    default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
    default_capacity=1,
    default_capacity_instance=ec2.InstanceType("t3.medium"),
    # The CDK needs kubectl to create the namespace.
    kubectl_provider_options=eks.KubectlProviderOptions(kubectl_layer=KubectlV34Layer(stack, "Kubectl")),
)
# Environments that share a namespace and a role also share their objects in the cluster.
namespace = bc.EksNamespace(stack, "Namespace", cluster=cluster, namespace="jobs")
nodes = bc.EksNodeRole(stack, "Nodes", cluster=cluster)
spot, on_demand = (
    bc.EksComputeEnvironment(
        stack,
        name,
        cluster=cluster,
        namespace=namespace,
        instance_role=nodes,
        instance_types=["c7i", "m7i", "c6i", "m6i"],
        spot=name == "Spot",
        max_vcpus=64,
    )
    for name in ("Spot", "OnDemand")
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[spot, on_demand])

# One container writes the data, the other sorts them. They share a directory, which is deleted with the pod.
shared = bc.EksEmptyDir(size_limit=Size.gibibytes(1))
sort = bc.EksJobDefinition(
    stack,
    "Sort",
    init_containers=[
        bc.EksContainer(
            name="make",
            image="public.ecr.aws/docker/library/busybox:1.37",
            command=["sh", "-c", "seq 1000000 | sort -R > /out/numbers"],
            vcpus=0.25,
            memory=Size.mebibytes(512),
            mounts={"/out": shared},
        )
    ],
    containers=[
        bc.EksContainer(
            name="sort",
            image="public.ecr.aws/docker/library/busybox:1.37",
            command=["sort", "-n", "/in/numbers"],
            vcpus=1,
            memory=Size.mebibytes(1_500),
            mounts={"/in": bc.EksMount(shared, read_only=True)},
            security_context=bc.EksSecurityContext(run_as_user=1_000, run_as_non_root=True),
        )
    ],
    # With its own address, a pod does not get the rights of its node.
    host_network=False,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.minutes(30),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=sort)

app.synth()
