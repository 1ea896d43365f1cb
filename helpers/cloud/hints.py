"""What the last hint of every exercise of chapter 05 says."""

SOLUTION = "The whole answer stands in [the solution](../solutions/05_cloud.ipynb)."
