"""All exercises of chapter 03. Importing this module declares them in `helpers.kit.exercise`.

=========================  =====================================================================
exercises_predict          3.1, 3.2, 3.p2, 3.p6, 3.p9: numbers, to predict
questions_predict          3.8 and the other 3.p…: questions, to predict
exercises_xcorr            3.3 xcorr
exercises_conv             3.4 conv2d; its wrong answers in mistakes_conv and
                           mistakes_conv_products
exercises_pool             3.5 max_pool; its wrong answers in mistakes_pool
exercises_conv_backward    3.6 conv2d_backward
exercises_receptive        3.7 receptive_field
exercises_pipeline         3.9 find the bug, with `pipeline` (the programs with faults) and
                           `pipeline_diagnosis`
exercises_design           3.10 design
exercises_gradcam          3.11 grad_cam
questions                  3.a to 3.m: quizzes
=========================  =====================================================================

In each stand the reference answer (the same text as the solution in the notebook), the inputs on
which answers are compared, the mistakes that have a name, and the hints.
"""

from helpers.cnn import (  # noqa: F401  (imported to be declared)
    exercises_predict,
    mistakes_conv,
    mistakes_pool,
    questions,
    questions_predict,
)
from helpers.cnn.exercises_conv import conv2d
from helpers.cnn.exercises_conv_backward import conv2d_backward
from helpers.cnn.exercises_design import design
from helpers.cnn.exercises_gradcam import grad_cam
from helpers.cnn.exercises_pipeline import prepare
from helpers.cnn.exercises_pool import max_pool
from helpers.cnn.exercises_receptive import receptive_field
from helpers.cnn.exercises_xcorr import xcorr
from helpers.cnn.pipeline import Softmax, augment, symptoms, try_out

__all__ = [
    "Softmax", "augment", "conv2d", "conv2d_backward", "design", "grad_cam", "max_pool", "prepare",
    "receptive_field", "symptoms", "try_out", "xcorr",
]
