"""Read models of work orders, visits, machines and technicians."""
