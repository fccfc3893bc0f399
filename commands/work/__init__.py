"""Commands about work orders, visits, machines and technicians."""
