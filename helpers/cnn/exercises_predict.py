"""What is predicted before it is run, as a number: 3.1, 3.2, 3.p2, 3.p6, 3.p9.

Each wrong number that people really give has a name and a reason. What is predicted as a choice
(3.p1, 3.p3 … and 3.8) stands in questions_predict.
"""

from helpers.kit.exercise import number

SOLUTION = "The whole answer stands in [the solution](../solutions/03_cnn.ipynb)."

# --- 3.p2 --------------------------------------------------------------------------------------

P3_2 = number(
    "3.p2",
    title="A dense layer from 28×28 pixels to 32 maps of 26×26: how many parameters?",
    kind="predict",
    answer=16_981_120,
    rel_tol=1e-9,
    unit="parameters",
    minutes=3,
    difficulty=2,
    importance=5,
    hints=(
        "How many outputs are there? In a dense layer each of them looks at every pixel.",
        "26·26·32 outputs, each with 28·28 weights and one bias. You may type the formula.",
        SOLUTION,
    ),
    wrong=[
        (16_959_488, "forgot the biases",
         "Every output has a bias as well: 26·26·32 more."),
        (16_959_520, "one bias per map",
         "One bias for a whole map is what a convolution has. In a dense layer nothing is shared: "
         "each of the 21 632 outputs has its own."),
        (530_660, "forgot the 32 maps",
         "That is one map of 26×26. There are 32 of them, so 21 632 outputs."),
        (19_694_080, "maps of 28×28",
         "A 3×3 window fits 26 times into 28 pixels, so the maps that the convolution makes are "
         "26×26, and so are these."),
        (216_320, "already local",
         "(3·3 + 1) for each output: that is a layer whose units see a 3×3 window only. A dense "
         "unit sees all 784 pixels."),
        (194_688, "already local",
         "3·3 for each output: that is a layer whose units see a 3×3 window only. A dense unit "
         "sees all 784 pixels."),
        (320, "already shared",
         "3·3·32 + 32 is the convolution, which uses the same weights everywhere. This layer has "
         "other weights at every place."),
        (25_120, "one unit per map",
         "784·32 + 32 is a dense layer of 32 units. Here each map is 26×26 units."),
        (21_632, "counted the outputs",
         "26·26·32 is the number of outputs. Each of them brings 784 weights and a bias."),
        (4_245_280, "pooled first",
         "13·13·32 outputs are left after the pool. The maps of the layer itself are 26×26."),
    ],
)


# --- 3.1 ---------------------------------------------------------------------------------------

X3_1 = number(
    "3.1",
    title="How many values does Flatten hand on, for an image of 28×28?",
    kind="predict",
    answer=1600,
    rel_tol=1e-9,
    unit="",
    minutes=5,
    difficulty=2,
    importance=5,
    hints=(
        "Follow one side of the image through the layers. At how many places does a window of 3 "
        "pixels fit into 28?",
        "A 3×3 convolution without padding takes 2 off the width, one at each border; a 2×2 pool "
        "halves it and drops what is left over: 28 → 26 → 13 → … Then height · width · number of "
        "maps.",
        SOLUTION,
    ),
    wrong=[
        (3136, "“same” padding assumed",
         "28 → 14 → 7 needs padding. Keras's Conv2D pads nothing unless it is told to: "
         "28 → 26 → 13 → 11 → 5."),
        (2304, "rounded up",
         "11/2 is 5, not 6: a window that does not fit is dropped. (A 3×3 window takes 2 off the "
         "width, one at each border.)"),
        (7744, "forgot the second pool",
         "11·11·64 comes out of the second convolution. The second pool makes 5·5 of it."),
        (9216, "forgot the first pool",
         "28 → 26 → 24 → 12: between the two convolutions there is a pool as well."),
        (36_864, "forgot both pools",
         "28 → 26 → 24: each convolution is followed by a pool, which halves the sides."),
        (30_976, "pools with stride 1",
         "A pool of 2×2 moves on by 2 unless it is told otherwise: 26 → 13, not 25."),
        (25, "forgot the channels",
         "5·5 is one map. The second convolution makes 64 of them, and Flatten takes all."),
        (800, "channels of the first convolution",
         "The maps at the end are those of the second convolution: 64, not 32."),
        (2400, "added the channels",
         "The 64 maps of the second convolution replace the 32 of the first; they do not join "
         "them."),
        (51_200, "multiplied the channels",
         "Each of the 64 maps is a sum over the 32 maps before it. 64 maps come out, not 32·64."),
        (1024, "one pixel too many taken off",
         "A window of 3 fits 28 − 3 + 1 = 26 times, not 25 times."),
        (4096, "the map grows",
         "28 + 3 − 1 = 30 is a “full” convolution. Only windows inside the image count: "
         "28 − 3 + 1 = 26."),
        (50_176, "the size never changes",
         "Convolutions without padding and pools make the maps smaller: 28 → 26 → 13 → 11 → 5."),
        (64, "global pooling",
         "One value per map is what global pooling hands on. Flatten hands on all 5·5 of each."),
        (320, "one side only", "A map has two sides: 5·5·64."),
    ],
)


# --- 3.2 ---------------------------------------------------------------------------------------

X3_2 = number(
    "3.2",
    title="How many parameters has the article's network?",
    kind="predict",
    answer=121_930,
    rel_tol=1e-9,
    unit="parameters",
    minutes=5,
    difficulty=3,
    importance=5,
    hints=(
        "Which layers learn anything? How many numbers does a single filter of the second "
        "convolution hold, if it looks at all 32 maps?",
        "A convolution has (kh·kw·channels in + 1) · channels out parameters, a dense layer "
        "(inputs + 1) · units; pools and Flatten have none. Four terms; 1600 values reach the "
        "first dense layer.",
        SOLUTION,
    ),
    wrong=[
        (121_760, "forgot the biases",
         "Each filter and each unit has a bias: 32 + 64 + 64 + 10 more."),
        (103_904, "forgot the biases and the input channels",
         "A filter of the second convolution is 3×3×32: it looks at all 32 maps. And each filter "
         "and each unit has a bias: (3·3·32 + 1)·64, not 3·3·64."),
        (104_074, "forgot the input channels",
         "A filter of the second convolution is 3×3×32: it looks at all 32 maps. So "
         "(3·3·32 + 1)·64, not (3·3 + 1)·64."),
        (2_557_450, "weights of its own at every place",
         "A filter uses the same weights and the same bias at every place of the image; that is "
         "what makes it a convolution."),
        (337_930, "weights of its own at every place",
         "A filter uses the same weights and the same bias at every place of the image: the first "
         "convolution has (3·3 + 1)·32, not (3·3 + 1)·26·26·32."),
        (151_210, "a bias at every place",
         "A filter has one single bias, used at every place: 32 and 64 of them."),
        (122_122, "pool counted",
         "A pool takes the largest value. There is nothing in it to learn. (LeNet-5, of 1998, did "
         "have a factor and a bias for each map.)"),
        (122_314, "pool counted",
         "A pool takes the largest value. There is nothing in it to learn."),
        (121_938, "pool counted",
         "A pool takes the largest value. There is nothing in it to learn."),
        (220_234, "“same” padding assumed",
         "Without padding 5·5·64 = 1600 values reach the dense layer, not 7·7·64 = 3136."),
        (166_986, "rounded up",
         "11/2 is 5: a window that does not fit is dropped. 1600 values reach the dense layer, not "
         "6·6·64 = 2304."),
        (2_378_826, "forgot the pools",
         "Pools have no parameters, but without them 24·24·64 values would reach the dense layer "
         "instead of 1600."),
        (21_130, "forgot the channels at Flatten",
         "Flatten hands on 5·5·64 = 1600 values, not 25."),
        (18_816, "only the convolutions",
         "Most parameters sit in the first dense layer: 1600·64 + 64."),
        (103_114, "only the dense layers",
         "The two convolutions learn as well: 320 and 18 496."),
        (121_280, "forgot the last layer", "The ten scores need 64·10 + 10 parameters."),
        (122_506, "three colours",
         "The digits are grey: one channel comes in, so 3·3·1·32 + 32."),
        (85_066, "one pixel too many taken off",
         "A window of 3 fits 28 − 3 + 1 = 26 times: 28 → 26 → 13 → 11 → 5. 1600 values reach the "
         "dense layer, not 4·4·64 = 1024."),
    ],
)


# --- 3.p6 --------------------------------------------------------------------------------------

P3_6 = number(
    "3.p6",
    title="How many multiplications does one image of 28×28 cost in the article's network?",
    kind="predict",
    answer=2_528_000,
    rel_tol=1e-4,
    unit="",
    minutes=5,
    difficulty=3,
    importance=4,
    hints=(
        "Take one single output of the second convolution. How many products are summed up for "
        "it? And how many such outputs are there?",
        "Convolution: outputs (height · width · maps) times kh·kw·channels in. Dense: inputs times "
        "units. Four terms, with maps of 26×26 and 11×11. Comparisons and biases do not count.",
        SOLUTION,
    ),
    wrong=[
        (121_930, "counted the parameters",
         "A dense weight is used once per image, but a weight of a convolution once at every "
         "place: 26·26 = 676 times in the first, 121 times in the second."),
        (121_760, "counted the weights",
         "A dense weight is used once per image, but a weight of a convolution once at every "
         "place: 26·26 = 676 times in the first, 121 times in the second."),
        (367_424, "forgot the input channels",
         "An output of the second convolution sums over 3·3·32 products: all 32 maps are looked "
         "at."),
        (4_039_808, "“same” padding assumed",
         "Without padding the maps are 26×26 and 11×11, and 1600 values reach the dense layer."),
        (5_056_000, "additions counted as well",
         "That counts multiplications and additions, often called FLOPs. There are half as many "
         "multiplications."),
        (2_557_450, "biases counted",
         "A bias is added, not multiplied."),
        (2_424_960, "forgot the dense layers",
         "1600·64 and 64·10 are not much, but they are part of it."),
        (3_443_840, "places of the input",
         "The sum is made once for each place of the output: 26·26 and 11·11, not 28·28 and "
         "13·13."),
        (13_171_456, "forgot the pools",
         "The second convolution works on the pooled maps: 11·11 places, not 24·24. And 1600 "
         "values reach the dense layer."),
        (2_556_032, "pool counted",
         "A pool compares; it does not multiply."),
        (143_972, "one filter only",
         "Each of the 32 (64) filters makes a map of its own."),
        (372_480, "forgot the window",
         "Each output of a convolution is a sum over its whole window, 3·3 products per channel, "
         "not 1."),
        (2_230_272, "only the second convolution",
         "That is the largest part, 88 %, but there are three more layers that multiply."),
    ],
)


# --- 3.p9 --------------------------------------------------------------------------------------

P3_9 = number(
    "3.p9",
    title="How many pixels wide is what one value after the second pool has seen?",
    kind="predict",
    answer=10,
    rel_tol=1e-9,
    unit="pixels",
    minutes=4,
    difficulty=3,
    importance=4,
    hints=(
        "Go backwards: one value after the second pool looks at 2×2 values before it. At how many "
        "values of the layer before do these look?",
        "A layer with kernel k widens the view by (k − 1) steps, and a step is as many pixels as "
        "all strides before it multiplied: 1, 1, 2, 2. Start with one pixel.",
        SOLUTION,
    ),
    wrong=[
        (7, "forgot the strides, or the windows of the pools",
         "After a pool, neighbours are two pixels apart: the second convolution adds 2·2, not 2. "
         "And a pool looks at two values, so it adds (2 − 1) steps."),
        (5, "pools left out",
         "3 + 2 is two convolutions in a row. The pool between them looks at 2×2 values, and "
         "doubles the step."),
        (8, "one layer too few",
         "8 is the view of the second convolution. The pool after it looks at two of those, two "
         "pixels apart."),
        (4, "one pool only", "4 is the view after the first pool. Two more layers follow."),
        (16, "added k, not k − 1",
         "Neighbouring windows overlap: a kernel of 3 adds two steps to the view, not three."),
        (15, "added k, not k − 1",
         "Neighbouring windows overlap: a kernel of 3 adds two steps to the view, not three. And "
         "the view begins with one pixel."),
        (13, "stride counted one layer too early",
         "A pool's stride makes the steps wider for the layers after it, not for itself: "
         "3, 4, 8, 10."),
        (12, "stride counted one layer too early",
         "A pool's stride makes the steps wider for the layers after it, not for itself. The "
         "second pool's two inputs are 2 pixels of the image apart, so it adds 2, not 4."),
        (11, "one too many",
         "The view begins with one single pixel and grows by k − 1 steps: 1 + 2 + 1 + 4 + 2."),
        (9, "one too few",
         "The view begins with one single pixel, not with none: 1 + 2 + 1 + 4 + 2."),
        (36, "multiplied the kernels",
         "Views add up, in steps: 1 + 2 + 1 + 2·2 + 1·2. Only the strides multiply."),
        (100, "the area", "10·10 is the number of pixels; 10 is the width."),
        (28, "the whole image",
         "Only behind Flatten does a number see (nearly) the whole image. A value in a map sees a "
         "window."),
    ],
)
