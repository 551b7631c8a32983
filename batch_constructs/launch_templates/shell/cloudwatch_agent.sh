# Metrics and logs of the instance. Jobs run without them, too.
AGENT=${AGENT:-/opt/aws/amazon-cloudwatch-agent}

need "$AGENT/bin/amazon-cloudwatch-agent-ctl" amazon-cloudwatch-agent
mkdir -p "$AGENT/etc"
echo "$SETTINGS" >"$AGENT/etc/batch.json"
retry "$AGENT/bin/amazon-cloudwatch-agent-ctl" -a fetch-config -m ec2 -c "file:$AGENT/etc/batch.json" -s
say "the CloudWatch agent runs"
