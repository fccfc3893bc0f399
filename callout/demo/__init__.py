"""The demo: an invented repair company and one week of its work, sent through the real interfaces."""
