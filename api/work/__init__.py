"""Routes and bodies of work orders, visits, machines and technicians."""
