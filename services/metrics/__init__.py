"""Metrics: live totals of the facts of the other services, by programme and region, against the plan's targets.

Owns        nothing of its own: everything here is derived and can be rebuilt from the log
Publishes   nothing
Hears       registry.* (plan, classes, enrolments, persons), assessment.* (certificates), subsidy.* (claims, budgets)
Its users   dashboards, provincial and city managers
Keeps       person keys, to count new high-skilled persons once; no name, no number
"""
