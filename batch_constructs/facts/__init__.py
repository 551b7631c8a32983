"""What AWS offers, as data with source and date, and the lookups over it.

Both wings read these modules: the constructs, to refuse at the caller's line what cannot work, and the checks over
the template. Nothing here imports the CDK, so an answer costs microseconds and no Node.js. A number stands here once.
"""
