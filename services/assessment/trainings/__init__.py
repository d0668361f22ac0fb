"""Training classes and enrolments, received from the registry."""
