# An EBS volume of the launch template, which may appear some seconds after the instance.
DEV=${DEV:-/dev}
TRIES=${TRIES:-120}
LABEL=batch-ebs

blank_or_ours() {
  [[ $(lsblk -nro NAME "$1" | wc -l) -eq 1 ]] || return 1
  local label type
  label=$(blkid -p -s LABEL -o value "$1" || true)
  type=$(blkid -p -s TYPE -o value "$1" || true)
  [[ -z $type || $label == "$LABEL" ]]
}

find_volume() {
  local name size model
  # Xen names, and those that the udev rules of Amazon Linux give to NVMe devices.
  for name in "$DEV/$DEVICE_NAME" "$DEV/${DEVICE_NAME/#sd/xvd}"; do
    if [[ -e $name ]]; then
      readlink -f "$name"
      return
    fi
  done
  # Images without these rules: the EBS volume of this size that nobody uses.
  lsblk -dnrpbo NAME,SIZE,MODEL | while read -r name size model; do
    if [[ $model == *Elastic*Block*Store* && $size -eq $((SIZE_GIB << 30)) ]] && blank_or_ours "$name"; then
      echo "$name"
      break
    fi
  done
}

device=
for ((try = 0; try < TRIES; try++)); do
  device=$(find_volume)
  [[ -z $device ]] || break
  sleep 1
done
if [[ -z $device ]]; then
  say "no EBS volume $DEVICE_NAME of $SIZE_GIB GiB appeared in $TRIES seconds"
  exit 1
fi
mount_device "$device" "$LABEL"
