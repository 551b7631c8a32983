"""Two nodes with eight H100 each, in a Capacity Block, with 32 Elastic Fabric Adapters per node."""

import batch_constructs as bc
from aws_cdk import App, CfnParameter, Size, Stack

app = App()
stack = Stack(app, "EfaTraining")

network = bc.BatchNetwork(stack, "Network", max_azs=1)
block = CfnParameter(stack, "CapacityBlock", description="cr-…, in the Availability Zone of the network")
nodes = bc.EfaComputeEnvironment(
    stack,
    "Nodes",
    vpc=network.vpc,
    instance_types=["p5.48xlarge"],
    max_vcpus=2 * 192,
    capacity_reservation=bc.CapacityReservation(reservation_id=block.value_as_string, capacity_block=True),
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[nodes])
nccl_test = bc.MultiNodeParallelJobDefinition(
    stack,
    "NcclTest",
    instance_type="p5.48xlarge",
    node_groups=[
        bc.NodeGroup(
            nodes=2,
            image="public.ecr.aws/hpc-cloud/nccl-tests:latest",
            command=["/opt/nccl-tests/build/all_reduce_perf", "-b", "8", "-e", "16G", "-f", "2", "-g", "8"],
            vcpus=192,
            memory=Size.tebibytes(1),
            gpus=8,
            efa_interfaces=32,
            shared_memory=Size.gibibytes(48),
        )
    ],
)
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=nccl_test)

app.synth()
