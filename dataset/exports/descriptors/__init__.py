"""Descriptions of a release by the standards: each module makes one file from `about.About` and the layouts alone."""
