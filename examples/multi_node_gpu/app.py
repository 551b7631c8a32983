"""Training on three nodes with four GPUs each, with data on FSx for Lustre and without internet access."""

from pathlib import Path

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_fsx as fsx
from aws_cdk import aws_s3 as s3

INSTANCE_TYPE, NODES, VCPUS, GPUS = "g5.12xlarge", 3, 48, 4

app = App()
stack = Stack(app, "MultiNodeGpu")

network = bc.BatchNetwork(stack, "Network", max_azs=1, isolated=True, endpoints_for=[bc.EnvironmentKind.EC2])
images = ecr.Repository(stack, "Images", image_scan_on_push=True)
bucket = s3.Bucket(
    stack,
    "Data",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)

lustre = fsx.LustreFileSystem(
    stack,
    "Lustre",
    vpc=network.vpc,
    vpc_subnet=network.vpc.isolated_subnets[0],
    storage_capacity_gib=1_200,
    file_system_type_version=fsx.FileSystemTypeVersion.V_2_15,
    lustre_configuration=fsx.LustreConfiguration(deployment_type=fsx.LustreDeploymentType.SCRATCH_2),
)
every_change = ["NEW", "CHANGED", "DELETED"]
Link = fsx.CfnDataRepositoryAssociation
Link(
    stack,
    "Scratch",
    file_system_id=lustre.file_system_id,
    file_system_path="/scratch",
    data_repository_path=bucket.s3_url_for_object(),
    s3=Link.S3Property(
        auto_import_policy=Link.AutoImportPolicyProperty(events=every_change),
        auto_export_policy=Link.AutoExportPolicyProperty(events=every_change),
    ),
)

nodes = bc.EfaComputeEnvironment(
    stack,
    "Nodes",
    vpc=network.vpc,
    instance_types=[INSTANCE_TYPE],
    max_vcpus=NODES * VCPUS,
    mounts={"/fsx": bc.FsxLustreMount(file_system=lustre)},
)
queue = bc.JobQueue(stack, "Queue", compute_environments=[nodes])
train = bc.MultiNodeParallelJobDefinition(
    stack,
    "Train",
    instance_type=INSTANCE_TYPE,
    node_groups=[
        bc.NodeGroup(
            nodes=NODES,
            image=ecs.ContainerImage.from_ecr_repository(images, "latest"),
            command=["bash", "-c", Path(__file__).with_name("train.sh").read_text(), "train", "Ref::program"],
            environment={"GPUS": str(GPUS)},
            vcpus=VCPUS,
            memory=Size.gibibytes(160),
            gpus=GPUS,
            efa_interfaces=1,
            shared_memory=Size.gibibytes(16),
            mounts={"/fsx": bc.Host("/fsx")},
        )
    ],
    parameters={"program": "/fsx/scratch/main.py"},
    timeout=Duration.hours(12),
)
CfnOutput(stack, "ImagesUri", value=images.repository_uri)
CfnOutput(stack, "Upload", value=f"aws s3 cp main.py {bucket.s3_url_for_object('main.py')}")
bc.SubmissionOutputs(stack, "First", job_queue=queue, job_definition=train)

app.synth()
