# All NVMe disks that come with the instance, as one.
DOCKER_ROOT=${DOCKER_ROOT:-/var/lib/docker}

array_of() { # the RAID device that a disk is part of, whatever udev called it after a reboot
  lsblk -nrpo NAME,TYPE "$1" | awk '$2 == "raid0" && !seen++ { print $1 }'
}

stripe() {
  local device
  command -v mdadm >/dev/null || dnf install -y mdadm || yum install -y mdadm
  device=$(array_of "$1")
  if [[ -z $device && $(blkid -p -s TYPE -o value "$1" || true) == linux_raid_member ]]; then
    say "assembling the disks of the last boot"
    mdadm --assemble --scan
    udevadm settle
    device=$(array_of "$1")
  fi
  if [[ -z $device ]]; then
    say "making one device of $# disks: $*"
    mdadm --create /dev/md/batch-nvme --name=batch-nvme --level=0 --raid-devices=$# --run "$@"
    udevadm settle
    device=$(array_of "$1")
  fi
  DEVICE=$device
}

udevadm settle
names=$(lsblk -dnrpo NAME,MODEL | awk '/EC2.*Instance.*Storage/ { print $1 }')
if [[ -z $names ]]; then
  say "this instance has no NVMe instance store: $MOUNT_PATH stays on the root disk"
  mkdir -p "$MOUNT_PATH"
  chmod 1777 "$MOUNT_PATH"
  exit 0
fi
mapfile -t DISKS <<<"$names"
if ((${#DISKS[@]} > 1)); then
  stripe "${DISKS[@]}"
else
  DEVICE=$names
fi
mount_device "$DEVICE" batch-nvme

if [[ $DOCKER_DATA == true ]]; then
  # Mounted over the old place, which every setting of Docker and of the ECS agent goes on to name.
  mkdir -p "$MOUNT_PATH/docker" "$DOCKER_ROOT"
  chmod 710 "$MOUNT_PATH/docker"
  if ! mountpoint -q "$DOCKER_ROOT"; then
    mount --bind "$MOUNT_PATH/docker" "$DOCKER_ROOT"
    # Docker starts after this part, unless the image starts it early.
    systemctl try-restart docker.service
  fi
  remember "$DOCKER_ROOT" "$MOUNT_PATH/docker $DOCKER_ROOT none bind,nofail,x-systemd.requires-mounts-for=$MOUNT_PATH 0 0"
  say "Docker keeps images and containers in $MOUNT_PATH/docker"
fi
