"""The registry: who trains whom, for what, and whether it was finished.

Owns        the plan's programmes, regions and levels; institutions; classes; trainees; enrolments
Publishes   registry.* (programmes, regions, levels, indicators, institutions, classes, enrolments)
Hears       nothing yet
Its users   institutions' systems and staff, county officers
Keeps       names, numbers and phones of trainees, sealed; tells only person keys
"""
