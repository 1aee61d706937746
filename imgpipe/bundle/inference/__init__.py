"""What a bundle predicts with: kernels, features, and a fitted part. No scikit-learn here."""
