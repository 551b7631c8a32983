"""The JSON of the AWS CLI: comes in validated, and goes out equal.

A construct gets ``from_cli_json`` and ``to_cli_json`` by the mixin `CliJson` (``constructs``), which it tells its
operation and the keywords that say what properties say::

    class JobQueue(CliJson, JobQueueBase):
        _operation = "CreateJobQueue"

        @classmethod
        def _arguments_of(cls, properties, references):
            return {"priority": properties["Priority"], …}

It comes of a document in three steps: ``read`` checks the names and types of members, and the rules that hold for the
resource alone, and gives the properties as CloudFormation calls them; the construct is made by keywords; ``carry``
compares what it renders with the properties, and overrides the difference. So keywords need not cover every member,
and a default of ours that the document does not have is taken out again. ``write`` goes the other way, over the
synthesized template.

Only *members* change their case: the keys of maps (``tags``, ``parameters``, ``options``, labels) are the user's own,
and lists keep their order.
"""
