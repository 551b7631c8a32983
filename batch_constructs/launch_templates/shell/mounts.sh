# Filesystems of the network. Jobs would take a missing one for an empty one, so an instance without it runs none.
give_up() {
  say "the ECS agent stays off until the next boot, so that no job starts here"
  # Whatever manages the instance: jobs come by the ECS agent, or by the kubelet.
  systemctl mask --runtime ecs.service kubelet.service || true
  systemctl stop --no-block ecs.service kubelet.service || true
}

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
