"""One AWS for all tests here, with the examples deployed into it.

The fixtures live as long as the test worker. The tests carry `xdist_group`, so that under `--dist loadgroup` one
worker runs them all and starts one server; under other modes each worker that gets one of them starts its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.deploy.cdk_cli import REGION, ROOT, Cdk, Deployment, install
from tests.deploy.moto_server import moto_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deploy.cdk_cli import Clients


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an AWS that is empty at first."""
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as url:
        yield url


@pytest.fixture(scope="session")
def aws(endpoint: str) -> Clients:
    """Clients that talk to it."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=endpoint)

    return client


@pytest.fixture(scope="session")
def cdk(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Cdk:
    """The CDK's command line, with the account bootstrapped."""
    cdk = Cdk(script=install(), endpoint=endpoint, home=tmp_path_factory.mktemp("home"))
    cdk.bootstrap()
    return cdk


@pytest.fixture(scope="session")
def quickstart(cdk: Cdk) -> Deployment:
    """The quick start, deployed."""
    return cdk.deploy(ROOT / "examples" / "quickstart" / "app.py")


@pytest.fixture(scope="session")
def media_transcoding(cdk: Cdk) -> Deployment:
    """The media transcoding example, deployed."""
    return cdk.deploy(ROOT / "examples" / "media_transcoding" / "app.py")
