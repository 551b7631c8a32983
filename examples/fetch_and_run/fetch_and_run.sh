#!/bin/bash
# Downloads the file at BATCH_FILE_S3_URL, and runs it with the arguments of the job.
set -euo pipefail

cd "$(mktemp -d)"
case $BATCH_FILE_TYPE in
script)
  aws s3 cp --no-progress "$BATCH_FILE_S3_URL" job
  chmod +x job
  exec ./job "$@"
  ;;
zip)
  # The first argument is the name of the script in the zip file.
  aws s3 cp --no-progress "$BATCH_FILE_S3_URL" job.zip
  unzip -q job.zip
  exec "./$1" "${@:2}"
  ;;
*)
  echo "BATCH_FILE_TYPE must be script or zip, got $BATCH_FILE_TYPE" >&2
  exit 64
  ;;
esac
