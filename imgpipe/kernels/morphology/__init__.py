"""What erosion, dilation and the kernels composed of them share."""
