"""Job queues, their time limits, and the metrics that AWS publishes about them."""
