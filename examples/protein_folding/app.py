"""Protein folding: databases on FSx for Lustre, search on Graviton, folding on GPUs, a chain of jobs per protein."""

import batch_constructs as bc
from aws_cdk import App, CfnOutput, Duration, Size, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_fsx as fsx
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

app = App()
stack = Stack(app, "ProteinFolding")

# One zone, like the file system: traffic between zones is charged by the gigabyte, and jobs read terabytes.
network = bc.BatchNetwork(stack, "Network", max_azs=1)
images = ecr.Repository(stack, "Images", image_scan_on_push=True)
bucket = s3.Bucket(
    stack,
    "Bucket",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
)

# The databases of AlphaFold need 2.6 TB; the downloaded files are also exported to the bucket.
databases = fsx.LustreFileSystem(
    stack,
    "Databases",
    vpc=network.vpc,
    vpc_subnet=network.vpc.private_subnets[0],
    storage_capacity_gib=4_800,
    file_system_type_version=fsx.FileSystemTypeVersion.V_2_15,
    lustre_configuration=fsx.LustreConfiguration(
        deployment_type=fsx.LustreDeploymentType.PERSISTENT_2,
        per_unit_storage_throughput=250,
        data_compression_type=fsx.LustreDataCompressionType.LZ4,
    ),
)
every_change = ["NEW", "CHANGED", "DELETED"]
Link = fsx.CfnDataRepositoryAssociation
Link(
    stack,
    "Copy",
    file_system_id=databases.file_system_id,
    file_system_path="/databases",
    data_repository_path=bucket.s3_url_for_object("databases"),
    batch_import_meta_data_on_create=True,
    s3=Link.S3Property(
        auto_import_policy=Link.AutoImportPolicyProperty(events=every_change),
        auto_export_policy=Link.AutoExportPolicyProperty(events=every_change),
    ),
)
instances = bc.BatchLaunchTemplate(
    stack,
    "Instances",
    mounts={"/fsx": bc.FsxLustreMount(file_system=databases)},
    root_volume_size=Size.gibibytes(200),
)

graviton = ["c7g", "m7g", "r7g", "c6g", "m6g", "r6g"]
search_spot = bc.SpotComputeEnvironment(
    stack, "SearchSpot", vpc=network.vpc, instance_types=graviton, launch_template=instances
)
search_on_demand = bc.Ec2ComputeEnvironment(
    stack, "SearchOnDemand", vpc=network.vpc, instance_types=graviton, max_vcpus=64, launch_template=instances
)
gpus = ["g6", "g5"]
fold_spot = bc.GpuComputeEnvironment(
    stack, "FoldSpot", vpc=network.vpc, instance_types=gpus, spot=True, launch_template=instances
)
fold_on_demand = bc.GpuComputeEnvironment(
    stack, "FoldOnDemand", vpc=network.vpc, instance_types=gpus, max_vcpus=64, launch_template=instances
)
limits = bc.JobStateTimeLimit.for_misconfigurations(Duration.minutes(30))
searches = bc.JobQueue(
    stack, "Searches", compute_environments=[search_spot, search_on_demand], job_state_time_limits=limits
)
# The download takes a day, so it runs on demand: a Spot reclaim would lose the day.
downloads = bc.JobQueue(
    stack, "Downloads", compute_environments=[search_on_demand], job_state_time_limits=limits
)
foldings = bc.JobQueue(
    stack, "Foldings", compute_environments=[fold_spot, fold_on_demand], job_state_time_limits=limits
)

results = f"s3://{bucket.bucket_name}/results"
reading = {"/databases": bc.Host("/fsx/databases", read_only=True)}
download = bc.Ec2JobDefinition(
    stack,
    "Download",
    image=ecs.ContainerImage.from_ecr_repository(images, "download"),
    command=["/download.sh", "/databases"],
    vcpus=4,
    memory=Size.mebibytes(15_000),
    mounts={"/databases": bc.Host("/fsx/databases")},
    retry_strategy=bc.RetryStrategy(attempts=2),
    timeout=Duration.hours(48),
)
search = bc.Ec2JobDefinition(
    stack,
    "Search",
    image=ecs.ContainerImage.from_ecr_repository(images, "jackhmmer"),
    command=["/search.sh", "Ref::fasta", "Ref::run"],
    environment={"RESULTS": results},
    vcpus=16,
    memory=Size.mebibytes(62_000),
    mounts=reading,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(12),
)
fold = bc.Ec2JobDefinition(
    stack,
    "Fold",
    image=ecs.ContainerImage.from_ecr_repository(images, "alphafold"),
    command=["/fold.sh", "Ref::fasta", "Ref::run"],
    # Long chains need more than the GPU's memory, so the memory of the instance is used as well.
    environment={
        "RESULTS": results,
        "TF_FORCE_UNIFIED_MEMORY": "1",
        "XLA_PYTHON_CLIENT_MEM_FRACTION": "4.0",
    },
    vcpus=8,
    memory=Size.mebibytes(30_000),
    gpus=1,
    mounts=reading,
    retry_strategy=bc.RetryStrategy.on_spot_reclaim(),
    timeout=Duration.hours(12),
)
for job in (search, fold):
    bucket.grant_read(job, "proteins/*")
    bucket.grant_read_write(job, "results/*")

# Start an execution with {"fasta": "s3://…/proteins/T1050.fasta"}; its name becomes the folder of the results.
parameters = {"fasta": sfn.JsonPath.string_at("$.fasta"), "run": sfn.JsonPath.execution_name}
chain = bc.JobChain(
    jobs={
        "search": bc.SubmitJobRequest(
            job_name="search",
            job_queue=searches.job_queue_arn,
            job_definition=search.job_definition_arn,
            parameters=parameters,
        ),
        "fold": bc.SubmitJobRequest(
            job_name="fold",
            job_queue=foldings.job_queue_arn,
            job_definition=fold.job_definition_arn,
            depends_on=[bc.JobDependency(job_id="search")],
            parameters=parameters,
        ),
    }
)
structure = bc.JobChainStateMachine(stack, "Structure", chain=chain, wait=True)

queues = [searches, downloads, foldings]
failures = bc.JobFailureAlerts(stack, "Failures", job_queues=queues, emails=["lab@example.com"])
bc.StuckJobAlerts(stack, "Stuck", job_queues=queues, topic=failures.topic)
protein = f'{{"fasta": "s3://{bucket.bucket_name}/proteins/T1050.fasta"}}'
machine = f"--state-machine-arn {structure.state_machine_arn}"
CfnOutput(
    stack, "Start", value=f"aws stepfunctions start-execution --name T1050 {machine} --input '{protein}'"
)
CfnOutput(stack, "ImagesUri", value=images.repository_uri)
bc.SubmissionOutputs(stack, "First", job_queue=downloads, job_definition=download)

app.synth()
