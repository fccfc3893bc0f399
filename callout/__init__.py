"""Settings, assembly, command line, scheduled jobs: where the rooms become one program."""
