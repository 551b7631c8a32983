"""Submit a training job: ``python request.py QUEUE IMAGE ROLE_ARN BUCKET`` with credentials of the researcher."""

import sys

import batch_constructs as bc


def request(queue: str, image: str, role_arn: str, bucket: str) -> bc.ServiceJobRequest:
    """Return a training job of the vision team, which is tried again after an internal error of SageMaker.

    A lack of capacity needs no rule: AWS Batch waits for it, and does not count an attempt.
    """
    return bc.ServiceJobRequest(
        job_name="resnet",
        job_queue=queue,
        quota_share_name="vision",
        training_job={
            "TrainingJobName": "resnet",
            "RoleArn": role_arn,
            "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
            "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
            "ResourceConfig": {"InstanceType": "ml.g6.12xlarge", "InstanceCount": 1, "VolumeSizeInGB": 100},
            "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
        },
        attempts=3,
        evaluate_on_exit=[
            bc.ServiceJobRetryRule(
                action=bc.RetryAction.RETRY,
                on_status_reason="Received status from SageMaker: InternalServerError*",
            ),
            bc.ServiceJobRetryRule(action=bc.RetryAction.EXIT, on_status_reason="*"),
        ],
        timeout_seconds=86_400,
    )


if __name__ == "__main__":
    import boto3

    boto3.client("batch").submit_service_job(**request(*sys.argv[1:]).to_boto3())
