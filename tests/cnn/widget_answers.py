"""What a widget answers, and the picture that stands for it where no kernel runs."""


def answer(widget, **changes):
    return widget.compute({**widget.initial, **changes})


def axes_of(widget, result):
    return [ax for ax in widget.picture(result).get_axes() if ax.get_visible()]
