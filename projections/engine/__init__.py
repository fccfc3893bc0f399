"""The projector and what it works with: tables, rows, rebuild, replay, verify and the past."""
