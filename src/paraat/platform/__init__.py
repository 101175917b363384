"""The ground floor: PostgreSQL, jobs, journal, marked QuerySets, channels, live updates, documents and registrations."""
