"""moto's own tests of AWS Batch, against the local Batch with moto as its upstream."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
    folders = [tmp_path / str(number) for number, _ in enumerate(moto_suite.HALVES)]
    with ThreadPoolExecutor() as pool:
        halves = list(pool.map(half_result, moto_suite.HALVES, folders))
    failed = {name: why for half in halves for name, why in half.failed.items()}
    unexplained = {name: why for name, why in failed.items() if name not in moto_suite.CONTRADICTED}
    passed = sum(len(half.passed) for half in halves)
    assert (unexplained, passed >= AT_LEAST) == ({}, True), passed


def half_result(half: str, folder: Path) -> moto_suite.Result:
    """Run a half of the suite against a local Batch and a moto of its own, since each test resets both."""
    folder.mkdir()
    with moto_server(folder) as moto:
        # The Region in which the tests expect their jobs, and room for all that they submit at once.
        batch = LocalBatch(
            ProcessExecutor(),
            folder / "state",
            region="eu-central-1",
            vcpus=64,
            memory=640_000,
            lenient=True,
        )
        server = Server(batch, upstream=Upstream(moto.url, "eu-central-1"))
        try:
            return moto_suite.run(server.url, half, folder / "report.xml")
        finally:
            server.close()
            batch.close()
