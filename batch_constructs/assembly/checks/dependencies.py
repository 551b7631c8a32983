"""Job dependencies: their number and types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batch_constructs.assembly.checks import Finding, Severity, miscounted, misspelt, rule
from batch_constructs.assembly.template import is_known, is_one_of
from batch_constructs.facts import limits, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_constructs.assembly.template.resources import Submission

CHAPTER = "Job Dependencies"

ERROR = Severity.ERROR


@rule(
    "DEP-01",
    severity=ERROR,
    remedy="depend on at most 20 jobs, each by its id, its type or both",
    prevents="ClientException: a job can have at most 20 dependencies",
)
def number_of_dependencies(submission: Submission) -> Iterator[Finding]:
    """A job must depend on at most 20 others."""
    yield from miscounted(limits.DEPENDENCIES, submission, "DependsOn", submission.depends_on)
    for dependency in submission.depends_on:
        yield from misspelt(vocabulary.ArrayDependency, dependency, "Type", dependency.type)
        if dependency.omits("JobId") and dependency.omits("Type"):
            yield Finding(dependency, "a dependency needs a JobId or a Type")


@rule(
    "DEP-02",
    severity=ERROR,
    remedy="name the other array job, and submit an array of the same size",
    prevents="ClientException: N_TO_N needs the id of an array job",
)
def n_to_n_between_arrays(submission: Submission) -> Iterator[Finding]:
    """An N_TO_N dependency must be between two array jobs, and must name the other job by its id."""
    for dependency in submission.depends_on:
        if not is_known(dependency.type) or dependency.type.upper() != "N_TO_N":
            continue
        if dependency.omits("JobId"):
            yield Finding(dependency, "Type N_TO_N needs the JobId of the other array job")
        if _no_array(submission):
            yield Finding(dependency, "Type N_TO_N needs an array job, got no ArrayProperties", at="Type")


@rule(
    "DEP-03",
    severity=ERROR,
    remedy="use SEQUENTIAL without a JobId, on an array job",
    prevents="ClientException: SEQUENTIAL takes no job id",
)
def sequential_within_an_array(submission: Submission) -> Iterator[Finding]:
    """A SEQUENTIAL dependency must be between the children of one array job, and must name no other job."""
    for dependency in submission.depends_on:
        if not is_known(dependency.type) or dependency.type.upper() != "SEQUENTIAL":
            continue
        if dependency.gives("JobId"):
            yield Finding(dependency, "Type SEQUENTIAL cannot have a JobId, got one", at="JobId")
        if _no_array(submission):
            yield Finding(dependency, "Type SEQUENTIAL needs an array job, got no ArrayProperties", at="Type")


def _no_array(submission: Submission) -> bool:
    """Return whether the job is certainly not an array."""
    array = submission.array_properties
    return submission.sure and (array.absent or (array.present and is_one_of(array.size, None)))
