"""Learn: checklists, lessons, assessments, programmes, ethical hacking, measures, continuity, sessions, guidance and the population."""
