-- One database per service, created with a new cluster. The log is Kafka and needs none.
CREATE DATABASE skills_registry;
CREATE DATABASE skills_subsidy;
CREATE DATABASE skills_assessment;
CREATE DATABASE skills_metrics;
