"""The room of chapter 05: what only training and serving in the cloud need.

=================================  ================================================================
exercises, questions               the doors to all exercises; `exercises_*` one each
plots                              the door to all figures, in `plots_*`
widgets                            the door to W5.1 … W5.5, each a .py and a .js
machine                            what this process may use of its machine
roofline, operations               how fast the machine can be, and what the article's layers reach
speedup, crew, crew_member         Amdahl, Gustafson, and processes that share a step's work
shards                             a batch cut into shards; the gradient of the whole from theirs
ring                               all-reduce in a ring: the algorithm; between processes by
                                   `ring_joining`, `ring_sockets`; timed by `ring_processes`
links                              latency and bandwidth between processes; ring against star
large_batches                      the same epochs with larger batches, three rules for the rate
simulated, distributed             workers in one thread that show a deadlock; five faults (5.7)
=================================  ================================================================
"""
