# Filesystems of the network. Jobs would take a missing one for an empty one, so an instance without it runs none.
attach() { # by a command, unless it is there
  if mountpoint -q "$MOUNT_PATH"; then
    say "$MOUNT_PATH is mounted already"
    return
  fi
  mkdir -p "$MOUNT_PATH"
  retry "$@"
  mountpoint -q "$MOUNT_PATH"
  say "$MOUNT_PATH is mounted"
}

efs() {
  MOUNT_PATH=$1
  need mount.efs amazon-efs-utils
  attach mount -t efs -o "$3" "$2" "$1"
}

lustre() {
  MOUNT_PATH=$1
  need mount.lustre lustre-client
  attach mount -t lustre -o "$3" "$2" "$1"
}

s3() {
  MOUNT_PATH=$1
  need mount-s3 mount-s3
  attach mount-s3 "$2" "$1" "${@:3}"
}
