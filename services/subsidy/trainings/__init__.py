"""Data received from other services: regions, classes, enrolments, persons, certificates."""
