"""A flow whose steps are jobs of AWS Batch: one for each item, and one that joins them."""

from metaflow import FlowSpec, batch, step


class Squares(FlowSpec):
    @step
    def start(self):
        self.items = [1, 2, 3]
        self.next(self.square, foreach="items")

    @batch(cpu=1, memory=256, queue="queue", image="python")
    @step
    def square(self):
        import os

        self.job = os.environ["AWS_BATCH_JOB_ID"]
        self.result = self.input**2
        self.next(self.join)

    @batch(cpu=1, memory=256, queue="queue", image="python")
    @step
    def join(self, inputs):
        self.total = sum(each.result for each in inputs)
        self.jobs = len({each.job for each in inputs})
        self.next(self.end)

    @step
    def end(self):
        print(f"total {self.total} of {self.jobs} jobs")


if __name__ == "__main__":
    Squares()
