"""The import door: requests that a log kept, brought in as if a door had seen them. One module per format."""
