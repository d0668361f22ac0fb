"""What other services say of trainings: regions, classes, enrolments, persons, certificates."""
