"""Facts about AWS Batch, as data with source and date, and lookups over them.

Both halves of the library read these modules: the constructs, to refuse wrong arguments where they are written, and the
rules over templates. Nothing here imports the CDK, so a lookup takes microseconds and no Node.js. Each number is written
here once.
"""
