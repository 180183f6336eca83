"""The local stack: broker, ClickHouse's engine, gateway, capture, control and worker as child processes."""
