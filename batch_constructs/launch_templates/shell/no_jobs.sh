give_up() {
  say "the ECS agent stays off until the next boot, so that no job starts here"
  # Whatever manages the instance: jobs come by the ECS agent, or by the kubelet.
  systemctl mask --runtime ecs.service kubelet.service || true
  systemctl stop --no-block ecs.service kubelet.service || true
}
