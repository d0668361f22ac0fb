"""A real Apache Kafka for a machine without containers: its jars come from Maven and run on the machine's Java."""
