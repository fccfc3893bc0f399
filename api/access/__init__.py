"""Routes and bodies of users, sessions, devices and operations."""
