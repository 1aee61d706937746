"""Responses to blobs at several scales, their maxima, and which of these overlap."""
