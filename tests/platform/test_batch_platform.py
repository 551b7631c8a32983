"""A platform in one construct: its defaults, its options, and its parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import batch_constructs as bc

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack
    from aws_cdk import aws_ec2 as ec2

    Resources = dict[str, dict[str, Any]]
    Synth = Callable[[], Resources]

EMAIL = "ops@example.com"
ENVIRONMENT_ARN = "arn:aws:batch:eu-west-1:123456789012:compute-environment/mine"


def of_type(resources: Resources, kind: str) -> dict[str, dict[str, Any]]:
    return {name: each.get("Properties", {}) for name, each in resources.items() if each["Type"] == kind}


def environments(resources: Resources) -> dict[str, dict[str, Any]]:
    return of_type(resources, "AWS::Batch::ComputeEnvironment")


def order(stack: Stack, resources: Resources, queue: bc.JobQueue) -> list[str]:
    """Return the logical ids of a queue's environments, in order."""
    entries = resources[stack.get_logical_id(queue.cfn)]["Properties"]["ComputeEnvironmentOrder"]
    return [
        each["ComputeEnvironment"]["Fn::GetAtt"][0]
        for each in sorted(entries, key=lambda each: each["Order"])
    ]


def test_one_line_gives_spot_with_on_demand_behind_it(stack: Stack, synth: Synth) -> None:
    """By default one queue tries Spot first, then on demand, and nothing runs while it is idle."""
    platform = bc.BatchPlatform(stack, "Platform", emails=[EMAIL])
    assert platform.spot is not None
    assert platform.on_demand is not None
    resources = synth()
    assert order(stack, resources, platform.queue) == [
        stack.get_logical_id(platform.spot.cfn),
        stack.get_logical_id(platform.on_demand.cfn),
    ]
    sizes = [each["ComputeResources"] for each in environments(resources).values()]
    assert [(each["Type"], each["MinvCpus"], each["MaxvCpus"]) for each in sizes] == [
        ("SPOT", 0, 256),
        ("EC2", 0, 64),
    ]


def test_the_network_is_one_that_a_reviewer_signs(stack: Stack, synth: Synth) -> None:
    """Jobs run in private subnets; traffic is logged for a month; S3 needs no NAT."""
    platform = bc.BatchPlatform(stack, "Platform", emails=[EMAIL])
    assert platform.network is not None
    assert platform.network.vpc is platform.vpc
    resources = synth()
    subnets = of_type(resources, "AWS::EC2::Subnet")
    used = {
        each["Ref"] for env in environments(resources).values() for each in env["ComputeResources"]["Subnets"]
    }
    assert used
    assert {subnets[name]["MapPublicIpOnLaunch"] for name in used} == {False}
    log_groups = of_type(resources, "AWS::Logs::LogGroup").values()
    # Of the flow logs, and of the job to try it with.
    assert [each["RetentionInDays"] for each in log_groups] == [30, 30]
    assert len(of_type(resources, "AWS::EC2::FlowLog")) == 1
    [endpoint] = of_type(resources, "AWS::EC2::VPCEndpoint").values()
    assert endpoint.get("VpcEndpointType", "Gateway") == "Gateway"
    assert len(endpoint["RouteTableIds"]) == 4


def test_no_security_group_lets_anybody_in(stack: Stack, synth: Synth) -> None:
    """All instances and tasks share one group without inbound rules."""
    bc.BatchPlatform(stack, "Platform", pools=[bc.CpuPool(), bc.FargatePool()])
    resources = synth()
    [(name, group)] = of_type(resources, "AWS::EC2::SecurityGroup").items()
    assert "SecurityGroupIngress" not in group
    assert not of_type(resources, "AWS::EC2::SecurityGroupIngress")
    for each in environments(resources).values():
        assert each["ComputeResources"]["SecurityGroupIds"] == [{"Fn::GetAtt": [name, "GroupId"]}]


def test_the_first_queue_is_the_most_urgent(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Priorities fall in the order of the list, and all queues of a pool share its environments."""
    platform = bc.BatchPlatform(
        stack, "Platform", vpc=vpc, pools=[bc.CpuPool(queues=["urgent", "daily", "whenever"])]
    )
    resources = synth()
    assert list(platform.queues) == ["urgent", "daily", "whenever"]
    assert platform.queue is platform.queues["urgent"] is platform.pools["cpu"].queue
    priorities = [
        resources[stack.get_logical_id(each.cfn)]["Properties"]["Priority"]
        for each in platform.queues.values()
    ]
    assert priorities == sorted(priorities, reverse=True)
    assert len(set(priorities)) == 3
    orders = [order(stack, resources, each) for each in platform.queues.values()]
    assert orders[0] == orders[1] == orders[2]


def test_a_queue_without_spot_is_on_demand_only(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Jobs that must not be interrupted use only the on-demand environment."""
    pool = bc.CpuPool(queues=[bc.PlatformQueue(name="urgent", spot=False), "daily"])
    platform = bc.BatchPlatform(stack, "Platform", vpc=vpc, pools=[pool])
    assert platform.on_demand is not None
    resources = synth()
    on_demand = stack.get_logical_id(platform.on_demand.cfn)
    assert order(stack, resources, platform.queues["urgent"]) == [on_demand]
    assert order(stack, resources, platform.queues["daily"])[1] == on_demand


def test_shares_are_there_from_the_start(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Pain 28 (user guide, job_queue_parameters.md): a queue must get its policy when it is created."""
    from aws_cdk import Duration

    fair = bc.PlatformQueue(
        name="research",
        shares=[bc.Share(identifier="genomics"), bc.Share(identifier="physics", weight_factor=0.5)],
        share_decay=Duration.hours(6),
        compute_reservation=10,
    )
    platform = bc.BatchPlatform(
        stack,
        "Platform",
        vpc=vpc,
        pools=[bc.CpuPool(queues=[fair, bc.PlatformQueue(name="equal", shares=()), "fifo"])],
    )
    resources = synth()
    policies = of_type(resources, "AWS::Batch::SchedulingPolicy")
    assert [each["FairsharePolicy"] for each in policies.values()] == [
        {
            "ComputeReservation": 10,
            "ShareDecaySeconds": 21600,
            "ShareDistribution": [
                {"ShareIdentifier": "genomics", "WeightFactor": 1},
                {"ShareIdentifier": "physics", "WeightFactor": 0.5},
            ],
        },
        {},
    ]
    written = {
        name: resources[stack.get_logical_id(each.cfn)]["Properties"].get("SchedulingPolicyArn")
        for name, each in platform.queues.items()
    }
    assert [written["research"], written["equal"]] == [{"Fn::GetAtt": [name, "Arn"]} for name in policies]
    assert written["fifo"] is None


def test_jobs_that_can_never_run_are_cancelled_after_an_hour(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """Pain 8 (metaflow#110): by default no job blocks a queue for ever."""
    from aws_cdk import Duration

    limits = [bc.JobStateTimeLimit.for_insufficient_capacity(Duration.hours(2))]
    plans: list[Any] = [
        "plain",
        bc.PlatformQueue(name="none", job_state_time_limits=()),
        bc.PlatformQueue(name="own", job_state_time_limits=limits),
    ]
    bc.BatchPlatform(stack, "Platform", vpc=vpc, pools=[bc.CpuPool(queues=plans)])
    found = [
        [(action["Reason"], action["MaxTimeSeconds"]) for action in queue.get("JobStateTimeLimitActions", ())]
        for queue in of_type(synth(), "AWS::Batch::JobQueue").values()
    ]
    assert len(found[0]) == 3
    assert {seconds for _, seconds in found[0]} == {3600}
    assert found[1:] == [[], [("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", 7200)]]


def test_arm_gpus_and_fargate_have_queues_of_their_own(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """A queue has one architecture and one kind of capacity, and the name of its pool."""
    platform = bc.BatchPlatform(
        stack,
        "Platform",
        vpc=vpc,
        pools=[
            bc.CpuPool(),
            bc.CpuPool(name="arm", instance_types=["default_arm64"], on_demand_max_vcpus=0),
            bc.GpuPool(instance_types=["g6"], spot_max_vcpus=0),
            bc.FargatePool(spot_max_vcpus=32),
        ],
    )
    assert list(platform.queues) == ["cpu", "arm", "gpu", "fargate"]
    resources = synth()
    kinds = {
        name: [
            environments(resources)[each]["ComputeResources"]["Type"]
            for each in order(stack, resources, queue)
        ]
        for name, queue in platform.queues.items()
    }
    assert kinds == {
        "cpu": ["SPOT", "EC2"],
        "arm": ["SPOT"],
        "gpu": ["EC2"],
        "fargate": ["FARGATE_SPOT", "FARGATE"],
    }
    assert platform.pools["arm"].on_demand is None
    assert platform.pools["gpu"].spot is None
    assert platform.pools["fargate"].launch_template is None
    gpu = platform.pools["gpu"].on_demand
    assert gpu is not None
    images = resources[stack.get_logical_id(gpu.cfn)]["Properties"]["ComputeResources"]["Ec2Configuration"]
    assert images == [{"ImageType": "ECS_AL2023_NVIDIA"}]


def test_the_environments_of_a_pool_share_one_template_and_all_one_role(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """A change of the template affects Spot and on demand alike; rights are given in one place."""
    pools: list[Any] = [bc.CpuPool(), bc.GpuPool(instance_types=["g6"])]
    platform = bc.BatchPlatform(stack, "Platform", vpc=vpc, pools=pools)
    resources = synth()
    assert len(of_type(resources, "AWS::EC2::LaunchTemplate")) == 2
    assert len(of_type(resources, "AWS::IAM::InstanceProfile")) == 1
    templates = [
        each["ComputeResources"]["LaunchTemplate"]["LaunchTemplateId"]["Ref"]
        for each in environments(resources).values()
    ]
    assert templates[0] == templates[1] != templates[2] == templates[3]
    assert platform.instance_role is not None


def test_disks_and_templates_of_ones_own(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """A pool accepts storage, or a launch template for anything else."""
    from aws_cdk import Size

    template = bc.BatchLaunchTemplate(stack, "Mine")
    scratch = bc.Storage(scratch=bc.ScratchVolume(size=Size.gibibytes(500)))
    platform = bc.BatchPlatform(
        stack,
        "Platform",
        vpc=vpc,
        pools=[bc.CpuPool(storage=scratch), bc.CpuPool(name="mine", launch_template=template)],
    )
    assert platform.pools["mine"].launch_template is template
    disks = [
        [disk["Ebs"]["VolumeSize"] for disk in each["LaunchTemplateData"]["BlockDeviceMappings"]]
        for each in of_type(synth(), "AWS::EC2::LaunchTemplate").values()
    ]
    assert sorted(disks) == [[100], [100, 500]]


def test_parts_of_ones_own_take_the_place_of_its_own(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Given network, security group, role, topic and environments replace those of the platform."""
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_sns as sns

    role = bc.EcsInstanceRole(stack, "Role")
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    topic = sns.Topic(stack, "Topic")
    mine = bc.ImportedComputeEnvironment(stack, "Mine", compute_environment_arn=ENVIRONMENT_ARN)
    platform = bc.BatchPlatform(
        stack,
        "Platform",
        vpc=vpc,
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        pools=[bc.CpuPool(), bc.OwnPool(name="mine", compute_environments=[mine], queues=["theirs"])],
        security_groups=[group],
        instance_role=role,
        topic=topic,
    )
    resources = synth()
    assert platform.network is None
    assert platform.vpc is vpc
    assert platform.instance_role is role
    assert platform.security_groups == [group]
    assert platform.pools["mine"].compute_environments == [mine]
    assert platform.alerts is not None
    assert platform.alerts.topic is topic
    assert platform.compute_environments == [platform.spot, platform.on_demand, mine]
    for kind in ("VPC", "FlowLog"):
        assert not of_type(resources, f"AWS::EC2::{kind}")
    assert len(of_type(resources, "AWS::EC2::SecurityGroup")) == 1
    assert len(of_type(resources, "AWS::IAM::InstanceProfile")) == 1
    assert len(of_type(resources, "AWS::SNS::Topic")) == 1
    for each in environments(resources).values():
        assert each["ComputeResources"]["Subnets"] == ["subnet-3", "subnet-4"]
    queue = resources[stack.get_logical_id(platform.queues["theirs"].cfn)]["Properties"]
    assert queue["ComputeEnvironmentOrder"] == [{"ComputeEnvironment": ENVIRONMENT_ARN, "Order": 1}]


def test_environments_of_ones_own_need_no_role_and_no_group(stack: Stack, synth: Synth) -> None:
    """A platform creates nothing that is unused."""
    mine = bc.ImportedComputeEnvironment(stack, "Mine", compute_environment_arn=ENVIRONMENT_ARN)
    pools = [bc.OwnPool(name="mine", compute_environments=[mine])]
    platform = bc.BatchPlatform(stack, "Platform", pools=pools, alerts=False)
    resources = synth()
    assert platform.instance_role is None
    assert not of_type(resources, "AWS::EC2::SecurityGroup")
    assert not of_type(resources, "AWS::IAM::InstanceProfile")


def test_a_platform_opens_what_its_jobs_reach(stack: Stack, synth: Synth) -> None:
    """It is connectable, so that a file system can allow all its instances and tasks."""
    from aws_cdk import aws_efs as efs

    platform = bc.BatchPlatform(stack, "Platform", alerts=False)
    files = efs.FileSystem(stack, "Files", vpc=platform.vpc)
    files.connections.allow_default_port_from(platform)
    [rule] = of_type(synth(), "AWS::EC2::SecurityGroupIngress").values()
    [group] = platform.security_groups
    assert rule["SourceSecurityGroupId"] == stack.resolve(group.security_group_id)
    assert rule["FromPort"] == 2049


def test_a_job_of_a_platform_can_run(stack: Stack) -> None:
    """The rules over the template find nothing."""
    from aws_cdk import Size

    from batch_constructs.testing import assert_can_run, assert_no_findings

    pools: list[Any] = [bc.CpuPool(), bc.GpuPool(instance_types=["g6"]), bc.FargatePool()]
    platform = bc.BatchPlatform(stack, "Platform", pools=pools, emails=[EMAIL])
    image = "public.ecr.aws/docker/library/busybox:1.37"
    job = bc.Ec2JobDefinition(stack, "Job", image=image, vcpus=4, memory=Size.gibibytes(7))
    gpu = bc.Ec2JobDefinition(stack, "GpuJob", image=image, vcpus=4, memory=Size.gibibytes(12), gpus=1)
    small = bc.FargateJobDefinition(stack, "Small", image=image, vcpus=1, memory=Size.gibibytes(2))
    assert_no_findings(stack)
    assert_can_run(job, platform.queue)
    assert_can_run(gpu, platform.queues["gpu"])
    assert_can_run(small, platform.queues["fargate"])


def test_a_platform_without_alerts_has_none(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Alerts can be turned off."""
    platform = bc.BatchPlatform(stack, "Platform", vpc=vpc, alerts=False, dashboard=False)
    assert platform.alerts is None
    assert platform.dashboard is None
    assert not of_type(synth(), "AWS::Events::Rule")


def test_what_is_seen_by_default_costs_nothing(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """One page of free metrics, in the order of the queues; no function, no alarm."""
    platform = bc.BatchPlatform(stack, "Platform", vpc=vpc, pools=[bc.CpuPool(queues=["urgent", "daily"])])
    assert platform.dashboard is not None
    assert (platform.metrics, platform.alarms) == (None, None)
    resources = synth()
    [dashboard] = of_type(resources, "AWS::CloudWatch::Dashboard").values()
    body = str(dashboard["DashboardBody"])
    assert 0 < body.index("urgent") < body.index("daily")
    assert "BatchConstructs" not in body
    assert not of_type(resources, "AWS::Lambda::Function")
    assert not of_type(resources, "AWS::CloudWatch::Alarm")


def test_a_platform_shows_more_when_it_counts_more(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """With its own metrics, sizes of environments are shown and alarm; all use the same topic."""
    platform = bc.BatchPlatform(stack, "Platform", vpc=vpc, detailed_metrics=True, alarms=True)
    assert platform.metrics is not None
    assert platform.alarms is not None
    assert platform.alerts is not None
    resources = synth()
    assert len(of_type(resources, "AWS::Lambda::Function")) == 1
    [dashboard] = of_type(resources, "AWS::CloudWatch::Dashboard").values()
    assert "BatchConstructs" in str(dashboard["DashboardBody"])
    alarms = list(of_type(resources, "AWS::CloudWatch::Alarm").values())
    topic = stack.resolve(platform.alerts.topic.topic_arn)
    assert all(alarm["AlarmActions"] == [topic] for alarm in alarms)
    assert len(alarms) == 4  # one queue waits, two environments are full, an event was not counted


def test_without_alerts_alarms_tell_of_failures(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Without alerts, an alarm reports failures."""
    quiet = bc.BatchPlatform(
        stack, "Quiet", vpc=vpc, alerts=False, alarms=True, dashboard=False, pools=[bc.CpuPool()]
    )
    assert quiet.dashboard is None
    resources = synth()
    assert len(of_type(resources, "AWS::CloudWatch::Alarm")) == 2
    assert not of_type(resources, "AWS::SNS::Topic")


def test_without_alerts_alarms_and_budget_tell_the_same_topic(
    stack: Stack, vpc: ec2.IVpc, synth: Synth
) -> None:
    """An email address gets everything once."""
    platform = bc.BatchPlatform(
        stack,
        "Platform",
        vpc=vpc,
        alerts=False,
        alarms=True,
        emails=["ops@example.com"],
        monthly_budget=2000,
        pools=[bc.CpuPool()],
    )
    assert platform.alarms is not None
    assert platform.alarms.topic is not None
    topic = stack.resolve(platform.alarms.topic.topic_arn)
    resources = synth()
    assert len(of_type(resources, "AWS::SNS::Topic")) == 1
    [mail] = of_type(resources, "AWS::SNS::Subscription").values()
    assert mail["Endpoint"] == "ops@example.com"
    alarms = of_type(resources, "AWS::CloudWatch::Alarm").values()
    assert len(alarms) == 2
    assert all(alarm["AlarmActions"] == [topic] for alarm in alarms)
    [budget] = of_type(resources, "AWS::Budgets::Budget").values()
    told = [each for note in budget["NotificationsWithSubscribers"] for each in note["Subscribers"]]
    assert all(each == {"Address": topic, "SubscriptionType": "SNS"} for each in told)
    may_publish = str(
        [policy["PolicyDocument"] for policy in of_type(resources, "AWS::SNS::TopicPolicy").values()]
    )
    assert "cloudwatch.amazonaws.com" in may_publish
    assert "budgets.amazonaws.com" in may_publish


def test_a_topic_that_is_given_hears_of_alarms(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Also if alerts are turned off."""
    from aws_cdk import aws_sns as sns

    topic = sns.Topic(stack, "Topic")
    bc.BatchPlatform(stack, "Platform", vpc=vpc, alerts=False, alarms=True, topic=topic)
    alarms = of_type(synth(), "AWS::CloudWatch::Alarm").values()
    assert alarms
    assert all(alarm["AlarmActions"] == [stack.resolve(topic.topic_arn)] for alarm in alarms)


def test_a_budget_counts_what_the_platform_is_tagged_with(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Instances and disks have the tag, environments never do, and the alerts' receivers are notified."""
    platform = bc.BatchPlatform(stack, "Platform", vpc=vpc, monthly_budget=2000)
    assert platform.budget is not None
    assert platform.alerts is not None
    resources = synth()
    [budget] = of_type(resources, "AWS::Budgets::Budget").values()
    tag = {"batch-platform": "Stack/Platform"}
    assert str({"Key": "batch-platform", "MatchOptions": ["EQUALS"], "Values": ["Stack/Platform"]}) in str(
        budget
    )
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 2000, "Unit": "USD"}
    told = {str(each) for note in budget["NotificationsWithSubscribers"] for each in note["Subscribers"]}
    topic = stack.resolve(platform.alerts.topic.topic_arn)
    assert told == {str({"Address": topic, "SubscriptionType": "SNS"})}
    for each in environments(resources).values():
        assert each["ComputeResources"]["Tags"] == tag
        assert "Tags" not in each
    [template] = of_type(resources, "AWS::EC2::LaunchTemplate").values()
    kinds = [each["ResourceType"] for each in template["LaunchTemplateData"]["TagSpecifications"]]
    assert kinds == ["instance", "volume"]
    assert of_type(resources, "AWS::Batch::JobQueue")[stack.get_logical_id(platform.queue.cfn)]["Tags"] == tag


def test_tags_of_ones_own_need_no_budget(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """Tags are useful for the bill without a budget."""
    bc.BatchPlatform(stack, "Platform", vpc=vpc, cost_tags={"team": "genomics"})
    resources = synth()
    assert not of_type(resources, "AWS::Budgets::Budget")
    assert all(
        each["ComputeResources"]["Tags"] == {"team": "genomics"} for each in environments(resources).values()
    )


def test_a_budget_without_alerts_has_its_own_mails(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """The addresses are then for the budget alone."""
    bc.BatchPlatform(stack, "Platform", vpc=vpc, alerts=False, monthly_budget=100, emails=[EMAIL])
    resources = synth()
    [budget] = of_type(resources, "AWS::Budgets::Budget").values()
    told = [each for note in budget["NotificationsWithSubscribers"] for each in note["Subscribers"]]
    assert {each["Address"] for each in told} == {EMAIL}
    assert not of_type(resources, "AWS::SNS::Topic")


def test_a_queue_that_moves_to_another_pool_stays_the_same(stack: Stack, vpc: ec2.IVpc) -> None:
    """Its logical id does not name the pool, so the move is an update in place."""
    from aws_cdk import Stack as AnyStack

    other = AnyStack(stack, "Other")
    one = bc.BatchPlatform(stack, "Platform", vpc=vpc, pools=[bc.CpuPool(queues=["q"])])
    two = bc.BatchPlatform(other, "Platform", vpc=vpc, pools=[bc.CpuPool(name="arm", queues=["q"])])
    assert stack.get_logical_id(one.queue.cfn) == other.get_logical_id(two.queue.cfn)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pools": []}, "pools must hold at least one pool, got none"),
        (
            {"pools": [bc.CpuPool(), bc.CpuPool(queues=["b"])]},
            "pools must have different names, got cpu twice",
        ),
        (
            {"pools": [bc.CpuPool(queues=["a"]), bc.FargatePool(queues=["a"])]},
            "queues must have different names, got a twice",
        ),
        (
            {"pools": [bc.CpuPool(queues=[f"q{number}" for number in range(101)])]},
            "10 times the number of queues of a pool must be from 0 to 1,000, got 1010",
        ),
        ({"emails": ["nobody"]}, "emails must hold addresses"),
        ({"security_groups": []}, "security_groups must name at least one"),
        ({"alerts": False, "emails": [EMAIL]}, "get alerts, alarms and the budget, got none"),
        (
            {"alerts": False, "targets": [bc.SmsTarget(phone_number="+491701234567")]},
            "emails, topic and targets get alerts",
        ),
        ({"alerts": False, "monthly_budget": 9}, "monthly_budget needs receivers"),
        ({"monthly_budget": 0}, "monthly_budget must be more than 0, got 0"),
        ({"cost_tags": {}}, "cost_tags must name at least one"),
        ({"cost_tags": {"aws:team": "x"}}, "the tag key 'aws:team'"),
        ({"vpc_subnets": object()}, "vpc_subnets are those of a vpc"),
    ],
)
def test_fails_when_arguments_contradict(stack: Stack, arguments: dict[str, Any], message: str) -> None:
    """Fails when the platform is created, and adds nothing to the tree."""
    with pytest.raises(ValueError, match=re.escape(message)):
        bc.BatchPlatform(stack, "Platform", **arguments)
    assert stack.node.try_find_child("Platform") is None


def outputs(stack: Stack) -> dict[str, Any]:
    from aws_cdk import Stage

    stage = Stage.of(stack)
    assert stage is not None
    template = stage.synth(force=True).get_stack_by_name(stack.stack_name).template
    return {name: each["Value"] for name, each in template.get("Outputs", {}).items()}


def test_it_puts_out_its_queues_and_the_command_of_a_first_job(stack: Stack, vpc: ec2.IVpc) -> None:
    """After the deploy, one pasted line runs a job."""
    platform = bc.BatchPlatform(
        stack,
        "Batch",
        vpc=vpc,
        pools=[bc.CpuPool(queues=["urgent", "night"]), bc.FargatePool()],
    )
    found = outputs(stack)
    assert isinstance(platform.hello, bc.Ec2JobDefinition)
    assert {name for name in found if name.startswith("BatchQueue")} == {
        "BatchQueueUrgent",
        "BatchQueueNight",
        "BatchQueueFargate",
    }
    words = [each for each in found["BatchFirstSubmit"]["Fn::Join"][1] if isinstance(each, str)]
    assert words == [
        "aws batch submit-job --region ",
        " --job-name hello --job-queue ",
        " --job-definition ",
    ]
    assert found["BatchFirstJobQueue"] == found["BatchQueueUrgent"]


def test_without_outputs_there_is_none(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """There are neither outputs nor a first definition."""
    platform = bc.BatchPlatform(stack, "Batch", vpc=vpc, outputs=False)
    assert outputs(stack) == {}
    assert platform.hello is None
    assert not of_type(synth(), "AWS::Batch::JobDefinition")


@pytest.mark.parametrize(
    ("shares", "identifier"),
    [
        ([], "first"),
        ([bc.Share(identifier="genomics"), bc.Share(identifier="physics")], "genomics"),
        ([bc.Share(identifier="adhoc*")], "adhocFirst"),
    ],
)
def test_the_first_job_names_a_share_where_the_queue_asks_for_one(
    stack: Stack, vpc: ec2.IVpc, shares: list[bc.Share], identifier: str
) -> None:
    """A queue with shares refuses jobs without one (nextflow-io/nextflow#3505)."""
    pool = bc.CpuPool(queues=[bc.PlatformQueue(name="research", shares=shares)])
    bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=[pool])
    assert f" --share-identifier {identifier}" in outputs(stack)["BatchFirstSubmit"]["Fn::Join"][1]


def test_the_first_job_fits_its_pool(stack: Stack, vpc: ec2.IVpc, synth: Synth) -> None:
    """It has a GPU in a pool of GPUs, and a public address if a Fargate task needs one for its image."""
    from aws_cdk import aws_ec2

    public = aws_ec2.SubnetSelection(subnet_type=aws_ec2.SubnetType.PUBLIC)
    bc.BatchPlatform(stack, "Gpus", vpc=vpc, pools=[bc.GpuPool(instance_types=["g6"])])
    bc.BatchPlatform(stack, "Tasks", vpc=vpc, vpc_subnets=public, pools=[bc.FargatePool()])
    on_gpus, on_fargate = (
        each["ContainerProperties"] for each in of_type(synth(), "AWS::Batch::JobDefinition").values()
    )
    assert {"Type": "GPU", "Value": "1"} in on_gpus["ResourceRequirements"]
    assert on_fargate["NetworkConfiguration"] == {"AssignPublicIp": "ENABLED"}


def test_where_no_image_can_be_pulled_there_is_no_first_job(stack: Stack) -> None:
    """Isolated subnets cannot reach the public registry; the queues are still outputs."""
    network = bc.BatchNetwork(stack, "Network", isolated=True)
    own = bc.OwnPool(
        name="own",
        compute_environments=[
            bc.FargateComputeEnvironment.from_compute_environment_arn(stack, "Mine", ENVIRONMENT_ARN)
        ],
    )
    isolated = bc.BatchPlatform(stack, "Isolated", vpc=network.vpc)
    theirs = bc.BatchPlatform(stack, "Theirs", vpc=network.vpc, pools=[own])
    assert isolated.hello is theirs.hello is None
    assert set(outputs(stack)) == {"IsolatedQueueCpu", "TheirsQueueOwn"}


def test_queues_whose_names_differ_in_a_sign_have_an_output_each(stack: Stack, vpc: ec2.IVpc) -> None:
    """Names of outputs have letters and digits only."""
    bc.BatchPlatform(stack, "Batch", vpc=vpc, pools=[bc.CpuPool(queues=["a-b", "ab", "AB"])])
    assert len([name for name in outputs(stack) if name.startswith("BatchQueue")]) == 3
