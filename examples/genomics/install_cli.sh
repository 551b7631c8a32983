#!/bin/bash
# The AWS CLI in one folder, which brings its own Python: containers mount it, whatever image they run.
set -euo pipefail
dnf install --assumeyes --quiet unzip
cd "$(mktemp --directory)"
curl --fail --silent --show-error --retry 5 --output cli.zip \
  "https://awscli.amazonaws.com/awscli-exe-linux-$(uname -m)-2.31.0.zip"
unzip -q cli.zip
./aws/install --install-dir /opt/aws-cli --bin-dir /opt/aws-cli/bin
