"""What a type checker must take. Nothing here is run: mypy reads it with all else, as strictly as users do.

Each line is what users write with the CDK's own classes and interfaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import batch_constructs as bc

if TYPE_CHECKING:
    from aws_cdk import Stack
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_sqs as sqs


def links(
    job: bc.Ec2JobDefinition,
    nodes: bc.MultiNodeParallelJobDefinition,
    made: s3.Bucket,
    imported: s3.IBucket,
    table: dynamodb.TableV2,
    chain: bc.JobChainStateMachine,
) -> iam.Grant:
    """Classes and interfaces, ours and the CDK's."""
    job.use(made).assert_success()
    nodes.use(imported, access=bc.Access.READ, variable="INPUT")
    job.use(chain)
    return job.use(table, access=bc.Access.READ_WRITE)


def links_of_pods(
    pods: bc.EksJobDefinition,
    queue: sqs.IQueue,
    secret: secretsmanager.ISecret,
    account: bc.EksServiceAccount,
    role: iam.IRole,
) -> None:
    """With who the pods are."""
    pods.use(queue, service_account=account, containers=["main"])
    pods.use(secret, service_account=role)


def requests(queue: bc.JobQueue, job: bc.FargateJobDefinition, stack: Stack) -> bc.JobChainStateMachine:
    """Constructs and names, beside each other."""
    by_name = bc.SubmitJobRequest(job_name="a", job_queue="nightly", job_definition="align")
    by_construct = bc.SubmitJobRequest(job_name="b", job_queue=queue, job_definition=job)
    return bc.JobChainStateMachine(stack, "Chain", chain=bc.JobChain(jobs={"a": by_name, "b": by_construct}))
