"""The room of chapter 05: what only training and serving in the cloud need.

=================================  ================================================================
exercises, questions               the doors to all exercises; `exercises_*` one each
plots                              the door to all figures, in `plots_*`
widgets                            the door to W5.1 … W5.5, each a .py and a .js
=================================  ================================================================
"""
