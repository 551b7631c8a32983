#!/bin/bash
# Every node runs this. The child nodes fetch the main node's public key; from these requests it learns their addresses.
set -euo pipefail
PORT=${PORT:-8022}
cd "${TMPDIR:-/tmp}"

# An image of your own would already have these packages.
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install --no-install-recommends curl gromacs-openmpi openmpi-bin openssh-server python3-minimal >installed.log
mkdir -p ~/.ssh /run/sshd

if [[ $AWS_BATCH_JOB_NODE_INDEX != "$AWS_BATCH_JOB_MAIN_NODE_INDEX" ]]; then
  main=http://$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS:$PORT
  curl -sSf --retry 100 --retry-delay 3 --retry-connrefused -o ~/.ssh/authorized_keys "$main/key.pub"
  /usr/sbin/sshd
  curl -sSf "$main/ready"
  # AWS Batch stops this node when the main node ends.
  exec sleep infinity
fi

ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519
mkdir -p shared
cp ~/.ssh/id_ed25519.pub shared/key.pub
touch shared/ready requests.log
python3 -m http.server --directory shared "$PORT" >/dev/null 2>requests.log &
server=$!
trap 'kill "$server"' EXIT
others() { awk '/GET \/ready/ { print $1 }' requests.log | sort -u; }
until (($(others | wc -l) == AWS_BATCH_JOB_NUM_NODES - 1)); do
  sleep 2
done
for node in localhost $(others); do
  echo "$node slots=${SLOTS:-8}"
done >hosts

# Simulates a box of water, with one process per slot.
printf '%s\n' '#include "oplsaa.ff/forcefield.itp"' '#include "oplsaa.ff/spce.itp"' \
  '[ system ]' water '[ molecules ]' >water.top
printf '%s\n' 'integrator = md' 'dt = 0.001' 'nsteps = 20000' 'coulombtype = PME' >water.mdp
gmx_mpi -quiet solvate -cs -box 8 8 8 -p water.top -o water.gro
gmx_mpi -quiet grompp -f water.mdp -c water.gro -p water.top -o water.tpr -maxwarn 1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun --hostfile hosts --bind-to none --mca plm_rsh_args "-o StrictHostKeyChecking=accept-new" \
  --mca oob_tcp_if_include "$NETWORK" --mca btl_tcp_if_include "$NETWORK" \
  gmx_mpi -quiet mdrun -s water.tpr -ntomp 1
