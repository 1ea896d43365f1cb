"""What is predicted before it is run, as a choice: 3.p1, 3.p3, 3.p4, 3.p5, 3.p7, 3.8, 3.p10 …

Every option has a reason, the right ones too.
"""

from helpers.kit.exercise import question

question(
    "3.p1",
    title="The same digits, on the move",
    prompt="A dense network (784-153-10) reads 97 of 100 new digits that all lie in the middle of "
    "the picture. Now each digit, in training and in the test, lies at a place of its own, up to 6 "
    "pixels off. It learns again, from 1 437 of them. How many does it read?",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=5,
    options=[
        ("About 97 of 100: the ink is the same", False,
         "To a dense network it is not. A digit that has moved lights up other pixels, and those "
         "have other weights. What it has learned at one place says nothing about the next."),
        ("About 90 of 100", False,
         "It is far worse: there are 169 places, so on average each of them has shown fewer than "
         "nine training digits, of all ten classes together."),
        ("About 70 of 100", True,
         "It has to learn every digit at every place anew, and 1 437 examples are too few for "
         "that. Not a single pixel of the digits has changed, only where they lie."),
        ("About 10 of 100, no better than guessing", False,
         "Neighbouring places share many pixels, so it does learn something, just far too little."),
    ],
)

question(
    "3.p3",
    title="The textbook's convolution and Keras's",
    prompt="A photograph is filtered twice with the same kernel, one that is not symmetric: once "
    "by the convolution of a mathematics textbook, once by Keras's Conv2D. Do you get the same "
    "picture?",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=4,
    options=[
        ("No: one of them turns the kernel by 180°", True,
         "The textbook turns the kernel (x[i − a], minus), Conv2D does not (x[i + a], plus): that "
         "is a cross-correlation. A network that learns its kernels does not mind: it learns the "
         "turned one."),
        ("Yes, both are convolutions", False,
         "The names agree, the sums do not: the textbook turns the kernel by 180° before it "
         "slides it. Conv2D does not, so it computes a cross-correlation."),
        ("No: one of them transposes the kernel", False,
         "Close: both axes are reversed, which is a turn by 180°, and not rows exchanged for "
         "columns."),
        ("No: one of them makes a larger picture", False,
         "How much is padded is a choice in both. With the same choice the sizes agree and the "
         "values still differ."),
    ],
)

question(
    "3.p4",
    title="Small digits for the article's network",
    prompt="The article's network (convolution 3×3, pool, convolution 3×3, pool, Flatten, dense "
    "layers) is built for our 8×8 digits instead of 28×28. What happens?",
    kind="predict",
    minutes=3,
    difficulty=2,
    importance=4,
    options=[
        ("It works, with fewer values to flatten", False,
         "8 → 6 → 3 → 1, and then? A pool of 2×2 does not fit into 1×1. 10×10 is the smallest "
         "picture that comes through."),
        ("It works: missing pixels are filled with zeros", False,
         "Only with padding=\"same\" are zeros added. The default is \"valid\": windows must fit."),
        ("An error at the second convolution", False,
         "8 → 6 → 3, and into 3×3 a kernel of 3×3 fits exactly once. It is the next layer that "
         "has nothing left to do."),
        ("An error at the second pool", True,
         "8 → 6 → 3 → 1, and a pool of 2×2 does not fit into 1×1. The smallest side that works is "
         "10: 10 → 8 → 4 → 2 → 1."),
        ("An error at the first dense layer", False,
         "A dense layer would take any number of values, it only needs at least one. None is left "
         "before that: the second pool has no window that fits."),
    ],
)

question(
    "3.p5",
    title="The article's formula",
    prompt="The article gives for the convolutional layer: yᵢⱼ = Σₖ xᵢₖ wⱼₖ + bⱼ, the sum over k = "
    "1 … K. Read the indices. Which layer is that?",
    kind="predict",
    minutes=3,
    difficulty=3,
    importance=5,
    options=[
        ("A convolution whose kernel has K entries", False,
         "In a convolution the window moves: i + k (or i − k) must appear in the index of x. Here "
         "k runs over the whole row i, and no neighbour of i is looked at."),
        ("A dense layer, x Wᵀ + b", True,
         "Row i of x times row j of W, plus bⱼ. If i counts places and k channels, it is the same "
         "dense layer at every place: a 1×1 convolution. No neighbour is ever looked at."),
        ("A convolution of K×K, with i and j as the place", False,
         "j is also the index of w and of b. So j counts outputs (filters), not columns of a "
         "picture; and one index k cannot run over a square."),
        ("A pool: k runs over the window", False,
         "A pool has no weights. Here each x is multiplied by one."),
    ],
)

question(
    "3.p7",
    title="Without the pools",
    prompt="The article says that pooling lowers the number of parameters. The pools of its "
    "network have none themselves. Take both pools out: how many parameters has the network then, "
    "instead of 121 930?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("Still 121 930: what has no parameters takes none away", False,
         "Both convolutions stay as they were, that is true. But the dense layer after Flatten has "
         "a weight for every value, and there are 24·24·64 of them now, not 5·5·64."),
        ("About four times as many", False,
         "There are two pools, and each makes four values into one: about sixteen times. And the "
         "borders that a pool drops come on top."),
        ("About 2.4 million", True,
         "24·24·64 = 36 864 values reach the first dense layer, instead of 1 600: 2 378 826 in "
         "all, nearly all of them there. A pool saves parameters only in a dense layer that comes "
         "after it; the convolutions keep theirs."),
        ("Fewer: each pool had 2·2 weights per map", False,
         "A pool takes the largest of four values. There is nothing to learn in it."),
    ],
)

question(
    "3.8",
    title="Trained in the middle, tested anywhere",
    prompt="Four networks learn from digits that all lie in the middle of the picture, and read "
    "there 92 of 100 new ones (softmax) or more (MLP 97, article's CNN 98, CNN with global pooling "
    "98). Now the test digits roam by up to 6 pixels; nothing is trained again. What do "
    "you expect?",
    kind="predict",
    minutes=3,
    difficulty=4,
    importance=5,
    options=[
        ("Both CNNs stay above 90, as convolutions do not care where something is; MLP and softmax "
         "fall to about 20", False,
         "A convolution is equivariant: if the digit moves, its maps move along. After Flatten "
         "every place has weights of its own again, so the article's CNN falls to about 20 as "
         "well."),
        ("Global pooling about 95, the article's CNN about 85, MLP about 70, softmax about 20",
         False,
         "That is what they read after learning from digits that roam. Here they have only ever "
         "seen the middle."),
        ("Global pooling between 70 and 85, the article's CNN, MLP and softmax about 20", True,
         "Only global pooling forgets where a map was high. Not quite, though: its pools work on a "
         "grid of two and four pixels, and at the border a digit looks different. The other three "
         "have weights for every place and have seen the middle only."),
        ("All four guess: about 10", False,
         "Small shifts, and digits at the same place by chance, are still read. And global pooling "
         "forgets the place, to a large part."),
    ],
)

question(
    "3.p10",
    title="A CNN for digits that stand still",
    prompt="On the 8×8 digits, which all lie in the middle, an MLP with 4 810 parameters reads "
    "about 350 of 360. How many does a CNN with 6 090 read, trained on the same digits?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("All 360: convolutions are made for images", False,
         "What a convolution brings is that it treats all places alike. Here every digit lies at "
         "the same place, so there is little to gain."),
        ("So nearly the same that 360 digits cannot tell", True,
         "Both read between 97 and 99 %, and the standard error of each is about 0.7 points. That "
         "is not a proof that they are equal: with fifteen seeds the CNN leads by about one point, "
         "just within two standard errors."),
        ("Clearly fewer: the images are too small", False,
         "Kernels of 3×3 with padding fit well into 8×8."),
        ("Clearly more, as it has more parameters", False,
         "The number of parameters says little about accuracy. On digits that roam a CNN with 23 "
         "946 beats one with 121 930."),
    ],
)

question(
    "3.p11",
    title="Thirty layers deep",
    prompt="Thirty ReLU layers, with Keras's usual starting weights, and beside it the same "
    "network with a skip around every two layers (h + F(h)). How large is the gradient at the "
    "first layer, compared with the last, before any learning?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("About as large, with and without skips: backpropagation is exact", False,
         "It is exact, and what it finds is small: each plain layer multiplies the gradient by "
         "about √½."),
        ("Half as large without, as large with skips", False,
         "Each plain layer multiplies it by about √½, and there are thirty of them: (√½)³⁰ is "
         "3e-5, not ½."),
        ("Exactly 0 without, as ReLU cuts it off; 1 with skips", False,
         "ReLU cuts off about half of the entries at each layer. The others go on, smaller and "
         "smaller, but not 0. And a skip adds to the gradient, so that it is not exactly 1."),
        ("About a hundred-thousandth without, some times as large with skips", True,
         "A plain layer multiplies the gradient by J, whose typical factor is a little below √½ "
         "here; thirty of them make 1e-5 to 2e-5. With a skip the factor is I + J: the I hands the "
         "gradient on as it is, and it grows about fivefold."),
    ],
)

question(
    "3.p12",
    title="The map of a network that knows nothing",
    prompt="A saliency map shows for every pixel how strongly the score of the class reacts to it, "
    "|∂score/∂pixel|. Now all weights of the trained network are shuffled, layer by layer, so that "
    "it knows nothing. What becomes of the map of the same digit?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=5,
    options=[
        ("Noise: nothing of the digit is left in it", False,
         "The scores are noise, the map is not. Where there is ink, ReLU lets gradients pass and "
         "pools choose; that alone draws the digit's outline."),
        ("It stays as it was: a gradient depends on the image only", False,
         "It depends on image and weights. Parts of the map do change; the question is how many."),
        ("It is 0 everywhere, as nothing has been learned", False,
         "Random weights have a gradient too. What it shows has nothing to do with reading."),
        ("It changes in part, and still shows where the ink is", True,
         "The ranks of the pixels in both maps correlate by 0.3 to 0.5 (and by 0.7 with weights as "
         "they are drawn before training). So a good part of what looks like an explanation is "
         "drawn by the image and the architecture. A map should be compared with that of a network "
         "that knows nothing before it is believed."),
    ],
)
