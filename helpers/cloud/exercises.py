"""All exercises of chapter 05. Importing this module declares them in `helpers.kit.exercise`.

=========================  =====================================================================
exercises_responsibility   5.1 who looks after what
exercises_roof             5.2, 5.3, 5.p3: numbers, to predict
questions_roof             5.p1, 5.p2, 5.p13, 5.a to 5.c
exercises_shards           5.4 data_parallel_grad
exercises_ring             5.5 ring_allreduce
exercises_ring_numbers     5.6 bytes of each worker
exercises_distributed      5.7 find the bug, with `distributed` (the programs with faults),
                           `simulated` (the workers that run them) and `distributed_diagnosis`
questions_ring             5.p4 to 5.p7, 5.d to 5.f
exercises_save             5.8 save_atomic, tried on the disk in `power`
questions_save             5.p8
exercises_preempt          5.9 how often to save
questions_preempt          5.p9, 5.g
exercises_handler          5.10 handle
questions_serving          5.p10, 5.h
exercises_manifest         5.12 mend
questions_manifest         5.l, 5.m
exercises_capacity         5.11 plan, tried out in `capacity`; 5.p12
questions_load             5.p11, 5.i to 5.k
=========================  =====================================================================

In each stand the reference answer (the same text as the solution in the notebook), the inputs on
which answers are compared, the mistakes that have a name, and the hints.
"""

from helpers.cloud import (  # noqa: F401  (imported to be declared)
    exercises_preempt,
    exercises_ring_numbers,
    exercises_roof,
    questions_load,
    questions_manifest,
    questions_preempt,
    questions_ring,
    questions_roof,
    questions_save,
    questions_serving,
)
from helpers.cloud.distributed import symptoms, try_out
from helpers.cloud.exercises_capacity import plan
from helpers.cloud.exercises_distributed import train
from helpers.cloud.exercises_handler import handle
from helpers.cloud.exercises_manifest import mend
from helpers.cloud.exercises_responsibility import ITEMS, yours
from helpers.cloud.exercises_ring import ring_allreduce
from helpers.cloud.exercises_save import save_atomic
from helpers.cloud.exercises_shards import data_parallel_grad
from helpers.cloud.power import pack, restore

__all__ = ["ITEMS", "data_parallel_grad", "handle", "mend", "pack", "plan", "restore",
           "ring_allreduce", "save_atomic", "symptoms", "train", "try_out", "yours"]
