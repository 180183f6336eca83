"""Masking of personal data before anything leaves the capture process."""
