-- One database per service, made when the cluster is new. The log is Kafka, so it needs none.
CREATE DATABASE skills_registry;
CREATE DATABASE skills_subsidy;
CREATE DATABASE skills_assessment;
CREATE DATABASE skills_metrics;
