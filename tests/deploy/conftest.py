"""One AWS for all tests here, with the examples deployed into it, in whichever worker a test runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.deploy.cdk_cli import EXAMPLES, REGION, Cdk, Deployment, install
from tests.deploy.moto_server import MotoServer, moto_server
from tests.once import folder_of_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.deploy.cdk_cli import Clients


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotoServer]:
    """The server of this test run."""
    folder = folder_of_run(tmp_path_factory) / "aws"
    folder.mkdir(exist_ok=True)
    with moto_server(folder) as server:
        yield server


@pytest.fixture(scope="session")
def aws(server: MotoServer) -> Clients:
    """Clients that talk to it."""
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)

    def client(service: str) -> Any:
        return session.client(service, endpoint_url=server.url)

    return client


@pytest.fixture(scope="session")
def cdk(server: MotoServer) -> Cdk:
    """The CDK's command line, with the account bootstrapped."""
    home = server.folder / "home"
    home.mkdir(exist_ok=True)
    cdk = Cdk(script=install(), endpoint=server.url, home=home)
    server.once("bootstrap", cdk.bootstrap)
    return cdk


@pytest.fixture(scope="session")
def quickstart(server: MotoServer, cdk: Cdk) -> Deployment:
    """The quick start, deployed."""
    return Deployment.read(Path(server.once("quickstart", lambda: cdk.deploy(EXAMPLES / "quickstart"))))


@pytest.fixture(scope="session")
def media_transcoding(server: MotoServer, cdk: Cdk) -> Deployment:
    """The media transcoding example, deployed."""
    return Deployment.read(
        Path(server.once("media_transcoding", lambda: cdk.deploy(EXAMPLES / "media_transcoding")))
    )
