"""Commands about customers, contacts and cases."""
