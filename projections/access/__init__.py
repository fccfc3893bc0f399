"""Read models of users, devices and operations."""
