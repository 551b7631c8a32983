#!/bin/bash
# Every node runs this: one process per GPU; all processes connect to the main node.
set -euo pipefail

# The main node does not get this variable, so it uses its own address.
main=${AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS:-$(hostname -i)}
# Fail if the Elastic Fabric Adapter does not work; the log shows which network NCCL uses.
export FI_PROVIDER=efa NCCL_DEBUG=INFO
exec torchrun --nnodes "$AWS_BATCH_JOB_NUM_NODES" --node-rank "$AWS_BATCH_JOB_NODE_INDEX" \
  --nproc-per-node "$GPUS" --master-addr "$main" --master-port 29500 "$@"
