# Without what this script makes ready no job may start here. Jobs come by the ECS agent, or by the kubelet.
stay_off() {
  local status=$?
  ((status)) || return 0
  echo "user data FAILED with status $status; no job starts on this instance" >>"${CONSOLE:-/dev/console}" || true
  systemctl mask ecs.service kubelet.service || true
  systemctl stop --no-block ecs.service kubelet.service || true
}
trap stay_off EXIT
