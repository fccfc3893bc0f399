"""HTTP routes of the sync protocol, one file for each verb."""
