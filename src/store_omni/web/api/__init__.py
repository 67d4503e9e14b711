"""Apps, tills and integrators: JSON."""
