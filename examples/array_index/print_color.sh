#!/bin/sh
# Prints the line of this child: the index starts at 0, sed counts lines from 1.
set -eu

color=$(echo "$COLORS" | sed -n "$((AWS_BATCH_JOB_ARRAY_INDEX + 1))p")
echo "I am child $AWS_BATCH_JOB_ARRAY_INDEX, and my color is ${color:?there is no such line}"
