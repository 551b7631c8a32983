"""The JSON of the AWS CLI: comes in validated, and goes out equal.

A construct that is written as JSON for ``aws batch … --cli-input-json`` is read in three steps::

    properties = read(request("CreateJobQueue"), document)      # ValueError: all that is wrong with it
    queue = JobQueue(scope, id, priority=properties["Priority"], …)   # as if written by keywords
    carry(queue.cfn, properties)                                 # what no keyword says, and no more than the document

``read`` checks the members' names and types and the rules that hold for the resource alone, and gives the properties
as CloudFormation calls them. ``carry`` compares them with what the construct renders, and overrides the difference:
so arguments need not cover every member, and a default of ours that the document does not have is taken out again.
``write`` goes the other way, over the synthesized template. Only *members* change their case: the keys of maps
(``tags``, ``parameters``, ``options``, labels) are the user's own, and lists keep their order.
"""
