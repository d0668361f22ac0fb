"""The registry: institutions, their classes and trainees, and the outcome of each training.

Owns        the plan, policy rows and calendar; projects; institutions with sites, listings and sanctions;
            classes; trainees; enrolments; attendance; flags; patrols with findings; spot checks; safety documents
Publishes   registry.* (a fact for every change of these)
Hears       assessment: results, certificates
Its users   institutions' systems and staff, county officers
Keeps       names, numbers and phones of trainees, safety documents, photos, sealed; tells only person keys
"""
