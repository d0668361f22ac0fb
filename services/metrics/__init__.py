"""Metrics: live totals of the facts of the other services, by programme and region, against the plan's targets.

Owns        targets by region and department, figures entered by hand, alerts of what falls behind, what
            was known at the end of each day; the totals are derived and can be rebuilt
Publishes   metrics.* (alerts)
Hears       registry.* (plan, institutions, classes, enrolments, persons, quality, flags, findings, patrols, books),
            assessment.* (bodies, certificates, books), subsidy.* (claims, budgets, books)
Its users   dashboards, provincial and city managers
Keeps       person keys, to count new high-skilled persons once; no name, no number
"""
