"""moto's own tests of AWS Batch, against the local Batch with moto as its upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batch_constructs.local.api import Server
from batch_constructs.local.batch import LocalBatch
from batch_constructs.local.executors import ProcessExecutor
from batch_constructs.local.upstream import Upstream
from tests.deploy.moto_server import moto_server
from tests.local import moto_suite

if TYPE_CHECKING:
    from pathlib import Path

AT_LEAST = 110


def test_moto_s_own_tests_pass_except_those_that_aws_contradicts(tmp_path: Path) -> None:
    """Jobs run as processes, without Docker; each failure has AWS's sentence that it contradicts."""
    try:
        moto_suite.source()
    except moto_suite.NotAvailableError as error:
        pytest.skip(str(error))
    with moto_server(tmp_path) as moto:
        # The Region in which the tests expect their jobs, and room for all that they submit at once.
        batch = LocalBatch(
            ProcessExecutor(),
            tmp_path / "state",
            region="eu-central-1",
            vcpus=64,
            memory=640_000,
            lenient=True,
        )
        server = Server(batch, upstream=Upstream(moto.url, "eu-central-1"))
        try:
            result = moto_suite.run(server.url, tmp_path / "report.xml")
        finally:
            server.close()
            batch.close()
    unexplained = {name: why for name, why in result.failed.items() if name not in moto_suite.CONTRADICTED}
    assert (unexplained, len(result.passed) >= AT_LEAST) == ({}, True), len(result.passed)
