"""What is predicted before it is run: numbers 2.1, 2.9, 2.p3 and questions 2.p2, 2.p4, 2.p5 …

Each wrong number that people really give has a name and a reason; so has every option.
"""

from helpers.backprop.exercises_forward import SOLUTION
from helpers.kit.exercise import number, question

# --- 2.1 ---------------------------------------------------------------------------------------

X2_1 = number(
    "2.1",
    title="How many numbers does the network 64-64-10 learn?",
    kind="predict",
    answer=4810,
    rel_tol=1e-9,
    unit="parameters",
    minutes=4,
    difficulty=1,
    importance=4,
    hints=(
        "Look at one single neuron of the hidden layer. How many arrows come in? Each arrow "
        "carries its own weight.",
        "A layer from d inputs to m neurons has W of shape (d, m) and b of shape (m,), so d·m + m "
        "numbers. Add the layers 64→64 and 64→10. You may type the formula itself.",
        SOLUTION,
    ),
    wrong=[
        (148, "one weight per node",
         "74 neurons with one weight and one bias each make 148. But a neuron has one weight for "
         "every incoming edge: 64 of them, plus one bias."),
        (276, "one weight per node",
         "138 nodes with one weight and one bias each make 276. But weights sit on edges, not on "
         "nodes, and input nodes have neither weight nor bias."),
        (4736, "forgot the biases",
         "64·64 + 64·10 counts the weights. Each of the 64 + 10 neurons also has one bias."),
        (4874, "counted input biases",
         "An input node only hands a number on: it has no bias. Take 64 away."),
        (4800, "forgot the biases of the output layer",
         "The ten output neurons have a bias each, just as the hidden ones do."),
        (4746, "forgot the biases of the hidden layer",
         "The 64 hidden neurons have a bias each, just as the output ones do."),
        (4160, "only the hidden layer",
         "64·64 + 64 is the first layer. The output layer adds 64·10 + 10."),
        (650, "only the output layer",
         "64·10 + 10 is the last layer, or a softmax regression without a hidden layer. "
         "The hidden layer adds 64·64 + 64."),
        (8970, "one hidden layer too many",
         "64-64-10 names three columns of nodes, so two layers of weights. The first 64 is the "
         "input."),
        (40970, "multiplied the layers",
         "Layers are counted one after the other and added: 64·64 edges and then 64·10 edges."),
        (40960, "multiplied the layers",
         "Layers are counted one after the other and added: 64·64 edges and then 64·10 edges."),
        (138, "counted the nodes",
         "138 is the number of nodes. Parameters are the weights on the edges and one bias per "
         "neuron."),
        (74, "counted only the biases",
         "74 biases is right, but most of what is learned sits in the weights: one per edge."),
    ],
)


# --- 2.9 ---------------------------------------------------------------------------------------

X2_9 = number(
    "2.9",
    title="A bowl with curvatures 1, 4 and 10: from which step size on does descent fly out?",
    kind="predict",
    answer=0.2,
    rel_tol=1e-2,   # 0.199, the last step that the next cell tries, is close enough; 2/11 is not
    unit="",
    minutes=5,
    difficulty=3,
    importance=4,
    hints=(
        "On ½wᵀAw with A = diag(1, 4, 10) each coordinate walks alone: w ← (1 − αλ) w. When does "
        "it shrink? Which coordinate gets into trouble first?",
        "|1 − αλ| < 1 means 0 < α < 2/λ, and it must hold for λ = 1, 4 and 10 at once.",
        SOLUTION,
    ),
    wrong=[
        (0.1, "1/λmax",
         "With α = 1/λmax the steepest coordinate is at the bottom in one step. It still converges "
         "beyond that, jumping from side to side, up to 2/λmax."),
        (2.0, "2/λmin",
         "That is the limit of the flattest direction alone. The steepest one, λ = 10, diverges "
         "long before: α < 2/10."),
        (2 / 11, "2/(λmin + λmax)",
         "That is the best step, the one with the fastest worst coordinate. The question is the "
         "limit, 2/λmax."),
        (1.0, "1/λmin",
         "The steepest direction decides, not the flattest: with α = 1 and λ = 10 the factor is "
         "1 − 10 = −9."),
        (0.5, "2/λ of the middle one",
         "λ = 10 is steeper than λ = 4, and it diverges first. All directions must shrink."),
        (0.4, "2 over the mean curvature",
         "The mean of 1, 4 and 10 is 5, but the steepest direction does not care about the mean."),
        (2 / 15, "2 over the sum of the curvatures",
         "This is safe, but smaller than it need be: only the steepest direction sets the limit, "
         "2/10."),
        (10.0, "λmax",
         "That is the curvature. The step must be smaller the steeper the valley: 2/λmax."),
        (5.0, "λmax/2", "Upside down: the limit is 2/λmax."),
        (20.0, "2·λmax", "The step must be smaller the steeper the valley: 2 divided by λmax."),
    ],
)


# --- loss before training ------------------------------------------------------------------------

P2_3 = number(
    "2.p3",
    title="Ten classes, a network that knows nothing yet: what is its cross-entropy?",
    kind="predict",
    answer=2.302585093,
    rel_tol=2e-3,
    unit="nats",
    minutes=3,
    difficulty=2,
    importance=4,
    hints=(
        "What probability does it give to each of the ten classes?",
        "The loss is −log p of the true class, with p = 1/10. You may type log(10).",
        SOLUTION,
    ),
    wrong=[
        (0.1, "the probability itself", "0.1 is the probability; the loss is its −log: log 10 = "
                                        "2.30."),
        (3.321928, "logarithm to base 2", "log2 measures in bits. Here the logarithm is natural: "
                                          "2.30."),
        (1.0, "logarithm to base 10", "log10 of 10 is 1. Here the logarithm is natural: 2.30."),
        (0.9, "one minus the probability", "0.9 is the chance of guessing wrong, the error rate. "
         "The loss is −log 0.1 = 2.30."),
        (0.0, "the loss of a perfect network", "0 is the loss of certainty in the right class."),
        (-2.302585, "forgot the minus sign", "log 0.1 is negative; the loss is −log 0.1."),
        (23.02585, "sum over ten classes", "Only the true class counts, not all ten."),
        (10.0, "the number of classes", "Surprise is the logarithm of the number of equal choices: "
         "log 10."),
        (0.2302585, "divided by the classes", "Only the true class counts, and it counts whole: "
         "−log 0.1, not a tenth of it."),
    ],
)


# --- questions to predict -------------------------------------------------------------------------

question(
    "2.p2",
    title="Two layers without an activation",
    prompt="Two dense layers, 64 → 64 → 10, with no activation between them. What can they compute "
    "that one dense layer 64 → 10 cannot?",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=5,
    options=[
        ("Nothing", True,
         "(x W₁ + b₁) W₂ + b₂ = x (W₁W₂) + (b₁W₂ + b₂): again one matrix and one bias. Depth "
         "without a bend collapses."),
        ("Curved boundaries, because there are 4 810 parameters instead of 650", False,
         "The 4 810 numbers only ever act through the product W₁W₂, which has 640 entries, and one "
         "bias. More parameters, the same functions."),
        ("XOR, but nothing more complicated", False,
         "XOR needs a bend. A composition of affine maps is affine, and no straight line separates "
         "XOR."),
        ("Any function, because it has a hidden layer", False,
         "The theorem about hidden layers needs a non-linear activation. Without it the hidden "
         "layer adds nothing."),
    ],
)

question(
    "2.p4",
    title="A thousand forward passes",
    prompt="The network computes its answers for all training digits, a thousand times over. How "
    "much better does it get?",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=5,
    options=[
        ("A little: it has seen the digits often", False,
         "Seeing is not learning: the forward pass reads the weights and writes none."),
        ("Better on these digits, not on others", False,
         "That would be remembering, and remembering changes weights too. None has moved."),
        ("Not at all", True,
         "The forward pass only evaluates. Same weights, same digits, same answers."),
        ("Worse: rounding errors add up", False,
         "Every pass starts again from the same weights, so nothing adds up."),
    ],
)

question(
    "2.p5",
    title="The best nudge",
    prompt="Centred differences, (f(x + h) − f(x − h)) / 2h, in float64. Which h gives the "
    "smallest error?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("About 1e-2", False,
         "The formula is off by h²/6 times the third derivative: about 2e-6 for the curve of the "
         "figure. There is still room to go down."),
        ("Between 1e-6 and 1e-5", True,
         "Two errors meet: the formula's, about h², falls, and rounding, about 1e-16/h, rises. "
         "They balance near the cube root of 1e-16, which is 5e-6."),
        ("About 1e-12", False,
         "f(x + h) and f(x − h) then agree in almost all of their 16 digits; their difference has "
         "about four digits left."),
        ("The smaller the better: 1e-16", False,
         "The numbers next to 0.7 in float64 are 1.1e-16 away: the nudge is rounded to that or to "
         "nothing, and the slope comes out as anything, such as 0, or 0.56 instead of 0.63."),
    ],
)

question(
    "2.p7",
    title="A slope of a matrix for a matrix",
    prompt="Two examples, three inputs, four neurons: y is (2, 4), W is (3, 4). Which shape has "
    "∂y/∂W, all slopes of all outputs for all weights?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("(3, 4), like W", False,
         "That is the shape of ∂L/∂W, the slopes of one number, the loss. y is eight numbers."),
        ("(2, 4), like y", False, "That is the shape of ∂L/∂y. Each of these eight outputs has a "
                                  "slope for each of the twelve weights."),
        ("(2, 3): the inner sizes cancel", False,
         "Nothing is multiplied yet. Each of the eight outputs has a slope for each weight."),
        ("(2, 4, 3, 4)", True,
         "Two indices for the output, two for the weight: 2·4·3·4 = 96 slopes, most of them 0."),
    ],
)

question(
    "2.p10",
    title="The error of a small batch",
    prompt="The gradient of a mini-batch differs from the gradient of all digits by an error. How "
    "much longer is the typical error of a batch of 8 than that of a batch of 32?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("Four times", False,
         "The variance is four times as large, σ²/8 against σ²/32. The length is its root."),
        ("Twice", True,
         "The variance falls like 1/B, the length of the error like 1/√B: √(32/8) = 2. Four times "
         "the work halves the error."),
        ("Sixteen times", False,
         "That would be 1/B²; the variance of a mean falls like 1/B, and its length like 1/√B."),
        ("No longer: both are right on average", False,
         "Both are unbiased. But right on average says nothing about how far off one batch is."),
    ],
)

question(
    "2.p12",
    title="Three remedies and a hundred digits",
    prompt="A network 64-64-10 learns from 100 digits. Which remedy helps most with 360 others?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("Early stopping", False,
         "It needs digits to watch, here a fifth of the hundred, and cannot learn from those."),
        ("Weight decay", False,
         "In this setting the difference is smaller than one standard error of it."),
        ("Dropout", False,
         "In this setting the difference is smaller than one standard error of it."),
        ("None of them helps as far as 360 digits can tell", True,
         "Weight decay and dropout make no difference that can be told from chance, and early "
         "stopping costs accuracy. With another task that changes, as you will see."),
    ],
)

question(
    "2.p11",
    title="Small weights, twenty layers",
    prompt="Twenty ReLU layers of 64 units, no biases, weights drawn with standard deviation "
    "σ = 0.01, inputs of size about 1. How large are the activations of the last layer?",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=4,
    options=[
        ("About 1, as ReLU passes positive numbers on unchanged", False,
         "ReLU does, the weights do not: each sum of 64 terms, with weights of about 0.01, comes "
         "out far smaller than its inputs."),
        ("About 0.01, the size of the weights", False,
         "Every layer multiplies, not only one: by σ·√(64/2) = 0.057 each time. After twenty "
         "layers that is 0.057²⁰."),
        ("About 1e-25: the signal is gone", True,
         "Every layer multiplies the size by σ·√(fan-in/2) = 0.01·√32 = 0.057 (the 2 is for the "
         "half that ReLU cuts off), twenty times. The gradient shrinks the same way back."),
        ("Exactly 0, as ReLU cuts everything off", False,
         "ReLU cuts off about half of the sums in each layer. The others are tiny, but not 0."),
    ],
)
