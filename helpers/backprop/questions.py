"""The quizzes of chapter 02. Every option has a reason, the right ones too.

The options of 2.f stand for the letters of `bughunt.loss_curves()`.
"""

from helpers.kit.exercise import question

question(
    "2.a",
    title="What one neuron owns",
    prompt="A neuron in the hidden layer is fed by 64 inputs. A second neuron is put beside it, "
    "in the same layer. How many of the first one's weights and biases does it use as well?",
    difficulty=1,
    importance=4,
    options=[
        ("All 64 weights, as both see the same inputs", False,
         "The inputs are shared, the weights are not. With the same weights the two neurons would "
         "always compute nearly the same."),
        ("None: it brings 64 weights and a bias of its own", True,
         "Every edge has its own weight, every neuron its own bias. W gets one more column, b one "
         "more entry: 65 new numbers."),
        ("Only the bias, as there is one per layer", False,
         "b has one entry per neuron, shape (m,). A layer has as many biases as neurons."),
        ("None: it brings one weight and one bias of its own", False,
         "With one weight it could not tell its inputs apart. A weight belongs to an edge, and 64 "
         "edges come in."),
    ],
)

question(
    "2.b",
    title="Which of them learns?",
    prompt="Four programs run over the same training images for an hour. Which one ends with a "
    "better network than it began with?",
    difficulty=1,
    importance=5,
    options=[
        ("It runs the forward pass and prints the loss of every batch", False,
         "Knowing the loss does not lower it. The forward pass reads W and b and writes neither."),
        ("It runs the forward pass on larger and larger batches", False,
         "However many images it sees: the forward pass evaluates the function, with the weights "
         "it began with."),
        ("It computes the loss and its gradient, and saves both to a file", False,
         "A gradient only says which way to go. No weight has moved yet."),
        ("It computes the loss and its gradient, and takes a small step against it", True,
         "A training step is three things: forward (loss), backward (gradient), update. Only the "
         "update changes weights. To use the finished network, the forward pass is enough."),
    ],
)

question(
    "2.c",
    title="What hides in the dot",
    prompt="A layer has X (32, 64) and Δ (32, 10), the gradient at its pre-activation. Which "
    "product is ∂L/∂W, with W (64, 10)?",
    difficulty=2,
    importance=5,
    options=[
        ("X Δ", False, "(32, 64)(32, 10) does not fit: the inner sizes 64 and 32 differ."),
        ("Δᵀ X", False, "(10, 64) is the transpose of the answer. A gradient has the shape of its "
                        "W."),
        ("Xᵀ Δ", True,
         "(64, 32)(32, 10) = (64, 10), and the sum runs over the 32 images, as it must: "
         "dW[a, b] = Σᵢ X[i, a]·Δ[i, b]."),
        ("∂L/∂Y times ∂Y/∂W, as two matrices", False,
         "∂Y/∂W is no matrix: it has an entry for every output and every weight, 32·10 by 64·10. "
         "The dot stands for a contraction, and that is Xᵀ Δ."),
    ],
)

question(
    "2.d",
    title="One bias, many images",
    prompt="The loss is the mean over n images. Δ (n, m) is its gradient at the pre-activation. "
    "What is ∂L/∂b?",
    difficulty=2,
    importance=4,
    options=[
        ("Δ itself", False, "Δ has a row for each image; b has one entry per neuron, shape (m,)."),
        ("The mean of Δ over the images", False,
         "The 1/n of the mean loss is already inside Δ. Dividing again makes biases learn n times "
         "too slowly."),
        ("The sum of Δ over the neurons", False,
         "That adds up different biases. The sum runs over what shares the bias: the images."),
        ("The sum of Δ over the images", True,
         "b takes part in every image, and the contributions of all uses add up. The 1/n of the "
         "mean is already inside Δ."),
    ],
)

question(
    "2.e",
    title="Backpropagation or optimiser?",
    prompt="What does backpropagation do?",
    difficulty=2,
    importance=5,
    options=[
        ("It updates the weights so that the loss falls", False,
         "That is the optimiser. The same gradient could be used for ascent, or only be looked "
         "at."),
        ("It sends the inputs backwards through the network", False,
         "What travels back is ∂loss/∂activation, from layer to layer, not the data."),
        ("It computes the gradient of the loss with respect to all parameters", True,
         "And nothing else. What is done with the gradient (SGD, momentum, Adam) is the "
         "optimiser's choice."),
        ("It is another name for gradient descent", False,
         "Gradient descent is one way to use a gradient; backpropagation is one way to get it. You "
         "can have either without the other."),
    ],
)

question(
    "2.f",
    title="Which fault draws which curve?",
    prompt="Each curve comes from the training loop with one single fault left. Tick every line "
    "that is right.",
    multiple=True,
    minutes=5,
    difficulty=4,
    importance=4,
    options=[
        ("A: zero start (symmetry)", False,
         "A network of twins still learns what one hidden unit can. A learns nothing at all: it "
         "stays near log 3."),
        ("A: labels shuffled separately", True,
         "A stays near log 3 = 1.10, pure guessing: there is nothing to learn in labels that "
         "belong to other points."),
        ("B: uses the updated W2 for the hidden gradient", True,
         "B looks healthy. A falling curve proves nothing: only a gradient check finds this one."),
        ("B: step size too large (above 2/λmax)", False,
         "Beyond 2/λmax the loss jumps about. B falls smoothly."),
        ("C: labels shuffled separately", False,
         "With labels shuffled anew in every epoch nothing is left to learn: log 3 = 1.10 is the "
         "floor (but for chance). C gets to 0.8."),
        ("C: zero start (symmetry)", True,
         "C falls and then stays at about 0.8: all hidden units are alike, so the layer can do no "
         "more than one unit."),
        ("D: ascent (+=)", False,
         "Ascent goes up and stays there. D goes up and down."),
        ("D: step size too large (above 2/λmax)", True,
         "D jumps about far above log 3: every step lands high on the other side of the valley."),
        ("E: ascent (+=)", True,
         "E climbs and stops near −log 1e-12·(2/3) = 18.4: two of three classes get probability 0, "
         "and the floor in the logarithm keeps the loss finite."),
        ("E: uses the updated W2 for the hidden gradient", False,
         "That fault still goes downhill, as well as the right loop, as far as the curve tells. E "
         "climbs."),
    ],
)

question(
    "2.g",
    title="When gradient descent does not descend",
    prompt="A quadratic valley has curvatures λ = 1 and λ = 100. You run gradient descent with "
    "α = 0.03. What happens?",
    difficulty=3,
    importance=4,
    options=[
        ("It diverges along the steep direction", True,
         "The limit is 2/λmax = 0.02. At 0.03 the steep coordinate is multiplied by −2 in every "
         "step."),
        ("It converges: α is small", False,
         "Small compared with what? Along the steep direction the factor is 1 − 0.03·100 = −2: "
         "each step doubles the error."),
        ("It diverges along the flat direction", False,
         "There the factor is 1 − 0.03 = 0.97: slow, but shrinking."),
        ("It converges, because the gradient always points uphill", False,
         "The direction is right, the length is not: a long step downhill lands high on the other "
         "side."),
    ],
)

question(
    "2.h",
    title="Adam's first step",
    prompt="The gradient of one weight is 0.001, of another 1000. How far does Adam (lr = 0.001, "
    "bias correction on) move each of them in its very first step?",
    difficulty=3,
    importance=3,
    options=[
        ("A million times further for the second", False,
         "That is plain gradient descent. Adam divides by the root of the mean square of each "
         "gradient."),
        ("Both by about 0.0001, as m is only a tenth of g", False,
         "Bias correction repairs just that: m̂ = m/(1 − 0.9) = g."),
        ("Both by about 0.001", True,
         "After bias correction m̂ = g and √v̂ = |g|, so m̂/√v̂ = ±1: the first step is lr for "
         "every weight whose gradient is well above ε."),
        ("Neither, as v starts at 0", False,
         "v is updated before it is used: v̂ = g², and the step is lr."),
    ],
)

question(
    "2.i",
    title="When to stop",
    prompt="The training loss still falls, the validation loss has been rising for ten epochs. "
    "What does early stopping do?",
    difficulty=2,
    importance=4,
    options=[
        ("Train on until the training loss is flat", False,
         "The network is now learning its own examples by heart; on new ones it gets worse."),
        ("Stop when the test accuracy is best", False,
         "Then the test set has helped to choose, and is no test any more. That is what validation "
         "data are for."),
        ("Stop, and keep the last weights", False,
         "Those are ten epochs past the best ones. Go back to the best validation epoch."),
        ("Stop, and keep the weights of the best validation epoch", True,
         "The validation set stands for new data. The weights before it turned are the best guess, "
         "not the last ones."),
    ],
)

question(
    "2.j",
    title="Dropout after training",
    prompt="A network was trained with dropout 0.5 (inverted, as in Keras). You now use it to "
    "predict. What happens to the units?",
    difficulty=2,
    importance=3,
    options=[
        ("Half of them are still dropped, to stay consistent", False,
         "Then the same image would get a different answer each time. Dropout belongs to "
         "training."),
        ("All are used, nothing is scaled", True,
         "Inverted dropout has already divided by 0.5 during training, so the mean activation is "
         "the same. At prediction nothing is left to do."),
        ("All are used, and the outputs are halved", False,
         "That belongs to the original form without division in training. Inverted dropout has "
         "done it already."),
        ("The units that were dropped most often are removed", False,
         "Each step drops others, at random; no unit is singled out."),
    ],
)

question(
    "2.k",
    title="Two accuracies",
    prompt="Network A gets 0.972 and network B 0.964 on the same 360 test digits. What may you "
           "say?",
    difficulty=3,
    importance=5,
    options=[
        ("A is better: 0.972 > 0.964", False,
         "The difference is three digits out of 360. The standard error of one accuracy, "
         "√(p(1−p)/n), is 0.009: as large as the difference."),
        ("B is better, as it overfits less", False,
         "Overfitting shows as a gap between training and test accuracy, and nothing is said about "
         "training here."),
        ("The test cannot tell them apart", True,
         "The difference, 0.008, is about one standard error of each (√(0.97·0.03/360) = 0.009). "
         "More seeds or more test images are needed. (On the same digits the paired count decides: "
         "three digits more, of 360.)"),
        ("They are exactly equal", False,
         "Not shown to differ is less than shown to be equal. The interval still allows a "
         "difference of a point or two."),
    ],
)

question(
    "2.l",
    title="The order of a training step",
    prompt="Which order makes one correct step of mini-batch training?",
    difficulty=2,
    importance=4,
    options=[
        ("forward → loss → backward → update of all parameters", True,
         "All gradients belong to the same weights, those of the forward pass; only then do all "
         "parameters move, together."),
        ("forward → update → backward → loss", False,
         "Without the backward pass there is no gradient to update with."),
        ("forward → loss → for each layer from the last: gradient, update at once", False,
         "Then the earlier layers get their gradient through weights that have already moved. "
         "First all gradients, then all updates."),
        ("update → forward → loss, and backward once an epoch", False,
         "Every update needs the gradient of its own batch at the current weights."),
    ],
)
