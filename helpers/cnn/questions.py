"""The quizzes of chapter 03: 3.a to 3.m. Every option has a reason, the right ones too.

What 3.l says of the six faults is measured by `pipeline.symptoms`.
"""

from helpers.kit.exercise import question

question(
    "3.a",
    title="Which step saves most?",
    prompt="From a dense layer (16 981 120 parameters) to one whose units see 3×3 pixels only "
    "(216 320), and from there to the convolution (320). What makes the last step?",
    difficulty=2,
    importance=5,
    options=[
        ("The units look at fewer pixels", False,
         "That was the first step, dense → local, a factor of 78.5. In the last one every unit "
         "still looks at 3×3 pixels."),
        ("There are fewer outputs", False,
         "All three layers have the same 26·26·32 outputs."),
        ("Pooling makes the maps smaller", False,
         "None of the three layers has a pool behind it yet."),
        ("All units of one map use the same nine weights and the same bias", True,
         "Weight sharing divides by 26·26 = 676: one kernel per map instead of one per place. "
         "Looking at few pixels and sharing weights are two ideas; the second saves more."),
    ],
)

question(
    "3.b",
    title="A kernel turned round",
    prompt="A network has learned a kernel with Conv2D, a cross-correlation. Somebody rebuilds it "
    "with true convolutions and copies the weights. What must be done?",
    difficulty=2,
    importance=3,
    options=[
        ("Nothing, only the name differs", False,
         "Then each kernel would be applied turned by 180°, and an edge from dark to light would "
         "count as one from light to dark."),
        ("Turn each kernel by 180° in its two spatial axes", True,
         "x ⋆ k = x ∗ (k turned). Channels and filters stay in their order."),
        ("Transpose each kernel", False,
         "A transposition exchanges rows and columns. Needed is a turn: both axes reversed, "
         "k[::-1, ::-1]."),
        ("Train again, as another function is learned", False,
         "Both layers can compute the same functions, with the kernels turned. Nothing has to be "
         "learned again."),
    ],
)

question(
    "3.c",
    title="224 or 227?",
    prompt="The AlexNet paper feeds pictures of 224×224 into kernels of 11×11 with stride 4, "
    "and its figure shows maps of 55×55 behind them. Which of these is true?",
    minutes=3,
    difficulty=3,
    importance=3,
    options=[
        ("It fits for 227: (227 − 11)/4 + 1 = 55", True,
         "216/4 = 54, and 55 windows. Many programs therefore take 227, or pad 224 by three zeros "
         "(two on one side and one on the other, say). Follow sizes through every layer yourself."),
        ("It fits: (224 − 11)/4 + 1 = 55", False,
         "213/4 is 53.25, so 54 windows fit, without padding."),
        ("It fits with “same” padding", False,
         "With stride 4 and “same”, ⌈224/4⌉ = 56 windows are made."),
        ("It fits for 225, as the formula rounds down", False,
         "⌊214/4⌋ + 1 = 54. Rounding down throws a rest away; it does not add a window."),
    ],
)

question(
    "3.d",
    title="What one filter holds",
    prompt="A 3×3 convolution reads 32 maps and makes 64. What shape has one of its filters, and "
    "what does it put out?",
    difficulty=2,
    importance=5,
    options=[
        ("3×3; it is applied to each of the 32 maps and makes 32 maps", False,
         "That is a depthwise convolution. An ordinary filter has a slice for each input map, "
         "and adds up what the slices find."),
        ("3×3×64; it makes 32 maps", False,
         "Inputs and outputs are exchanged. W is (kh, kw, channels in, channels out)."),
        ("3×3×32; it makes one map", True,
         "It has one 3×3 slice for each input map, sums over all of them and adds its bias: one "
         "number per place. 64 filters make 64 maps; W is (3, 3, 32, 64)."),
        ("3×3×32; it makes 32 maps, one for each slice", False,
         "The products of all slices are added up. A filter makes one single map."),
    ],
)

question(
    "3.e",
    title="What im2col costs",
    prompt="The second convolution of the article's network reads maps of 13×13×32 with windows "
    "of 3×3, and has 11×11 places. How many numbers does im2col write for one image, for each "
    "number that it reads?",
    difficulty=3,
    importance=4,
    options=[
        ("Nine", False,
         "Only numbers well inside lie in nine windows. One in a corner lies in a single window, "
         "and in maps as small as 13×13 the edges are a large part."),
        ("A little more than six", True,
         "11·11 rows of 3·3·32 numbers are 34 848; the maps have 13·13·32 = 5 408. The ratio is "
         "6.4, and comes near 9 only in large maps."),
        ("None: the rows are views of the maps", False,
         "Windows overlap, and a matrix product wants its rows one after the other in memory. So "
         "they are copied."),
        ("288, as each window has 3·3·32 numbers", False,
         "That is the length of a row. But there are only 121 rows, and 5 408 numbers to read."),
    ],
)

question(
    "3.f",
    title="What a pool does and does not do",
    prompt="A max-pool of 2×2 is put between two convolutions. Tick every line that is right.",
    multiple=True,
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("The network gets fewer parameters, as the convolution after it needs fewer", False,
         "The convolution has kh·kw·C·F + F parameters, whatever the size of its maps."),
        ("The convolution after it has about a quarter of the work", True,
         "A quarter of the places, the same work at each (but for the border)."),
        ("Everything after it sees a wider part of the image", True,
         "Neighbours are two pixels apart after the pool, so the next kernel spans twice as much."),
        ("The pool learns which of the four values matters", False,
         "It has nothing to learn. It takes the largest."),
        ("Shifted by one pixel, the image always gives the same pooled map", False,
         "Only if the largest value stays inside its 2×2 window. On average half of all shifts by "
         "one pixel cross a border."),
    ],
)

question(
    "3.g",
    title="One weight, used 676 times",
    prompt="A weight of the first convolution takes part at all 26·26 places. What is ∂L/∂w?",
    difficulty=2,
    importance=5,
    options=[
        ("The sum over all places of x at that place times dy", True,
         "Every use contributes, and contributions add up: dW[a, b] = Σᵢⱼ x[i + a, j + b]·dy[i, "
         "j], and over the images as well. The same rule as for a bias."),
        ("The mean of the contributions of all places", False,
         "Nothing in the derivation divides by 676. With a mean, plain descent would be 676 "
         "times too slow. (The 1/n for the images is in dy already.)"),
        ("The contribution of the place where dy is largest", False,
         "That is how a max-pool hands gradients on. A shared weight hears from every place."),
        ("676 gradients, one per place", False,
         "It is one number that is used 676 times, so it has one gradient and makes one step."),
    ],
)

question(
    "3.h",
    title="Equivariant or invariant?",
    prompt="A digit moves four pixels to the right, away from all borders. Which parts of a "
    "network answer the same as before, which only shifted?",
    minutes=2,
    difficulty=3,
    importance=5,
    options=[
        ("A convolution answers the same; that is what CNNs are good for", False,
         "Its map moves along with the digit. That is equivariance: f(Tx) = T f(x)."),
        ("A convolution answers shifted, Flatten and a dense layer the same", False,
         "A dense layer has weights of its own for every place: of a shifted map it makes other "
         "scores."),
        ("Both a convolution and a global pool answer shifted", False,
         "A global pool puts out one number per map. There is nothing left that could be shifted."),
        ("A convolution answers shifted, a global pool over its map the same", True,
         "The map moves along (equivariant); its largest value does not care where it is "
         "(invariant)."),
    ],
)

question(
    "3.i",
    title="What the numbers allow",
    prompt="Roaming digits, 360 test images. Network A: 0.83 ± 0.02. Network B: 0.92 ± 0.015. "
    "Network C: 0.93 ± 0.015 (one standard error each). Tick what one may say.",
    multiple=True,
    minutes=3,
    difficulty=3,
    importance=5,
    options=[
        ("B reads these digits better than A", True,
         "The difference, 0.09, is more than three times its standard error, √(0.02² + 0.015²) = "
         "0.025."),
        ("C reads these digits better than B", False,
         "The difference is 0.01, its standard error about 0.02. It may well be chance. On the "
         "same digits, and with more seeds, a paired comparison could say more."),
        ("B would also be better on photographs", False,
         "Nothing was measured on photographs. The numbers speak of these digits, by the same "
         "writers."),
        ("If the epoch of B was chosen by the test images, its 0.92 is too good", True,
         "Then the test images took part in the choice. Early stopping needs images of its own, "
         "for validation."),
        ("Trained with another seed, B would get 0.92 again", False,
         "±0.015 speaks of other test images, not of other starting weights and other orders. "
         "That takes a second seed."),
    ],
)

question(
    "3.j",
    title="Four blocks, four ideas",
    prompt="Which block is described rightly?",
    minutes=2,
    difficulty=3,
    importance=3,
    options=[
        ("Residual: h + F(h), so that the layers only learn the difference", True,
         "The Jacobian is I + J: the gradient has a way around the layers."),
        ("Dense block: the outputs of all earlier layers are added up", False,
         "They are put side by side, as further channels. Adding is what a residual block does."),
        ("Inception: kernels of several sizes, one after the other", False,
         "Side by side, on the same input; their maps are put together. 1×1 kernels before them "
         "save work."),
        ("Squeeze-and-excitation: unimportant places of a map are dimmed", False,
         "One factor per channel, from the mean of each map: whole maps are dimmed, not places."),
    ],
)

question(
    "3.k",
    title="A convincing heat map",
    prompt="A heat map lies exactly on the digit. What has been shown by that?",
    minutes=2,
    difficulty=3,
    importance=5,
    options=[
        ("That the network has understood the digit", False,
         "A network with random weights can have a map that lies on the digit too. That it looks "
         "right says something about us."),
        ("That these pixels made the decision", False,
         "Perhaps. To find out, take them away and see how fast the score falls, compared with "
         "random pixels and with the brightest ones."),
        ("That the network will read other digits as well", False,
         "A map belongs to one image and says nothing about others. For these there are test "
         "images."),
        ("Nothing yet: compare it with the map of a random network, and take the pixels away", True,
         "A map is an assertion. It can be tested: does it change when the weights are random? "
         "Does the score fall faster when its pixels go than when others do?"),
    ],
)

question(
    "3.l",
    title="Which fault shows itself?",
    prompt="The six faults of exercise 3.9, each alone in an otherwise right program. Tick every "
    "line that is right.",
    multiple=True,
    minutes=3,
    difficulty=4,
    importance=4,
    options=[
        ("A missing channel axis stops with an error", True,
         "A convolution expects (n, height, width, channels). Errors are the kind faults."),
        ("One-hot labels with a sparse loss stop with an error", True,
         "The sparse loss wants one class number per image, and ten numbers came. (Some libraries "
         "only warn, or compute something else.)"),
        ("A softmax too many stops with an error", False,
         "It trains, only worse: numbers between 0 and 1 are poor scores, and the loss cannot "
         "come below log(e + 9) − 1 = 1.46."),
        ("ReLU on the scores can cost a whole class", True,
         "A class whose score is below 0 for all images gets no gradient any more. How many fall "
         "out is left to the starting weights."),
        ("A scaler fitted on all images can be seen by its poor test accuracy", False,
         "Here it makes no difference that one could see. It is wrong all the same: the test "
         "images have taken part, and with few or uneven images that does show."),
        ("Augmentation before the split makes the test accuracy look better than it is", True,
         "Almost every test image then has a sister in the training part. With fifty digits: about "
         "0.9 on its own test part, about 0.8 on digits that are really new."),
    ],
)

question(
    "3.m",
    title="Which network for which task?",
    prompt="The same objects appear anywhere in large pictures, and you have 1 500 labelled ones. "
    "Which network do you try first?",
    minutes=2,
    difficulty=2,
    importance=4,
    options=[
        ("Convolutions and a global pool before a small dense layer", True,
         "The convolutions find the parts wherever they are, the global pool forgets where. On "
         "roaming digits that won, with a fifth of the parameters. Then test it."),
        ("A dense network with as many parameters as possible", False,
         "It has to learn every object at every place anew. 1 500 pictures are not enough for "
         "that."),
        ("Convolutions, Flatten and a large dense layer", False,
         "The dense layer has weights for every place, so the place has to be learned again, and "
         "most parameters sit there."),
        ("Convolutions without any pool, to lose nothing", False,
         "Then the maps stay large, every layer sees only a few pixels more than the last, and the "
         "dense layer becomes huge."),
    ],
)
