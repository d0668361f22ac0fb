"""The subsidy: amounts for completed trainings, decisions on them, payments.

Owns        policy rows, budgets, claims with their lines, payments, recoveries, objections, appeals, the ledger of all
            money; proposals of budgets and recoveries
Publishes   subsidy.* (claims, from draft to payment and recovery; budgets and their moves; control totals)
Hears       registry: regions, the calendar, institutions, classes, enrolments, licences, merged persons, flags;
            assessment: certificates
Its users   institutions, reviewers in county, city and province, finance, auditors
Keeps       person keys only: no name, number or account; words and contacts of objectors, encrypted
"""
