"""Customers, their contacts and cases, and surveys."""
