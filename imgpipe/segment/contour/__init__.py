"""Behind `active_contour`: where it starts, its loops, and the descent."""
