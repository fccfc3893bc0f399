"""What every route works with: reading requests, lists, problems, headers and services."""
