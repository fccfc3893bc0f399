"""The demo: an invented repair company and one week of its work, told through the real interfaces."""
