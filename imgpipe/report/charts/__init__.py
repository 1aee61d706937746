"""Charts as SVG text: pure functions of numbers and names, coloured by the page's CSS variables.

Every chart carries a title and a description that says the same in words, so that a screen reader
tells what the eye sees. Colours are never the only sign: names stand at the marks, and lines of
more models than colours differ in their dashes.
"""
