"""The requests that create resources of AWS Batch, as the AWS CLI accepts them with ``--cli-input-json``.

Their members are those of the API. Members that have another name in CloudFormation, or are missing there, are listed,
too. Guide: Job Definition Template, Job Queue Template, Compute Environment Template.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from batch_constructs.facts._data import load

DATA_FILE = "requests.json"

MemberType: TypeAlias = str | list[str]
"""``"string"``, ``"integer"``, ``"number"``, ``"boolean"``, ``"map"`` (of strings), or the name of a structure. A list
with one of these means a list of them."""

SCALARS = frozenset({"string", "integer", "number", "boolean", "map"})


@dataclass(frozen=True, slots=True)
class Structure:
    """The members of an object in a request."""

    members: dict[str, MemberType]
    required: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An operation of the API that creates a resource.

    Attributes:
        operation: Its name in the API.
        structure: The name of its input structure.
        resource_type: The resource type in CloudFormation.
        name_member: The member with the resource's name.
        lacking: Members that CloudFormation does not have, as paths without indexes.
    """

    operation: str
    structure: str
    resource_type: str
    name_member: str
    lacking: frozenset[str]

    @property
    def cli_command(self) -> str:
        """The AWS CLI's command for it: ``register-job-definition``."""
        words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.operation)
        return words.removeprefix("-")


@cache
def request(operation: str) -> Request:
    """Return a request by its operation: ``"RegisterJobDefinition"``, ``"CreateJobQueue"`` and so on."""
    return Request(operation=operation, **_request(_data()["requests"][operation]))


@cache
def structure(name: str) -> Structure:
    """Return the members of a structure."""
    found = _data()["structures"][name]
    return Structure(found["members"], frozenset(found.get("required", ())))


def property_name(member: str) -> str:
    """Return a member's name in CloudFormation."""
    names: dict[str, str] = _data()["property_names"]
    return names.get(member) or member[0].upper() + member[1:]


@cache
def _data() -> dict[str, Any]:
    return load(DATA_FILE)


def _request(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "lacking": frozenset(found["lacking"])}
