"""What moto must be taught before CloudFormation can create Batch stacks as the CDK writes them.

Each function below `apply` works around the faults of moto that its docstring names, in the server's process only.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moto.batch import models
from moto.batch.utils import lowercase_first_key
from moto.cloudformation import cloudformation_backends, parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.common_models import CloudFormationModel
from moto.core.config import default_user_config
from moto.ec2.models.instance_types import INSTANCE_FAMILIES, INSTANCE_TYPES
from moto.efs import models as efs
from moto.events.models import Rule
from moto.kms import models as kms
from moto.secretsmanager import secretsmanager_backends
from moto.sns import sns_backends
from moto.stepfunctions.models import StateMachine

from batch_constructs.local.events import transform

if TYPE_CHECKING:
    from collections.abc import Callable

Properties = dict[str, Any]

SERVICE_LINKED_ROLE = "AWSServiceRoleForBatch"


def apply() -> None:
    """Patch moto in this process."""
    for patch in (
        run_no_containers,
        give_batch_resources_their_arns,
        take_environment_types_in_any_case,
        take_environments_without_service_role,
        take_environments_without_minimum,
        take_instance_types_that_moto_does_not_know,
        take_security_groups_from_the_launch_template,
        keep_the_scheduling_policy_of_a_queue,
        create_scheduling_policies,
        create_secrets,
        register_definitions_as_they_are_written,
        find_definitions_by_arn_without_revision,
        name_repositories_in_small_letters,
        tag_keys_as_cloudformation_spells_it,
        send_events_to_topics,
        find_change_sets_by_their_stack,
        read_outputs_of_other_stacks,
        refuse_to_take_back_exports_in_use,
        forget_what_was_never_created,
        answer_for_what_other_resources_name,
        stand_in_for_what_other_resources_name,
    ):
        patch()


def run_no_containers() -> None:
    """Not a fault: moto would run jobs in Docker; here they succeed as soon as they are submitted."""
    default_user_config["batch"] = {"use_docker": False}


def give_batch_resources_their_arns() -> None:
    """moto knows no `Fn::GetAtt` of Batch resources; all that CloudFormation offers there are their ARNs."""
    for model in (models.ComputeEnvironment, models.JobQueue, models.JobDefinition):
        model.has_cfn_attr = classmethod(lambda _, name: name.endswith("Arn"))
        model.get_cfn_attribute = lambda self, _: self.arn


def take_environment_types_in_any_case() -> None:
    """moto takes `MANAGED` only; CloudFormation also takes `managed`, which is what the CDK's own L2 writes."""

    def fix(properties: Properties, _: Any) -> None:
        properties["Type"] = properties["Type"].upper()

    _before_creating(models.ComputeEnvironment, fix)


def take_environments_without_service_role() -> None:
    """moto demands a `ServiceRole`; Batch falls back to its service-linked role and creates it at first need."""

    def fix(properties: Properties, backend: Any) -> None:
        properties.setdefault("ServiceRole", _service_linked_role(backend.iam_backend))

    _before_creating(models.ComputeEnvironment, fix)


def _service_linked_role(iam: Any) -> str:
    for role in iam.roles.values():
        if role.name == SERVICE_LINKED_ROLE:
            return str(role.arn)
    role = iam.create_role(
        role_name=SERVICE_LINKED_ROLE,
        assume_role_policy_document="{}",
        path="/aws-service-role/batch.amazonaws.com/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    return str(role.arn)


def take_environments_without_minimum() -> None:
    """moto demands `MinvCpus` and `InstanceTypes` of EC2 environments; both have defaults in CloudFormation."""

    def fix(properties: Properties, _: Any) -> None:
        resources = properties["ComputeResources"]
        if "FARGATE" not in resources["Type"]:
            resources.setdefault("MinvCpus", 0)
            resources.setdefault("InstanceTypes", ["optimal"])

    _before_creating(models.ComputeEnvironment, fix)


def take_instance_types_that_moto_does_not_know() -> None:
    """moto refuses families that only Batch has (`default_x86_64`), and types that are newer than its data."""
    backend = models.BatchBackend
    validate, choose = backend._validate_compute_resources, backend.find_min_instances_to_meet_vcpus

    def known(names: list[str]) -> list[str]:
        return [name if name in INSTANCE_TYPES or name in INSTANCE_FAMILIES else "optimal" for name in names]

    def validate_known(self: Any, resources: Properties) -> None:
        validate(self, {**resources, "instanceTypes": known(resources.get("instanceTypes", []))})

    def choose_known(names: list[str], target: float) -> Any:
        return choose(known(names), target)

    backend._validate_compute_resources = validate_known
    backend.find_min_instances_to_meet_vcpus = staticmethod(choose_known)


def take_security_groups_from_the_launch_template() -> None:
    """moto demands `SecurityGroupIds`; Batch takes those of the launch template's network interfaces instead."""
    validate = models.BatchBackend._validate_compute_resources

    def validate_found(self: Any, resources: Properties) -> None:
        validate(self, {"securityGroupIds": _groups_of_launch_template(self, resources), **resources})

    models.BatchBackend._validate_compute_resources = validate_found


def _groups_of_launch_template(backend: Any, resources: Properties) -> list[str]:
    named = resources.get("launchTemplate", {})
    if "launchTemplateId" not in named:
        return []
    template = backend.ec2_backend.get_launch_template(named["launchTemplateId"])
    interfaces = template.get_version(int(named["version"])).data.get("NetworkInterfaces", [])
    return [group for interface in interfaces for group in interface["Groups"]]


def keep_the_scheduling_policy_of_a_queue() -> None:
    """moto drops `SchedulingPolicyArn` when CloudFormation creates a queue."""
    create = models.JobQueue.create_from_cloudformation_json.__func__

    def create_with_policy(cls: Any, name: str, resource: Properties, *args: Any, **kwargs: Any) -> Any:
        queue = create(cls, name, resource, *args, **kwargs)
        queue.schedule_policy = resource["Properties"].get("SchedulingPolicyArn")
        return queue

    models.JobQueue.create_from_cloudformation_json = classmethod(create_with_policy)


def create_scheduling_policies() -> None:
    """moto has scheduling policies, but its CloudFormation does not know them."""

    class SchedulingPolicyOfStack(CloudFormationModel):  # type: ignore[misc]
        # moto files its models by the second part of their module's name.
        __module__ = models.__name__

        def __init__(self, arn: str) -> None:
            self.arn = self.physical_resource_id = arn

        @staticmethod
        def cloudformation_name_type() -> str:
            return "Name"

        @staticmethod
        def cloudformation_type() -> str:
            return "AWS::Batch::SchedulingPolicy"

        @classmethod
        def has_cfn_attr(cls, name: str) -> bool:
            return name == "Arn"

        def get_cfn_attribute(self, _: str) -> str:
            return self.arn

        @classmethod
        def create_from_cloudformation_json(
            cls, name: str, resource: Properties, account_id: str, region_name: str, **_: Any
        ) -> Any:
            shares = lowercase_first_key(resource["Properties"].get("FairsharePolicy", {}))
            backend = models.batch_backends[account_id][region_name]
            return cls(backend.create_scheduling_policy(name, shares, {}).arn)

    # moto finds its models as subclasses, which Python forgets unless somebody holds them.
    models.SchedulingPolicyOfStack = SchedulingPolicyOfStack


def create_secrets() -> None:
    """moto has secrets, but its CloudFormation does not know them, nor that `Ref` is their ARN."""

    class SecretOfStack(CloudFormationModel):  # type: ignore[misc]
        # moto files its models by the second part of their module's name.
        __module__ = models.__name__

        def __init__(self, arn: str) -> None:
            self.physical_resource_id = arn

        @staticmethod
        def cloudformation_name_type() -> str:
            return "Name"

        @staticmethod
        def cloudformation_type() -> str:
            return "AWS::SecretsManager::Secret"

        @classmethod
        def create_from_cloudformation_json(
            cls, name: str, resource: Properties, account_id: str, region_name: str, **_: Any
        ) -> Any:
            del resource
            backend = secretsmanager_backends[account_id][region_name]
            made = backend.create_secret(
                name=name,
                secret_string="generated",
                secret_binary=None,
                description=None,
                tags=None,
                kms_key_id=None,
                client_request_token=None,
                replica_regions=[],
                force_overwrite=False,
            )
            return cls(json.loads(made)["ARN"])

    # moto finds its models as subclasses, which Python forgets unless somebody holds them.
    models.SecretOfStack = SecretOfStack


def register_definitions_as_they_are_written() -> None:
    """moto's CloudFormation spoils definitions.

    It registers all as type container, demands a retry strategy, lowers the first letter of the parameters' names,
    and drops timeout, platform capabilities, tags and their propagation.
    """

    def create(
        cls: Any, /, name: str, resource: Properties, account_id: str, region_name: str, **_: Any
    ) -> Any:
        written = resource["Properties"]

        def lowered(key: str) -> Properties | None:
            return lowercase_first_key(written[key]) if key in written else None

        return models.batch_backends[account_id][region_name].register_job_definition(
            def_name=name,
            parameters=written.get("Parameters", {}),
            _type=written["Type"],
            tags=written.get("Tags", {}),
            retry_strategy=lowered("RetryStrategy") or {},
            container_properties=lowered("ContainerProperties"),
            node_properties=lowered("NodeProperties"),
            eks_properties=lowered("EksProperties"),
            timeout=lowered("Timeout") or {},
            platform_capabilities=written.get("PlatformCapabilities", []),
            propagate_tags=written.get("PropagateTags", False),
        )

    models.JobDefinition.create_from_cloudformation_json = classmethod(create)


def find_definitions_by_arn_without_revision() -> None:
    """moto knows a definition's ARN with the revision only; without one it means the newest, as the bare name does."""
    find = models.BatchBackend.get_job_definition

    def find_by_name(self: Any, identifier: str) -> Any:
        return find(self, identifier.rpartition("/")[2])

    models.BatchBackend.get_job_definition = find_by_name


def name_repositories_in_small_letters() -> None:
    """moto makes up names for ECR repositories from the stack's and the logical id's letters, which ECR refuses."""
    generate = parsing.generate_resource_name

    def generate_lower(resource_type: str, stack_name: str, logical_id: str) -> str:
        name: str = generate(resource_type, stack_name, logical_id)
        return name.lower() if resource_type == "AWS::ECR::Repository" else name

    parsing.generate_resource_name = generate_lower


def tag_keys_as_cloudformation_spells_it() -> None:
    """moto hands the tags of a key from CloudFormation to KMS, which spells them otherwise."""

    def fix(properties: Properties, _: Any) -> None:
        tags = properties.get("Tags", [])
        properties["Tags"] = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]

    _before_creating(kms.Key, fix)


def send_events_to_topics() -> None:
    """moto's rules raise for a topic as target, tell the time in seconds, and know templates of JSON only."""
    send = Rule.send_to_targets

    def send_also_to_topics(self: Any, event: Any, transform_input: bool = True) -> None:
        others = copy.copy(self)
        others.targets = [target for target in self.targets if ":sns:" not in target["Arn"]]
        if self.event_pattern.matches_event(event):
            time = datetime.fromtimestamp(float(event["time"]), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            for target in self.targets:
                if ":sns:" in target["Arn"]:
                    text = transform(target["InputTransformer"], {**event, "time": time})
                    sns_backends[self.account_id][self.region_name].publish(arn=target["Arn"], message=text)
        send(others, event, transform_input)

    Rule.send_to_targets = send_also_to_topics


def answer_for_what_other_resources_name() -> None:
    """moto's CloudFormation knows no attributes of these, though it makes them."""
    for model, attributes in {
        efs.FileSystem: {"Arn": "file_system_arn", "FileSystemId": "file_system_id"},
        efs.AccessPoint: {"Arn": "access_point_arn", "AccessPointId": "access_point_id"},
        StateMachine: {"Arn": "arn"},
    }.items():
        _answer(model, attributes)


def _answer(model: Any, attributes: dict[str, str]) -> None:
    """Let `Fn::GetAtt` read some attributes of a model, beside those that it has."""
    has, get = model.has_cfn_attr, model.get_cfn_attribute if hasattr(model, "get_cfn_attribute") else None

    def get_also(self: Any, name: str) -> Any:
        return getattr(self, attributes[name]) if name in attributes or get is None else get(self, name)

    model.has_cfn_attr = classmethod(lambda _, name: name in attributes or has(name))
    model.get_cfn_attribute = get_also


# Resources that moto cannot make, and what others ask of them.
STOOD_IN_FOR = {
    "AWS::CloudWatch::Alarm": ("Arn",),
    "AWS::EC2::PlacementGroup": ("GroupName",),
    "AWS::FSx::FileSystem": ("DNSName", "LustreMountName"),
}


def stand_in_for_what_other_resources_name() -> None:
    """moto's CloudFormation does not know these types, and fails at what names them: they get names, and no more."""
    models.StandIns = [_stand_in(kind, attributes) for kind, attributes in STOOD_IN_FOR.items()]


def _stand_in(kind: str, attributes: tuple[str, ...]) -> type:
    class StandIn(CloudFormationModel):  # type: ignore[misc]
        # moto files its models by the second part of their module's name.
        __module__ = models.__name__

        def __init__(self, name: str) -> None:
            self.physical_resource_id = name

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def has_cfn_attr(cls, name: str) -> bool:
            return name in attributes

        def get_cfn_attribute(self, name: str) -> str:
            return f"{self.physical_resource_id}-{name}"

        @classmethod
        def create_from_cloudformation_json(cls, name: str, *_: Any, **__: Any) -> Any:
            return cls(name)

    return StandIn


def find_change_sets_by_their_stack() -> None:
    """moto knows a change set by its name alone, which stacks that are deployed at the same time have in common."""
    for action in ("describe_change_set", "execute_change_set", "delete_change_set"):
        _of_the_named_stack(action)


def _of_the_named_stack(action: str) -> None:
    act = getattr(CloudFormationResponse, action)

    def act_on_the_right_one(self: Any) -> Any:
        name, stack = self.params["ChangeSetName"], self.params.get("StackName")
        for arn, each in list(self.cloudformation_backend.change_sets.items()):
            if each.change_set_name == name and stack in {each.stack_name, each.stack_id}:
                self.params["ChangeSetName"] = arn
        return act(self)

    setattr(CloudFormationResponse, action, act_on_the_right_one)


def read_outputs_of_other_stacks() -> None:
    """moto does not know `Fn::GetStackOutput`."""
    clean = parsing.clean_json

    def clean_also_outputs(node: Any, resources: Any) -> Any:
        if not (isinstance(node, dict) and "Fn::GetStackOutput" in node):
            return clean(node, resources)
        asked = clean(node["Fn::GetStackOutput"], resources)
        backend = cloudformation_backends[resources._account_id][asked["Region"]]
        outputs = backend.get_stack(asked["StackName"]).output_map
        return outputs[asked["OutputName"]].value

    parsing.clean_json = clean_also_outputs


def refuse_to_take_back_exports_in_use() -> None:
    """moto's updates neither refuse to remove or change an export that another stack imports, nor add new ones."""
    update = CloudFormationBackend.update_stack

    def update_and_export(self: Any, name: str, template: Any, *args: Any, **kwargs: Any) -> Any:
        stack = self.get_stack(name)
        before = {each.name: each.value for each in stack.exports}
        planned = json.loads(template).get("Outputs", {}).values()
        kept = {each["Export"]["Name"] for each in planned if "Export" in each}
        for export in before.keys() - kept:
            _refuse_if_in_use(self, export, "deleted")
        updated = update(self, name, template, *args, **kwargs)
        after = {each.name: each for each in stack.exports}
        for export in kept & before.keys():
            if after[export].value != before[export]:
                _refuse_if_in_use(self, export, "updated")
        self.exports.update(after)
        for export in before.keys() - kept:
            del self.exports[export]
        return updated

    CloudFormationBackend.update_stack = update_and_export


def _refuse_if_in_use(backend: Any, export: str, verb: str) -> None:
    users = [
        each.name
        for each in backend.stacks.values()
        if f'"Fn::ImportValue": "{export}"' in json.dumps(each.template_dict)
    ]
    if users:
        # In CloudFormation's words.
        raise ValidationError(
            message=f"Export {export} cannot be {verb} as it is in use by {', '.join(users)}"
        )


def forget_what_was_never_created() -> None:
    """moto's updates fail when they remove a resource of a type that moto leaves out."""
    delete = parsing.parse_and_delete_resource

    def delete_if_it_can(name: Any, resource: Properties, *place: Any) -> None:
        if parsing.resource_class_from_type(resource["Type"]) is not None:
            delete(name, resource, *place)

    parsing.parse_and_delete_resource = delete_if_it_can


def _before_creating(model: Any, fix: Callable[[Properties, Any], None]) -> None:
    """Let `fix` mend the properties that the model is about to be created from."""
    create = model.create_from_cloudformation_json.__func__

    def create_mended(
        cls: Any, /, name: str, resource: Properties, account_id: str, region_name: str, **kwargs: Any
    ) -> Any:
        fix(resource["Properties"], models.batch_backends[account_id][region_name])
        return create(cls, name, resource, account_id, region_name, **kwargs)

    model.create_from_cloudformation_json = classmethod(create_mended)
