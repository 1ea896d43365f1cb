"""The room of chapter 05: what only training and serving in the cloud need.

=================================  ================================================================
exercises, questions               the doors to all exercises; `exercises_*` one each, and `hints`
plots                              the door to all figures, in `plots_*`
widgets                            the door to W5.1 … W5.5, each a .py and a .js
machine                            what this process may use of its machine
roofline, operations               how fast the machine can be, and what the article's layers reach
speedup, crew, crew_member         Amdahl, Gustafson, and processes that share a step's work
shards                             a batch cut into shards; the gradient of the whole from theirs
ring                               all-reduce in a ring: the algorithm; between processes by
                                   `ring_joining`, `ring_sockets`; timed by `ring_processes`
links, links_echo                  latency and bandwidth between processes; ring against star
large_batches                      the same epochs with larger batches, three rules for the rate
children, lifeline                 child processes with a log, that never outlive their parent
loopback                           a network of one's own, for who listens on more than 127.0.0.1
store, checkpoints                 an object store; a training's state in it, whole or not at all
task, worker, supervisor           a job; the program of one worker (`worker_numpy`,
                                   `worker_tensorflow`, `memory`) and of who looks after them
training, drill                    trainings as the notebook starts them, and with kills
keras_backup                       what Keras's own backup keeps of a training, and what it does not
ray_lab, ray_workers               the same training started by Ray, if that is installed
power                              a disk whose power can be cut at any byte (5.8)
exporting, versions                a network as a file, in numbered versions; which one is served
server, server_app, request_body   the model server: program, addresses, what it accepts, and how
                                   long it waits for it (`slow_headers`)
batcher                            requests that come together go through the network together
serving, remote, calls             serving from the notebook; a network that asks a server; what
                                   one answer costs
preemption, lives, spot            how often to save, and what machines cost that are taken away
manifests, manifest_rules          files for Kubernetes, SageMaker, Vertex AI; what they forget
simulated, distributed             workers in one thread that show a deadlock; five faults (5.7)
load                               load tests, closed and open loop: `load_generator` sends the
                                   requests, `load_result` tells what was found
latencies, queues                  percentiles and tails; Little, M/M/1, M/D/1, and simulations
batching, capacity                 answers in batches; replicas, a rush, and what a million cost
prices, costs                      an editable table; money, energy and carbon
=================================  ================================================================
"""
