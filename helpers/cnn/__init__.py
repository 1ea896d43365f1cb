"""The room of chapter 03: what only convolutional networks need.

=================================  ================================================================
exercises, questions               the doors to all exercises; `exercises_*` one each, with
                                   `mistakes_*` and `pipeline*` (3.9) behind them
plots                              the door to all figures, in `plots_*`
widgets                            the door to W3.1 … W3.6, each a .py and a .js
networks                           the networks that are compared, untrained and trained
experiments, experiments_*         trainings and measurements that the text reports
explanations, deletion             maps of what a network looks at (`explanation_maps`), and tests
                                   of them
accounting                         shapes, parameters, products and fields of a stack of layers,
                                   with `layer_settings`, `rows`, `stacks`; `geometry` builds on it
speed, speed_textbook              what a training step takes, in five ways
filtering, sheet, looking          what lies behind W3.1, W3.6, and all widgets that look into a
                                   network
=================================  ================================================================
"""
