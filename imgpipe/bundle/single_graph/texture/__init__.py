"""What is counted in gray levels inside a graph, and the formulas over the counts."""
