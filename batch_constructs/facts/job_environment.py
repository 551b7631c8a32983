"""The variables that AWS Batch sets in the containers of jobs.

Source: AWS Batch User Guide, page job_env_vars, read 2026-12-01.
"""

from __future__ import annotations

from enum import StrEnum


class BatchEnv(StrEnum):
    """The names of the variables that AWS Batch sets: ``["sh", "-c", f"process ${BatchEnv.JOB_ARRAY_INDEX}"]``.

    A job reads them with ``os.environ[BatchEnv.JOB_ID]``. In a command only a shell replaces them: AWS Batch
    replaces ``Ref::name``, not variables. Your own names must not begin with ``AWS_BATCH``.

    Guide: AWS Batch Job Environment Variables.
    """

    CE_NAME = "AWS_BATCH_CE_NAME"
    """The compute environment that the job runs in."""
    JQ_NAME = "AWS_BATCH_JQ_NAME"
    """The queue that it was submitted to."""
    JOB_ID = "AWS_BATCH_JOB_ID"
    """The job's id; for a child of an array ``ID:INDEX``, for a node ``ID#INDEX``."""
    JOB_ATTEMPT = "AWS_BATCH_JOB_ATTEMPT"
    """The number of the attempt, from 1."""
    JOB_ARRAY_INDEX = "AWS_BATCH_JOB_ARRAY_INDEX"
    """In children of arrays only: the index of the child, from 0."""
    JOB_ARRAY_SIZE = "AWS_BATCH_JOB_ARRAY_SIZE"
    """In children of arrays only: the number of children."""
    JOB_MAIN_NODE_INDEX = "AWS_BATCH_JOB_MAIN_NODE_INDEX"
    """In multi-node parallel jobs only: the index of the main node."""
    JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS = "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"
    """In multi-node parallel jobs only, and not on the main node: the address of the main node."""
    JOB_NODE_INDEX = "AWS_BATCH_JOB_NODE_INDEX"
    """In multi-node parallel jobs only: the index of this node, from 0."""
    JOB_NUM_NODES = "AWS_BATCH_JOB_NUM_NODES"
    """In multi-node parallel jobs only: the number of nodes."""
    JOB_KUBERNETES_NODE_UID = "AWS_BATCH_JOB_KUBERNETES_NODE_UID"
    """On Amazon EKS only: the UID of the Kubernetes node."""
