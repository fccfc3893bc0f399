"""Read models of customers, contacts, cases and surveys."""
