"""Training classes and enrolments, as heard from the registry."""
