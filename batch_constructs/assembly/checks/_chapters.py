"""The chapters of the AWS Batch User Guide that rules enforce, and their pages."""

from __future__ import annotations

_BOOKS = "https://docs.aws.amazon.com/batch/latest"

PAGES = {
    "Submitting a Job": "submit_job",
    "Job States": "job_states",
    "AWS Batch Job Environment Variables": "job_env_vars",
    "Automated Job Retries": "job_retries",
    "Job Dependencies": "job_dependencies",
    "Job Timeouts": "job_timeouts",
    "Array Jobs": "array_jobs",
    "Multi-node Parallel Jobs": "multi-node-parallel-jobs",
    "GPU Jobs": "gpu-jobs",
    "Job Definitions": "job_definitions",
    "Creating a Job Definition": "create-job-definition",
    "Creating a Multi-node Parallel Job Definition": "create-multi-node-job-def",
    "Job Definition Parameters": "job_definition_parameters",
    "Job Queues": "job_queues",
    "Creating a Job Queue": "create-job-queue",
    "Job Scheduling": "job_scheduling",
    "Compute Environments": "compute_environments",
    "Compute Resource AMIs": "compute_resource_AMIs",
    "Creating a Compute Resource AMI": "create-batch-ami",
    "Using a GPU Workload AMI": "batch-gpu-ami",
    "Launch Template Support": "launch-templates",
    "Creating a Compute Environment": "create-compute-environment",
    "Allocation Strategies": "allocation-strategies",
    "Compute Resource Memory Management": "memory-management",
    "Elastic Fabric Adapter": "efa",
    "AWS Batch IAM Policies, Roles, and Permissions": "IAM_policies",
    "Supported Resource-Level Permissions for AWS Batch API Actions": "batch-supported-iam-actions-resources",
    "AWS Batch Service IAM Role": "using-service-linked-roles-batch-general",
    "Amazon ECS Instance Role": "instance_IAM_role",
    "Amazon EC2 Spot Fleet Role": "spot_fleet_IAM_role",
    "CloudWatch Events IAM Role": "CWE_IAM_role",
    "AWS Batch Events": "batch_cwe_events",
    "AWS Batch Jobs as CloudWatch Events Targets": "batch-cwe-target",
    "Tutorial: Listening for AWS Batch CloudWatch Events": "batch_cwet",
    "Tutorial: Sending Amazon Simple Notification Service Alerts for Failed Job Events": "batch_sns_tutorial",
    "Tutorial: Creating a VPC with Public and Private Subnets for Your Compute Environments": (
        "create-public-private-vpc"
    ),
    "Infrastructure Security in AWS Batch": "infrastructure-security",
    "AWS Batch Service Limits": "service_limits",
    "Troubleshooting AWS Batch": "troubleshooting",
    # Chapters added after the table of contents of 2020.
    "Amazon ECS Managed Instances": "ecs_managed_instances",
    "AWS Batch on Amazon EKS": "eks",
    "Quota Management": "quota-management",
    "Service Environments": "service-environments",
    "Service Jobs": "service-jobs",
    "Interface Endpoints of AWS Batch": "vpc-endpoint-considerations",
    "Scheduled Jobs": "scheduled-batch-job",
    "Consumable Resources": "resource-aware-scheduling",
    "Tagging Your AWS Batch Resources": "using-tags",
    "Updating Compute Environments": "updating-compute-environments",
}
"""Title of the chapter to name of the page."""

API_PAGES = {
    "Job Queue Parameters": "API_CreateJobQueue",
    "Compute Environment Parameters": "API_ComputeResource",
}
"""Chapters that the guide no longer has, and the API reference page with the same content."""


def page(chapter: str) -> str:
    """Return the URL of a chapter.

    Raises:
        ValueError: the guide has no such chapter.
    """
    if chapter in API_PAGES:
        return f"{_BOOKS}/APIReference/{API_PAGES[chapter]}.html"
    if chapter not in PAGES:
        raise ValueError(f"chapter must be a title of the AWS Batch User Guide, got {chapter!r}")
    return f"{_BOOKS}/userguide/{PAGES[chapter]}.html"
