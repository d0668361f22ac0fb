"""The subsidy: amounts for completed trainings, for assessments and for funded projects, decisions on them, payments.

Owns        policy rows, budgets, claims with their lines, payments, recoveries, what the bank paid twice, objections,
            appeals, the ledger of all money; projects with their grants; accounts of payees; proposals of budgets,
            recoveries, projects and accounts
Publishes   subsidy.* (claims, from draft to recovery; double payments; budgets and their moves; control totals)
Hears       registry: regions, the calendar, institutions, classes, enrolments, licences, merged persons, flags,
            sanctions, timetables; assessment: bodies and their sanctions, certificates, and which the national query
            network does not find; sessions with their examiners' hours, and their fees
Its users   institutions, assessment bodies, reviewers in county, city and province, finance, auditors
Keeps       person keys only: no name and no number; encrypted: words and contacts of objectors, account numbers of
            payees
"""
