"""Courses that certificates of process assessments rest on: one that is withdrawn later has its revocation proposed."""
