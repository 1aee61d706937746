"""How a network is fitted: samples, augmentation, optimiser, checkpoints."""
