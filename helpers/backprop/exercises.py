"""All exercises of chapter 02. Importing this module declares them in `helpers.kit.exercise`.

=========================  =====================================================================
exercises_predict          2.1, 2.9, 2.p3: numbers; 2.p2 … 2.p12: questions, to predict
exercises_forward          2.2 dense_forward, 2.3 softmax; wrong answers to 2.3 in
                           mistakes_softmax
exercises_loss             2.4 cross_entropy, 2.5 softmax_cross_entropy_grad; more wrong answers to
                           them in mistakes_loss
exercises_backward         2.6 dense_backward
exercises_training         2.7 find the bug, with `bughunt` (the loops) and `diagnosis`
exercises_adam             2.11 adam_step
exercises_gradcheck        2.8 gradcheck; its wrong answers in mistakes_gradcheck
exercises_autograd         2.10 Value; its wrong answers in mistakes_autograd
questions                  2.a to 2.l: quizzes
=========================  =====================================================================

In each stand the reference answer (the same text as the solution in the notebook), the inputs on
which answers are compared, the mistakes that have a name, and the hints.
"""

from helpers.backprop import (  # noqa: F401  (imported to be declared)
    exercises_predict,
    mistakes_autograd,
    mistakes_gradcheck,
    mistakes_loss,
    mistakes_softmax,
    questions,
)
from helpers.backprop.bughunt import CURVES, FAULTS, loss_curves
from helpers.backprop.exercises_adam import adam_step
from helpers.backprop.exercises_autograd import Value
from helpers.backprop.exercises_backward import dense_backward
from helpers.backprop.exercises_forward import dense_forward, softmax
from helpers.backprop.exercises_gradcheck import gradcheck
from helpers.backprop.exercises_loss import cross_entropy, softmax_cross_entropy_grad
from helpers.backprop.exercises_training import train

__all__ = [
    "CURVES", "FAULTS", "Value", "adam_step", "cross_entropy", "dense_backward", "dense_forward",
    "gradcheck", "loss_curves", "softmax", "softmax_cross_entropy_grad", "train",
]
