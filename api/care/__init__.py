"""Routes and bodies of customers, contacts and cases."""
