"""Speaks to a local Batch that runs in another process, by the endpoint that it has written down."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from batch_constructs.facts.operations import operations
from batch_constructs.local.errors import ClientError
from batch_constructs.local.files import private_file
from batch_constructs.local.upstream import Upstream

ENDPOINT_FILE = "endpoint.json"
FIRE_PATH = "/local/fire"
OBSTACLE_PATH = "/local/obstacle"
OUTPUTS_PATH = "/local/outputs"
DEFAULT_FOLDER = Path(".batch-local")


class NotRunningError(Exception):
    """No local Batch runs here."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a local Batch that runs.

    Attributes:
        url: Its URL.
        region: Its Region.
        pid: Its process id.
        all_services: Whether it forwards all other services to an upstream.
    """

    url: str
    region: str
    pid: int
    all_services: bool = False

    def write(self, folder: Path) -> None:
        """Write the endpoint to a file for other commands."""
        with private_file(folder / ENDPOINT_FILE, "w") as file:
            json.dump(asdict(self), file)

    @classmethod
    def read(cls, folder: Path) -> Endpoint:
        """Return the endpoint of the local Batch that runs with a folder.

        Raises:
            NotRunningError: No local Batch runs with it.
        """
        try:
            found = cls(**json.loads((folder / ENDPOINT_FILE).read_text(encoding="utf-8")))
            os.kill(found.pid, 0)
        except (OSError, ValueError, TypeError):
            raise NotRunningError(
                f"no local Batch runs with {folder}: start it with batch-constructs local up"
            ) from None
        return found

    def variables(self) -> dict[str, str]:
        """Return the variables that send SDKs and the AWS CLI to it."""
        return {
            "AWS_ENDPOINT_URL_BATCH": self.url,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": self.url,
            **({"AWS_ENDPOINT_URL": self.url} if self.all_services else {}),
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Carry out an operation of AWS Batch.

        Raises:
            ClientError: It is refused.
            NotRunningError: Nothing listens any more.
        """
        return self._ask("batch", "", operations()[operation].path, request)

    def logs(self, operation: str, **request: Any) -> dict[str, Any]:
        """Carry out an operation of CloudWatch Logs.

        Raises:
            ClientError: It is refused.
            NotRunningError: Nothing listens any more.
        """
        return self._ask("logs", f"Logs_20140328.{operation}", "/", request)

    def fire(self, name: str) -> dict[str, Any]:
        """Deliver a schedule of the template at once, and return its deliveries.

        Raises:
            ClientError: The template has no such schedule.
            NotRunningError: Nothing listens any more.
        """
        return self._ask("batch", "", FIRE_PATH, {"name": name})

    def obstacle(self, job_id: str) -> dict[str, Any]:
        """Return why a job can never run, under ``obstacle``; empty if it can.

        Raises:
            NotRunningError: Nothing listens any more.
        """
        return self._ask("batch", "", OBSTACLE_PATH, {"jobId": job_id})

    def outputs(self, job_id: str, positions: dict[str, int]) -> list[dict[str, Any]]:
        """Return the new lines of a job: an object for each container, with ``label``, ``stream`` and ``lines``.

        Args:
            job_id: The job, or a child of an array by ``ID:INDEX``.
            positions: The number of lines that are known already, by log stream.

        Raises:
            ClientError: There is no such job.
            NotRunningError: Nothing listens any more.
        """
        answer = self._ask("batch", "", OUTPUTS_PATH, {"jobId": job_id, "positions": positions})
        return list(answer["outputs"])

    def _ask(self, service: str, target: str, path: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            reply = Upstream(self.url, self.region).send(service, target, path, request)
        except OSError:
            raise NotRunningError(f"{urlsplit(self.url).netloc} does not answer") from None
        answer: dict[str, Any] = json.loads(reply.body or b"{}")
        if reply.status != 200:
            raise ClientError(answer.get("message", "refused"))
        return answer
