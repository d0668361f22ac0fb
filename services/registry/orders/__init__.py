"""Training orders: a signed need, its classes, their exams and what became of the trainees, as one project."""
