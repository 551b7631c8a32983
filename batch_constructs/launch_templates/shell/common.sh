# Every part begins with this. cloud-init runs the parts at each boot, before Docker starts.
set -euo pipefail

LOG=${LOG:-/var/log/$PART.log}
CONSOLE=${CONSOLE:-/dev/console}
FSTAB=${FSTAB:-/etc/fstab}

exec >>"$LOG" 2>&1

say() {
  echo "$PART: $*"
  # The console is what get-console-output shows of an instance that nobody can log in to.
  echo "$PART: $*" 2>/dev/null >>"$CONSOLE" || true
}

give_up() { :; } # what else a part does when it fails

leave() {
  local status=$? command=$BASH_COMMAND
  if ((status)); then
    say "FAILED with status $status at: $command; see $LOG"
    if [[ -n ${MOUNT_PATH:-} ]] && ! mountpoint -q "$MOUNT_PATH"; then
      # Jobs that write there fail at once, instead of filling the root disk until all of them do.
      { mkdir -p "$MOUNT_PATH" && chattr +i "$MOUNT_PATH"; } || true
    fi
    give_up
  fi
  exit "$status"
}
trap leave EXIT
