"""Settings, assembly, command line and scheduled jobs: the packages put together as one program."""
