#!/bin/bash
# Runs a pipeline: its name, its revision, its profile, and the queue of its tasks. (No single quotes: the image of
# Nextflow puts each argument in some.) What a lost attempt has finished, the next one of the same job does not repeat.
set -euo pipefail
echo "$NEXTFLOW_CONFIG" >nextflow.config
echo "process.queue = \"$4\"" >>nextflow.config
export NXF_CLOUDCACHE_PATH="s3://$BUCKET/cache" NXF_IGNORE_RESUME_HISTORY=true NXF_UUID="$AWS_BATCH_JOB_ID"
exec nextflow run "$1" -r "$2" -profile "$3" -name "run-$AWS_BATCH_JOB_ID" -resume "$AWS_BATCH_JOB_ID" \
  --outdir "s3://$BUCKET/results/$AWS_BATCH_JOB_ID"
