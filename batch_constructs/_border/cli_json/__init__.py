"""Conversion of the AWS CLI's JSON to constructs, and back to equal JSON.

A construct gets ``from_cli_json`` and ``to_cli_json`` from its base class `CliJson` (``constructs``). It names its
operation and its L1, and creates its resource by ``_make``, of members as the API spells them::

    class JobQueue(CliJson, JobQueueBase):
        _operation = "CreateJobQueue"
        _l1 = batch.CfnJobQueue

        def __init__(self, …):
            …
            self._make(given(jobQueueName=job_queue_name, priority=priority, …))

A document has these members already, so that the construct is made around it: ``read`` checks the names and types of
members, and the rules that hold for the resource alone; ``_make`` creates the resource; ``complete`` overrides what the
L1 lacks; ``_refer_to`` sets the attributes that the constructor would have set. ``write`` goes the other way, over the
synthesized template.

Only *members* change their case: the keys of maps (``tags``, ``parameters``, ``options``, labels) belong to the user,
and lists keep their order.
"""
