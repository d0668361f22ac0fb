"""Licences of other authorities that trainings lead to: recorded by the institution, confirmed by an officer."""
