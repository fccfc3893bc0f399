"""Work orders, visits, machines and technicians."""
