"""Masks slice by slice, with sizes in mm."""
