"""The subsidy: amounts for completed trainings, decisions on them, payments.

Owns        policy rows, budgets, claims with their lines, payments, recoveries
Publishes   subsidy.* (claims, from draft to payment and recovery)
Hears       registry: regions, classes, enrolments, licences, merged persons; assessment: certificates
Its users   institutions, reviewers in county, city and province, finance, auditors
Keeps       person keys only: no name, number or account
"""
