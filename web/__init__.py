"""Pages for the office, the technician and the auditor."""
