"""A construct of each kind and a request of each kind, with every argument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import batch_constructs as bc
from tests.job_definitions import test_container as containers
from tests.job_definitions import test_eks_judges as pods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import Stack


def templates() -> Iterator[dict[str, Any]]:
    """Return the templates of stacks with everything."""
    import aws_cdk as cdk
    from aws_cdk.assertions import Template

    # What each stack would do together is nobody's platform: the rules have no say here.
    for make in (environments, containers.everything, pods.everything, tasks, more_nodes, queues):
        stack = cdk.Stack(cdk.App(context={"batch-constructs:checks": False}), "Everything")
        make(stack)
        yield dict(Template.from_stack(stack).to_json())


def environments(stack: Stack) -> None:
    """Create an environment of each kind."""
    import aws_cdk as cdk
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_eks as eks

    vpc = bc.BatchNetwork(stack, "Network").vpc
    insights = bc.ContainerInsights.ENABLED
    template = bc.BatchLaunchTemplate(stack, "Template")
    cluster = eks.CfnCluster.from_cluster_arn(
        stack, "Cluster", "arn:aws:eks:eu-west-1:123456789012:cluster/c"
    )
    namespace = bc.EksNamespace(stack, "Namespace", cluster=cluster, namespace="jobs", apply=False)
    instances: dict[str, Any] = {
        "instance_types": ["c7i", "m7i"],
        "min_vcpus": 1,
        "scale_down_delay": cdk.Duration.hours(1),
        "launch_template": template,
        "launch_template_overrides": [
            bc.LaunchTemplateOverride(launch_template=template, target_instance_types=["m7i"])
        ],
        "placement_group": ec2.PlacementGroup(stack, "Near"),
        "key_pair": ec2.KeyPair.from_key_pair_name(stack, "Key", "mine"),
        "instance_tags": {"team": "genomics"},
        "update_policy": bc.UpdatePolicy(terminate_jobs_on_update=True, job_execution_timeout_minutes=30),
        "compute_environment_name": "every",
        "context": "reserved",
    }
    bc.Ec2ComputeEnvironment(
        stack,
        "Ec2",
        vpc=vpc,
        image_ids={bc.ImageType.ECS_AL2023: "ami-12345678"},
        container_insights=insights,
        service_role=bc.BatchServiceRole(stack, "Role"),
        **instances,
    )
    by_name = ec2.LaunchTemplate.from_launch_template_attributes(
        stack, "Named", launch_template_name="named", version_number="1"
    )
    bc.SpotComputeEnvironment(
        stack,
        "Spot",
        vpc=vpc,
        bid_percentage=80,
        update_to_latest_image_version=True,
        **{
            **instances,
            "launch_template": by_name,
            "launch_template_overrides": [
                bc.LaunchTemplateOverride(launch_template=by_name, target_instance_types=["m7i"])
            ],
        },
    )
    bc.EksComputeEnvironment(
        stack,
        "Eks",
        cluster=cluster,
        namespace=namespace,
        vpc=vpc,
        security_groups=[ec2.SecurityGroup(stack, "Group", vpc=vpc)],
        kubernetes_version="1.34",
        **_on_nodes(stack, instances),
    )
    bc.FargateComputeEnvironment(stack, "Fargate", vpc=vpc, container_insights=insights)
    bc.UnmanagedComputeEnvironment(stack, "Unmanaged", unmanaged_vcpus=8)
    bc.UnmanagedEksComputeEnvironment(stack, "UnmanagedEks", cluster=cluster, namespace=namespace)
    bc.ManagedInstancesComputeEnvironment(
        stack,
        "Managed",
        vpc=vpc,
        instance_types=["c7i"],
        capacity_option=bc.CapacityOption.RESERVED,
        reservation_group_arn="arn:aws:resource-groups:eu-west-1:123456789012:group/a",
        reservation_preference=bc.ReservationPreference.RESERVATIONS_FIRST,
        storage=cdk.Size.gibibytes(40),
        use_local_storage=True,
        scale_in_after=cdk.Duration.minutes(5),
        detailed_monitoring=True,
        fips_enabled=True,
        capacity_tags={"team": "genomics"},
        instance_metadata_tags=True,
    )


def _on_nodes(stack: Stack, instances: dict[str, Any]) -> dict[str, Any]:
    """Create environments whose launch templates name their image and how it joins."""
    from aws_cdk import aws_ec2 as ec2

    template = ec2.CfnLaunchTemplate(stack, "Nodes", launch_template_data={"imageId": "ami-12345678"})
    override = bc.LaunchTemplateOverride(launch_template=template, target_instance_types=["m7i"])
    return {
        **instances,
        "launch_template": template,
        "launch_template_overrides": [override],
        "userdata_type": bc.UserdataType.EKS_NODEADM,
    }


def tasks(stack: Stack) -> None:
    """Create definitions of several containers: on instances, on Fargate, on Managed Instances, on nodes."""
    import aws_cdk as cdk
    from aws_cdk import aws_batch as batch
    from aws_cdk import aws_efs as efs
    from aws_cdk import aws_secretsmanager as secretsmanager

    vpc = bc.BatchNetwork(stack, "Network").vpc
    system = efs.FileSystem(stack, "FileSystem", vpc=vpc)
    point = system.add_access_point("AccessPoint", path="/a")
    secret = secretsmanager.Secret(stack, "Secret")
    files = "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"
    licence = bc.ConsumableResource(stack, "Licence", total_quantity=5)
    amounts: dict[str, Any] = {"image": "busybox", "vcpus": 1, "memory": cdk.Size.mebibytes(512)}
    common: dict[str, Any] = {
        **amounts,
        "repository_credentials": secret,
        "command": ["run"],
        "environment": {"MODE": "fast"},
        "secrets": {"PASSWORD": batch.Secret.from_secrets_manager(secret)},
        "user": "nobody",
        "readonly_root_filesystem": True,
    }
    mounts: dict[str, Any] = {
        "/data": bc.Efs(system, access_point=point, transit_encryption_port=2_999),
        "/more": bc.Efs(system, root_directory="/a", read_only=True),
        "/models": bc.S3Files(files, root_directory="/a", transit_encryption_port=2_998),
        "/weights": bc.S3Files(files, access_point=f"{files}/access-point/fsap-0123456789abcdef0"),
    }
    linux = bc.LinuxParameters(
        init_process_enabled=True,
        shared_memory_size=cdk.Size.gibibytes(1),
        tmpfs=[bc.Tmpfs("/run", size=cdk.Size.mebibytes(64), mount_options=["noexec"])],
        devices=[bc.Device("/dev/fuse", container_path="/dev/x")],
        max_swap=cdk.Size.mebibytes(0),
        swappiness=10,
    )
    minute = cdk.Duration.minutes(1)
    first = bc.TaskContainer(
        name="first", **amounts, essential=False, logging=cdk.aws_ecs.LogDrivers.firelens()
    )
    router = bc.TaskContainer(name="router", **amounts, firelens=bc.FireLens(enable_ecs_log_metadata=True))
    last = bc.TaskContainer(
        name="last",
        **common,
        depends_on={"first": bc.DependencyCondition.SUCCESS},
        start_timeout=minute,
        stop_timeout=minute,
        mounts={**mounts, "/host": bc.Host("/scratch")},
        linux_parameters=linux,
        ulimits=[bc.Ulimit(bc.UlimitName.NOFILE, soft_limit=1)],
        privileged=True,
        logging=cdk.aws_ecs.LogDrivers.splunk(
            url="https://splunk.example.com", secret_token=cdk.aws_ecs.Secret.from_secrets_manager(secret)
        ),
    )
    together: dict[str, Any] = {"pid_mode": bc.PidMode.HOST, "ipc_mode": bc.IpcMode.TASK}
    of_all: dict[str, Any] = {"enable_execute_command": False, "propagate_tags": True}
    bc.MultiContainerJobDefinition(
        stack, "Instances", containers=[first, router, last], consumes={licence: 1}, **together, **of_all
    )
    bc.MultiContainerJobDefinition(
        stack,
        "Fargate",
        containers=[bc.TaskContainer(name="main", **amounts)],
        fargate=bc.FargateTask(
            architecture=bc.Architecture.ARM64,
            operating_system_family=bc.OperatingSystemFamily.LINUX,
            assign_public_ip=True,
            ephemeral_storage=cdk.Size.gibibytes(21),
            platform_version="LATEST",
        ),
    )
    bc.ManagedInstancesJobDefinition(
        stack,
        "Managed",
        containers=[bc.TaskContainer(name="main", **amounts)],
        architecture=bc.Architecture.ARM64,
    )
    bc.EcsMultiNodeParallelJobDefinition(
        stack,
        "Nodes",
        node_groups=[
            bc.EcsNodeGroup(nodes=2, containers=[first, router, last], consumes={licence: 1}, **together)
        ],
        instance_type="c7i.4xlarge",
        **of_all,
    )


def more_nodes(stack: Stack) -> None:
    """Create nodes with further members: all mounts, secrets of logs."""
    import aws_cdk as cdk
    from aws_cdk import aws_ecs as ecs
    from aws_cdk import aws_efs as efs
    from aws_cdk import aws_secretsmanager as secretsmanager

    secret = ecs.Secret.from_secrets_manager(secretsmanager.Secret(stack, "Secret"))
    system = efs.FileSystem(stack, "FileSystem", vpc=bc.BatchNetwork(stack, "Network").vpc)
    files = "arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0"
    nodes = bc.NodeGroup(
        nodes=2,
        image="busybox",
        vcpus=1,
        memory=cdk.Size.mebibytes(512),
        mounts={
            "/data": bc.Efs(system, root_directory="/a"),
            "/models": bc.S3Files(files, root_directory="/a", transit_encryption_port=2_998),
            "/weights": bc.S3Files(files, access_point=f"{files}/access-point/fsap-0123456789abcdef0"),
        },
    )
    bc.MultiNodeParallelJobDefinition(
        stack,
        "MultiNode",
        node_groups=[nodes],
        logging=ecs.LogDrivers.splunk(url="https://splunk.example.com", secret_token=secret),
    )
    scratch = bc.EksEmptyDir(size_limit=cdk.Size.gibibytes(2))
    main, first = (
        bc.EksContainer(
            name=name,
            image="busybox",
            vcpus=1,
            memory=cdk.Size.mebibytes(64),
            command=["run"],
            args=["x"],
            environment={"MODE": "fast"},
            image_pull_policy=bc.ImagePullPolicy.ALWAYS,
            mounts={"/scratch": bc.EksMount(scratch, sub_path="in", read_only=True)},
            security_context=bc.EksSecurityContext(
                run_as_user=1_000,
                run_as_group=1_000,
                run_as_non_root=True,
                privileged=False,
                allow_privilege_escalation=False,
                read_only_root_filesystem=True,
            ),
        )
        for name in ("main", "first")
    )
    bc.EksJobDefinition(stack, "Pod", containers=[main], init_containers=[first])
    group = bc.EksNodeGroup(nodes=2, pod=bc.EksPod(containers=[main], init_containers=[first]))
    bc.EksMultiNodeParallelJobDefinition(stack, "Pods", node_groups=[group])


def queues(stack: Stack) -> None:
    """Create queues, policies, shares, service environments."""
    import aws_cdk as cdk

    share = bc.Share(identifier="a", weight_factor=0.5)
    policy = bc.FairSharePolicy(
        stack,
        "Policy",
        shares=[share],
        share_decay=cdk.Duration.hours(1),
        compute_reservation=10,
        scheduling_policy_name="policy",
    )
    vpc = bc.BatchNetwork(stack, "Network").vpc
    limit = bc.JobStateTimeLimit.for_insufficient_capacity(cdk.Duration.hours(1))
    queue = bc.JobQueue(
        stack,
        "Queue",
        compute_environments=[bc.FargateComputeEnvironment(stack, "Fargate", vpc=vpc)],
        scheduling_policy=policy,
        job_state_time_limits=[limit],
        job_queue_name="queue",
    )
    limits = [bc.CapacityLimit(capacity_unit="ml.g5.xlarge", max_capacity=4)]
    service = bc.ServiceEnvironment(
        stack, "Service", capacity_limits=limits, service_environment_name="service"
    )
    training = bc.SageMakerJobQueue(
        stack,
        "Training",
        service_environment=service,
        scheduling_policy=bc.QuotaSharePolicy(stack, "Quotas", scheduling_policy_name="quotas"),
        job_queue_name="training",
    )
    bc.QuotaShare(
        stack,
        "Share",
        job_queue=training,
        quota_share_name="share",
        capacity_limits=limits,
        resource_sharing=bc.ResourceSharing.LEND_AND_BORROW,
        borrow_limit=10,
    )
    bc.ConsumableResource(stack, "Licence", total_quantity=5, consumable_resource_name="licence")
    for each in (policy, queue, service, training):
        cdk.Tags.of(each).add("team", "genomics")
    cdk.Tags.of(stack).add("team", "genomics")


def requests() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the requests of SubmitJob and SubmitServiceJob with every member."""
    ours: dict[str, Any] = {
        "command": ["run"],
        "environment": {"A": "b"},
        "vcpus": 1,
        "memory_mib": 64,
        "gpus": 1,
    }
    main, first = (
        bc.EksContainerOverrides(name=name, image="b", args=["c"], vcpus_limit=2, **ours)
        for name in ("main", "first")
    )
    pods_ = bc.EksPodOverrides(
        containers=[main], init_containers=[first], namespace="n", labels={"a": "b"}, annotations={"a": "b"}
    )
    kinds: list[dict[str, Any]] = [
        {"container_overrides": bc.ContainerOverrides(**ours)},
        {"ecs_properties_override": [bc.TaskContainerOverrides(name="a", **ours)]},
        {"eks_properties_override": pods_},
    ]
    of_nodes = [
        bc.NodePropertyOverride(
            target_nodes="0:",
            consumes={"licence": 1},
            instance_type=None if "eks_properties_override" in kind else "c7i.large",
            **kind,
        )
        for kind in kinds
    ]
    jobs = [
        bc.SubmitJobRequest(
            job_name="job",
            job_queue="queue",
            job_definition="definition",
            array_size=2,
            depends_on=[bc.JobDependency(job_id="1", type=bc.ArrayDependency.N_TO_N)],
            parameters={"a": "b"},
            consumes={"licence": 1},
            retry_strategy=bc.RetryStrategy(
                attempts=2,
                evaluate_on_exit=[
                    bc.RetryRule(
                        action=bc.RetryAction.RETRY, on_exit_code="1", on_reason="a", on_status_reason="b"
                    )
                ],
            ),
            timeout_seconds=60,
            share_identifier="share",
            scheduling_priority_override=1,
            propagate_tags=None if "eks_properties_override" in kind else True,
            tags={"a": "b"},
            **kind,
        ).to_boto3()
        for kind in kinds
    ]
    nodes = bc.NodeOverrides(num_nodes=2, node_property_overrides=of_nodes)
    jobs.append(
        bc.SubmitJobRequest(
            job_name="job", job_queue="queue", job_definition="definition", node_overrides=nodes
        ).to_boto3()
    )
    rule = bc.ServiceJobRetryRule(action=bc.RetryAction.RETRY, on_status_reason="a*")
    shared: tuple[dict[str, Any], ...] = (
        {"share_identifier": "share"},
        {"quota_share_name": "share", "preemption_retries": 1},
    )
    service = [
        bc.ServiceJobRequest(
            job_name="job",
            job_queue="queue",
            training_job={
                "TrainingJobName": "a",
                "RoleArn": "role",
                "OutputDataConfig": {"S3OutputPath": "s3://a"},
            },
            attempts=2,
            evaluate_on_exit=[rule],
            timeout_seconds=60,
            scheduling_priority=1,
            tags={"a": "b"},
            **share,
        ).to_boto3()
        for share in shared
    ]
    return jobs, service
