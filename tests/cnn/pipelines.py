"""Programs for exercise 3.9, as students write them: right ones and wrong ones."""

import numpy as np

from helpers import nn
from helpers.cnn.pipeline import Softmax

RIGHT_PROGRAMS, WRONG_PROGRAMS = [], []


def right(answer):
    """Register the decorated program as a right one."""
    RIGHT_PROGRAMS.append(answer)
    return answer


def wrong(*names):
    """Register the decorated program as one in which `names` should be found."""
    return lambda answer: WRONG_PROGRAMS.append((names, answer)) or answer


def small(*last):
    return nn.Sequential([nn.Conv2D(4, 3, activation="relu"), nn.Flatten(),
                          nn.Dense(16, activation="relu"), *(last or [nn.Dense(10)])], seed=1)


def cut(images, labels, rng, test_share=4):
    """A mask says who is tested."""
    rows = np.arange(len(images))
    tested = rng.permutation(rows) < len(images) // test_share
    return images[~tested], labels[~tested], images[tested], labels[tested]


# --- right ---


@right
def fixed_scale(images, labels, augment, rng):
    """Nothing is fitted: ink counts to 16."""
    x, y, x_test, y_test = cut(images[..., None] / 16, labels, rng)
    return small(), augment(x, y), (x_test, y_test)


@right
def each_pixel_has_its_own_scale(images, labels, augment, rng):
    order = rng.permutation(len(images))
    n = int(0.7 * len(images))
    x, y = images[order[:n]], labels[order[:n]]
    x_test, y_test = images[order[n:]], labels[order[n:]]
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-8
    x, y = augment((x - mean) / spread, y)
    return small(), (x[:, :, :, np.newaxis], y), (((x_test - mean) / spread)[..., None], y_test)


@right
def every_image_by_itself(images, labels, augment, rng):
    x = images - images.mean(axis=(1, 2), keepdims=True)
    x = np.expand_dims(x / x.std(axis=(1, 2), keepdims=True), -1).astype("float32")
    x_train, y_train, x_test, y_test = cut(x, labels, rng)
    x_train, y_train = augment(x_train, y_train)
    order = rng.permutation(len(x_train))
    return small(), (x_train[order], y_train[order]), (x_test, y_test)


@right
def scaled_before_it_is_multiplied(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images, labels, rng, test_share=3)
    low, high = x.min(), x.max()
    x, y = augment((x - low) / (high - low), y)
    model = nn.Sequential([nn.Conv2D(6, 3, padding="same"), nn.ReLU(), nn.AveragePooling2D(),
                           nn.GlobalAveragePooling2D(), nn.Dense(10)])
    model.build((*images.shape[1:], 1))
    return model, [x.reshape(*x.shape, 1), y], [((x_test - low) / (high - low))[..., None], y_test]


# --- wrong ---


@wrong("augmentation before the split")
def multiplies_first(images, labels, augment, rng):
    images, labels = augment(images, labels)
    x, y, x_test, y_test = cut(images, labels, rng)
    m, s = x.mean(), x.std()
    return small(), (((x - m) / s)[..., None], y), (((x_test - m) / s)[..., None], y_test)


@wrong("scaler fitted on the test part too")
def scales_first(images, labels, augment, rng):
    images = images - images.mean(axis=0)
    images = images / images.std(axis=0)
    x, y, x_test, y_test = cut(images[..., None], labels, rng)
    return small(), augment(x, y), (x_test, y_test)


@wrong("scaler fitted on the test part too")
def largest_of_all(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images[..., None] / images.max(), labels, rng)
    return small(), augment(x, y), (x_test, y_test)


@wrong("augmentation before the split + double softmax")
def two_left(images, labels, augment, rng):
    images, labels = augment(images[..., None] / 16, labels)
    x, y, x_test, y_test = cut(images, labels, rng)
    return small(nn.Dense(10), Softmax()), (x, y), (x_test, y_test)


@wrong("ReLU on the logits")
def relu_as_a_layer(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images[..., None] / 16, labels, rng)
    return small(nn.Dense(10), nn.ReLU()), augment(x, y), (x_test, y_test)


@wrong("one-hot labels with a sparse loss + missing channel axis")
def both_loud_ones(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images / 16, np.eye(10, dtype=int)[labels], rng)
    return small(), augment(x, y), (x_test, y_test)


@wrong("test part scaled by its own numbers")
def two_scalers(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images[..., None], labels, rng)
    return small(), augment((x - x.mean()) / x.std(), y), ((x_test - x_test.mean())
                                                          / x_test.std(), y_test)


@wrong("test part multiplied as well", "double softmax")
def multiplies_both(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images[..., None] / 16, labels, rng)
    return small(nn.Dense(10), Softmax()), augment(x, y), augment(x_test, y_test)


@wrong("images are not scaled any more")
def leaves_the_scale_out(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images[..., None], labels, rng)
    return small(), augment(x, y), (x_test, y_test)


@wrong("labels in another order than the images")
def two_orders(images, labels, augment, rng):
    images, labels = rng.permutation(images), rng.permutation(labels)
    x, y, x_test, y_test = cut(images[..., None] / 16, labels, rng)
    return small(), augment(x, y), (x_test, y_test)


@wrong("random numbers not from rng")
def own_generator(images, labels, augment, rng):
    x, y, x_test, y_test = cut(images[..., None] / 16, labels, np.random.default_rng())
    return small(), augment(x, y), (x_test, y_test)


@wrong("test images in the training part too")
def tests_on_some_of_its_own(images, labels, augment, rng):
    x = images[..., None] / 16
    some = rng.permutation(len(x))[:6]
    return small(), augment(x, labels), (x[some], labels[some])
