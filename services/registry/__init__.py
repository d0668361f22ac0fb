"""The registry: institutions, their classes and trainees, and the outcome of each training.

Owns        the plan, policy rows and calendar; projects; institutions with sites, listings and sanctions;
            classes; trainees; enrolments; licences; attendance; flags; reports of the public; patrols, inspections,
            findings; spot checks; safety documents; training orders
Publishes   registry.* (one fact for each change; control totals)
Hears       assessment: results, certificates; subsidy: recoveries, claims
Its users   institutions' systems and staff, county officers, auditors
Keeps       names, numbers and phones of trainees, safety documents, photos, encrypted; publishes person keys only
"""
