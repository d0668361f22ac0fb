"""A real Apache Kafka for a machine without containers: its jars by Maven, run on the machine's Java."""
