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
children, lifeline                 child processes with a log, that never outlive their parent
store, checkpoints                 an object store; a training's state in it, whole or not at all
task, worker, supervisor           a job; the program of one worker (`worker_numpy`,
                                   `worker_tensorflow`, `memory`) and of who looks after them
training, drill                    trainings as the notebook starts them, and with kills
power                              a disk whose power can be cut at any byte (5.8)
simulated, distributed             workers in one thread that show a deadlock; five faults (5.7)
=================================  ================================================================
"""
