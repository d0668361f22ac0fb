"""The subsidy: what a completed training is worth, who decided it, and where the money went.

Owns        policy rows, budgets, claims with their lines, payments, recoveries
Publishes   subsidy.* (claims, from the draft to the money)
Hears       registry: regions, classes, enrolments, merged persons; assessment: certificates
Its users   institutions, reviewers in county, city and province, finance, auditors
Keeps       person keys only: no name, number or account is known here
"""
