"""Fixtures of the facts: the sources of their data."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import settings

from batch_constructs.facts import regenerate

# The first example of a process also reads the data: no example has a deadline.
settings.register_profile("facts", deadline=None)
settings.load_profile("facts")


@pytest.fixture(scope="session")
def described() -> dict[str, Any]:
    """Return moto's DescribeInstanceTypes, by name."""
    types, _ = regenerate.from_moto()
    return {type_["InstanceType"]: type_ for type_ in types}


@pytest.fixture(scope="session")
def batch_shapes() -> dict[str, Any]:
    """Return botocore's shapes of the AWS Batch API."""
    shapes: dict[str, Any] = Loader().load_service_model("batch", "service-2")["shapes"]
    return shapes
