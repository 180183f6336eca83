"""The doors by which requests come in. Doors never import each other."""
