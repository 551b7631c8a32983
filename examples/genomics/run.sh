#!/bin/bash
# Runs a pipeline. Arguments: name, revision, profile, queue of its tasks. A new attempt of the same job does not repeat the
# finished tasks of a lost one. (Use no single quotes here: the Nextflow image puts each argument into single quotes.)
set -euo pipefail
echo "$NEXTFLOW_CONFIG" >nextflow.config
echo "process.queue = \"$4\"" >>nextflow.config
export NXF_CLOUDCACHE_PATH="s3://$BUCKET/cache" NXF_IGNORE_RESUME_HISTORY=true NXF_UUID="$AWS_BATCH_JOB_ID"
exec nextflow run "$1" -r "$2" -profile "$3" -name "run-$AWS_BATCH_JOB_ID" -resume "$AWS_BATCH_JOB_ID" \
  --outdir "s3://$BUCKET/results/$AWS_BATCH_JOB_ID"
