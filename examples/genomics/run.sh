#!/bin/bash
# Runs a pipeline: its name, its revision, its profile, and the queue of its tasks. (No single quotes: the image of
# Nextflow puts each argument in some.) What a lost attempt has finished, the next one of the same job does not repeat.
set -euo pipefail
cat >nextflow.config <<END
process.executor = "awsbatch"
process.queue = "$4"
workDir = "s3://$BUCKET/work"
aws.batch.cliPath = "/opt/aws-cli/bin/aws"
aws.batch.jobRole = "$TASK_ROLE"
aws.batch.logsGroup = "$TASK_LOGS"
aws.batch.maxSpotAttempts = 3
END
export NXF_CLOUDCACHE_PATH="s3://$BUCKET/cache" NXF_IGNORE_RESUME_HISTORY=true NXF_UUID="$AWS_BATCH_JOB_ID"
exec nextflow run "$1" -r "$2" -profile "$3" -name "run-$AWS_BATCH_JOB_ID" -resume "$AWS_BATCH_JOB_ID" \
  --outdir "s3://$BUCKET/results/$AWS_BATCH_JOB_ID"
