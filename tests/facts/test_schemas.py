"""The members of AWS Batch's resources in CloudFormation."""

from __future__ import annotations

import gzip
import json

from batch_constructs.facts import regenerate_schemas, schemas
from batch_constructs.facts._data import FOLDER


def test_the_shipped_file_is_what_the_command_makes() -> None:
    """The data were not edited by hand, and the installed schemas are not newer."""
    shipped = json.loads(gzip.decompress((FOLDER / schemas.DATA_FILE).read_bytes()))
    assert shipped == regenerate_schemas.content()


def test_members_have_their_kinds() -> None:
    """Scalars, mappings, lists and structures are told apart."""
    members = schemas.structure("AWS::Batch::ComputeEnvironment.ComputeResources").members
    kinds = [members[name] for name in ("MaxvCpus", "Tags", "Subnets", "LaunchTemplate")]
    assert kinds == [
        "integer",
        "map",
        ["string"],
        "AWS::Batch::ComputeEnvironment.LaunchTemplateSpecification",
    ]


def test_a_member_is_found_where_it_belongs() -> None:
    """The paths of all structures that have it, the nearest first."""
    assert schemas.structures_with("AWS::Batch::JobQueue", "Order") == (
        "ComputeEnvironmentOrder",
        "ServiceEnvironmentOrder",
    )
    assert schemas.structures_with("AWS::Batch::JobQueue", "Image") == ()


def test_the_source_and_its_day_are_known() -> None:
    """Messages about members that may be newer name the day."""
    source, day = schemas.metadata()
    assert source.startswith("CloudFormation registry schemas")
    assert len(day) == len("2026-10-20")
