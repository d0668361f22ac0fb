"""Assessment: bodies and their scopes, exams with their results, awards without an exam, and certificates.

Owns        bodies, their scopes, sanctions and examiners; standards; sessions; results; conferrals; certificates
Publishes   assessment.* (bodies, sessions, fees, results, certificates, which are not found; control totals)
Hears       registry: the plan, the calendar, institutions, classes, timetables, enrolments, merged persons;
            subsidy: claims
Its users   assessment centres, employers, county officers, and the public, who verify certificates without a token
Keeps       names and numbers of candidates and examiners, encrypted, and marks; publishes person keys and who passed
"""
