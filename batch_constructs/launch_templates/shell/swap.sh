# A swap file on the root disk, for jobs that ask for swap.
SWAP_FILE=${SWAP_FILE:-/swapfile}

if swapon --show=NAME --noheadings | grep -qxF "$SWAP_FILE"; then
  say "$SWAP_FILE is in use already"
  exit 0
fi
if [[ ! -e $SWAP_FILE ]]; then
  # Under another name until it is whole, so that the next boot does not trust half of it.
  rm -f "$SWAP_FILE.new"
  (umask 077 && fallocate -l "${SWAP_MIB}MiB" "$SWAP_FILE.new")
  mkswap "$SWAP_FILE.new"
  mv "$SWAP_FILE.new" "$SWAP_FILE"
fi
swapon "$SWAP_FILE"
remember "$SWAP_FILE" "$SWAP_FILE none swap sw,nofail 0 0"
say "$SWAP_MIB MiB of swap in $SWAP_FILE"
