"""The dependency of a job on another one."""

from __future__ import annotations

from dataclasses import dataclass

from batch_constructs._border.arguments import checked
from batch_constructs.facts.vocabulary import ArrayDependency

__all__ = ["JobDependency"]


@checked
@dataclass(frozen=True, slots=True, kw_only=True)
class JobDependency:
    """A job, or children of an array job, that must succeed before a job starts.

    Attributes:
        job_id: The id of the other job. By default none, which is for ``SEQUENTIAL`` only.
        type: ``N_TO_N``: each child waits for the child of the other array with the same index. ``SEQUENTIAL``: the
            children of this array run one after the other. By default the job waits for the whole other job.

    Raises:
        ValueError: id and type do not go together.

    Guide: Job Dependencies.
    """

    job_id: str | None = None
    type: ArrayDependency | None = None

    def __post_init__(self) -> None:
        alone = self.type is ArrayDependency.SEQUENTIAL
        if alone and self.job_id is not None:
            raise ValueError(
                f"a SEQUENTIAL dependency is among the job's own children, got job_id={self.job_id!r}"
            )
        if not alone and self.job_id is None:
            raise ValueError(f"a dependency needs a job_id unless it is SEQUENTIAL, got type={self.type}")
