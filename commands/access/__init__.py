"""Commands about users, devices and operations."""
