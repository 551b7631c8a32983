TRIES=${TRIES:-5}

retry() { # addresses, rights and other packages may come some minutes later than the instance
  local attempt
  for ((attempt = 1; ; attempt++)); do
    timeout 180 "$@" && return
    say "attempt $attempt of $TRIES failed: $*"
    ((attempt < TRIES)) || return 1
    sleep $((attempt * 10))
  done
}

need() { # a command, and the package of Amazon Linux 2023 that has it; its repositories lie in S3, in the Region
  command -v "$1" >/dev/null || retry dnf install -y "$2"
}
