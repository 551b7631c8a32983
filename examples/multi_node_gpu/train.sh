#!/bin/bash
# Every node runs this: as many processes as it has GPUs, all of which meet at the main node.
set -euo pipefail

# The main node is not told its own address.
main=${AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS:-$(hostname -i)}
# Over the fabric, or not at all; the log says which network NCCL took.
export FI_PROVIDER=efa NCCL_DEBUG=INFO
exec torchrun --nnodes "$AWS_BATCH_JOB_NUM_NODES" --node-rank "$AWS_BATCH_JOB_NODE_INDEX" \
  --nproc-per-node "$GPUS" --master-addr "$main" --master-port 29500 "$@"
