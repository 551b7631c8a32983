"""A Luigi task that submits a job of AWS Batch and waits for it: one succeeds, one fails."""

import luigi
from luigi.contrib.batch import BatchJobException, BatchTask


class Greet(BatchTask):
    code = luigi.Parameter()

    @property
    def parameters(self):
        return {"name": "luigi", "code": self.code}


def run(code):
    Greet(job_definition="greet", job_name="greet", poll_time=1, code=code).run()


run("0")
print("succeeded")
try:
    run("3")
except BatchJobException as error:
    print("failed:", str(error).partition(" failed: ")[2])
