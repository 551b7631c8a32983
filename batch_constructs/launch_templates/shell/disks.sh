remember() { # a line of fstab, told apart by its mount point or swap file
  awk -v key="$1" '$1 == key || $2 == key { found = 1 } END { exit !found }' "$FSTAB" || echo "$2" >>"$FSTAB"
}

mount_device() { # makes a filesystem on a blank device only, so that a reboot keeps what is there
  local device=$1 label=$2
  if mountpoint -q "$MOUNT_PATH"; then
    say "$MOUNT_PATH is mounted already"
    return
  fi
  if [[ -z $(blkid -p -s TYPE -o value "$device" || true) ]]; then
    say "making a filesystem of type $FILESYSTEM on $device"
    "mkfs.$FILESYSTEM" -L "$label" "$device"
  fi
  mkdir -p "$MOUNT_PATH"
  mount -o noatime "$device" "$MOUNT_PATH"
  # As in /tmp: jobs run as users of all kinds.
  chmod 1777 "$MOUNT_PATH"
  # nofail, since the disks of an instance that was stopped come back blank, and it must boot nevertheless.
  remember "$MOUNT_PATH" "LABEL=$label $MOUNT_PATH $FILESYSTEM defaults,noatime,nofail 0 2"
  say "$device is mounted at $MOUNT_PATH"
}
