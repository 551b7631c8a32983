"""The guide's multi-node example: molecular dynamics (GROMACS) with MPI on two instances."""

from pathlib import Path

import batch_constructs as bc
from aws_cdk import App, Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2

app = App()
stack = Stack(app, "MnpMpi")

network = bc.BatchNetwork(stack, "Network", max_azs=1)
nodes = bc.Ec2ComputeEnvironment(
    stack,
    "Nodes",
    vpc=network.vpc,
    instance_types=["m7i.2xlarge"],
    max_vcpus=2 * 8,
    placement_group=ec2.PlacementGroup(stack, "Near", strategy=ec2.PlacementGroupStrategy.CLUSTER),
)
# MPI uses random ports.
nodes.connections.allow_internally(ec2.Port.all_tcp())
queue = bc.JobQueue(stack, "Queue", compute_environments=[nodes])
gromacs = bc.MultiNodeParallelJobDefinition(
    stack,
    "Gromacs",
    instance_type="m7i.2xlarge",
    node_groups=[
        bc.NodeGroup(
            nodes=2,
            image="public.ecr.aws/docker/library/ubuntu:24.04",
            command=["bash", "-c", Path(__file__).with_name("mpi_run.sh").read_text()],
            environment={"NETWORK": network.vpc.vpc_cidr_block},
            vcpus=8,
            memory=Size.mebibytes(24_000),
        )
    ],
    timeout=Duration.hours(2),
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=gromacs)

app.synth()
