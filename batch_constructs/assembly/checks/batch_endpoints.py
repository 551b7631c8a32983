"""Interface endpoints for the API of AWS Batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, rule
from batch_constructs.assembly.template import is_known
from batch_constructs.facts.endpoints import BATCH_LACKING_REGIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import VpcEndpoint

CHAPTER = "Interface Endpoints of AWS Batch"

_SERVICE = re.compile(r"com\.amazonaws\.([a-z0-9-]+)\.batch(?:-fips)?")


@rule(
    "NET-29",
    severity=Severity.WARNING,
    remedy="leave the endpoint out, and give programs that call AWS Batch a NAT gateway; jobs themselves do not need it",
    prevents="a deployment that fails: the service of the endpoint does not exist",
)
def region_has_the_endpoint(endpoint: VpcEndpoint) -> Iterator[Finding]:
    """An interface endpoint for AWS Batch must be in a Region that has one, so not in Osaka or Jakarta."""
    name = endpoint.service_name
    found = _SERVICE.fullmatch(name) if is_known(name) else None
    if found is not None and found[1] in BATCH_LACKING_REGIONS:
        yield Finding(
            endpoint, f"AWS Batch has no interface endpoint in {found[1]}, got {name}", at="ServiceName"
        )
