"""Assessment: bodies and their scopes, exams with their results, and certificates.

Owns        assessment bodies, their scopes and sanctions; standards; exam sessions; candidates; results; certificates
Publishes   assessment.* (bodies, sessions, results, certificates)
Hears       registry: the plan's programmes and regions, institutions, classes, enrolments, merged persons
Its users   assessment centres, employers, county officers, and the public, who verify certificates without a token
Keeps       names and numbers of candidates, encrypted, and their marks; publishes person keys and whether they passed
"""
