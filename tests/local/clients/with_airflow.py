"""Airflow's BatchOperator without a database: it submits a job, waits for it, and reads its log; one fails."""

from airflow.providers.amazon.aws.operators.batch import BatchOperator
from airflow.sdk.exceptions import AirflowException


def run(code):
    greet = BatchOperator(
        task_id="greet",
        job_name="greet",
        job_definition="greet",
        job_queue="queue",
        parameters={"name": "airflow", "code": code},
        aws_conn_id=None,
        region_name="us-east-1",
        awslogs_enabled=True,
    )
    greet.execute({})


run("0")
print("\nsucceeded", flush=True)
try:
    run("3")
except AirflowException as error:
    print("\nfailed:", error)
