/* The words that the screens use, in the order of the alphabet: see core/explain/glossary.h. */
#include "core/explain/glossary.h"

const GlossaryWord glossary_words[] = {
    {"activation", "",
     "A number that an operation writes on the way from the picture to the answer. All numbers "
     "that one operation writes are its activations.",
     "finish; select layer1.0.add; view block; other"},
    {"addition", "add;added",
     "The place where a block's own work F(x) and its input x are added, number by number. It is "
     "what makes a network residual.",
     "select layer1.0.add; run-here; view step"},
    {"architecture", "",
     "The plan of a network: which operations it has, in which order, and how large they are. It "
     "says nothing of the weights, which are learned.",
     "files architectures"},
    {"average pooling", "average pool;avg pool;avgpool;pooling",
     "Each map becomes one number: the mean of all its cells. After it, only how much of something "
     "there is counts, not where it is.",
     "select avgpool; run-here; view step"},
    {"backward", "backward pass;bwd;backpropagation",
     "The way back from the loss to the picture. It finds for every number how the loss would "
     "change with it.",
     "finish; finish; view gradients"},
    {"batch", "",
     "The pictures that go through the network together, most often one here. In training there "
     "are many at once.",
     "arch resnet20; view architecture"},
    {"batch norm", "batch normalisation;BN;normalisation",
     "Takes a channel's usual mean away and divides by its usual spread, so that channels stay "
     "alike in size. Then two learned numbers, gamma and beta, scale and shift it again.",
     "select bn1; run-here; view step"},
    {"beta", "",
     "The number that batch norm adds to a channel at its end. Each channel has one, and it is "
     "learned.",
     "select bn1; run-here; view value"},
    {"bias", "",
     "A learned number that is added whatever the picture. Here the last layer has one for each "
     "class.",
     "select fc; run-here; view value"},
    {"block", "residual block",
     "A few layers with one skip around them: the unit that a residual network repeats. Its output "
     "is what came in plus what its layers worked out.",
     "select layer1.0.add; run-here; view block"},
    {"BN running",
     "running stats;statistics;running mean;running variance;evaluation mode;training mode;BN batch",
     "Batch norm can use means and spreads kept from training (running), or those of the pictures "
     "at hand (batch). Running is for use after training, batch is for training.",
     "select bn1; run-here; view value"},
    {"bottleneck", "",
     "A block of three convolutions: the first makes the maps fewer, the last makes them many again. The "
     "networks from resnet50 on are built of it.",
     "questions bottlenecks"},
    {"branch", "F(x)",
     "The way through a block's own layers; what they work out from x is called F(x). The other "
     "way is the skip.",
     "select layer1.0.add; run-here; view block"},
    {"cell", "", "One place of a map, given by its row and its column, counted from 0. It holds one number.",
     "select avgpool; run-here; view value"},
    {"channel", "ch #",
     "One of the maps that an operation writes side by side; layer1 of resnet20 has 16. Each answers one "
     "question about every place of the picture.",
     "select layer1.0.conv1; run-here; view maps"},
    {"class", "classes",
     "One of the answers that the network can give, such as cat. The bundled network knows ten.",
     "finish; select fc; explain 1; view step"},
    {"convolution", "conv;conv2d",
     "Small filters slide over the maps that come in. Each writes one new map: how strongly its "
     "own pattern is found at each place.",
     "select conv1; run-here; view step"},
    {"cosine", "cos",
     "How far two lists of numbers point the same way: 1 the same, 0 unrelated, -1 opposite. It "
     "says nothing about how large they are.",
     "analysis junctions"},
    {"cut", "",
     "The forward pass is left as built, but on the way back the skip's share is dropped. It shows "
     "what the skip does for the gradient, and only that.",
     "without-skip cut; finish; finish; view gradients"},
    {"energy", "",
     "How strongly a channel answers: the sum of the squares of its numbers, told as its share of "
     "the layer. Channels can be put in the order of their energy.",
     "select layer1.0.relu1; run-here; view maps"},
    {"eps", "epsilon",
     "A tiny number that batch norm adds before it divides, so that it never divides by 0. Here it "
     "is 0.00001, as in PyTorch.",
     "select bn1; run-here; view value"},
    {"feature map", "map;feature",
     "A channel drawn as a picture: each cell shows how strongly a pattern was found there. A "
     "layer writes one for each of its filters.",
     "select layer1.0.conv1; run-here; explain 1; view maps"},
    {"forward", "forward pass;fwd",
     "The way from the picture to the answer, one operation after the other. Each reads what an "
     "earlier one wrote.",
     "step; view step"},
    {"gamma", "",
     "The number by which batch norm multiplies a channel at its end. Each channel has one, and it "
     "is learned.",
     "select bn1; run-here; view value"},
    {"GELU", "", "Bends numbers as ReLU does, but without a corner. Numbers far below 0 become almost 0.",
     "arch resnet20-gelu; go 3; run-here; explain 1; view step"},
    {"Grad-CAM", "saliency",
     "A picture of where the network looked for one class. The last maps are weighed by how much "
     "each matters for that class.",
     "finish; finish; view input; other"},
    {"gradient", "|g|",
     "For each number: how much the loss would change if that number were a little larger. "
     "Training moves the weights against it.",
     "finish; finish; view gradients"},
    {"gradient check", "gradcheck;central difference",
     "The gradient once more, the slow way: one number is moved a little both ways, and the loss "
     "computed again. If the two agree, backpropagation is right.",
     "analysis gradcheck"},
    {"head", "",
     "The end of the network: average pooling, one linear layer and the loss. It turns the last "
     "maps into an answer.",
     "finish; finish; view gradients"},
    {"identity", "id", "A skip that changes nothing: what came in goes on as it is. It needs no weights.",
     "select layer1.0.add; view block"},
    {"Inf", "inf;infinity",
     "A number too large for the computer to hold. Where one stands, the network has broken.",
     "select layer1.0.conv1; run-here; view step; figures all"},
    {"input", "",
     "The picture as numbers: three colours, each shifted and scaled alike for all pictures. It is "
     "the first operation of the network.",
     "view input"},
    {"input gradient", "",
     "The gradient at the picture's own pixels. It shows where a changed pixel would change the "
     "loss most.",
     "finish; finish; view input; other; other"},
    {"kernel", "filter",
     "The small square of weights that a convolution slides over the maps. It is the pattern that "
     "is looked for.",
     "select conv1; run-here; view maps; other"},
    {"kink", "",
     "A corner in a curve, as ReLU has one at 0. The slope jumps there, and so a gradient check comes out "
     "less exact.",
     "analysis gradcheck"},
    {"layer", "",
     "A step of the network with weights of its own, most often a convolution. Also the name of a "
     "stage: layer1, layer2, layer3.",
     "select relu; run-here; explain 1; view step"},
    {"lesion", "",
     "One block loses its own work and keeps its skip, so that x goes on unchanged. A network of many blocks "
     "with skips hardly minds, a plain one breaks.",
     "select layer2.1.add; lesion layer2.1; finish; view block"},
    {"linear layer", "linear;fully connected;fc",
     "Every output adds up all inputs, each with a weight of its own. The last layer is one: it "
     "scores the classes.",
     "select fc; run-here; view step"},
    {"log axis", "log scale",
     "An axis on which each step means ten times as much as the one before. Very large and very "
     "small numbers fit on it together.",
     "finish; finish; view gradients"},
    {"logit", "score",
     "The score of a class before it becomes a probability. The class with the largest score is "
     "the answer.",
     "finish; select loss; view value"},
    {"loss", "cross-entropy",
     "One number that says how surprised the network is by the class that is asked for: 0 is not at all. "
     "Training asks for what the picture really shows, and makes the loss small.",
     "finish; select loss; view step"},
    {"magnitude", "",
     "The size of a number whatever its sign: that of -3 is 3. Lists are often put in this order, "
     "so that what counts most comes first.",
     "select layer1.0.conv1; run-here; view value"},
    {"mask", "",
     "Which numbers a ReLU lets through: 1 where it does, 0 where it does not. On the way back it "
     "stops the gradient at the zeros.",
     "finish; finish; select relu backward; view step"},
    {"max pooling", "max pool;maxpool",
     "Of every small window only the largest number is kept. The maps become half as wide and half "
     "as high.",
     "arch resnet18; go 4; run-here; view step"},
    {"mean", "", "The sum of some numbers divided by how many there are. It is their middle.",
     "select layer1.0.conv1; run-here; view step; figures all"},
    {"multiply-add", "mult-add;macs",
     "Two numbers multiplied and added to a sum: the unit of work here. A pass of resnet20 takes "
     "about 41 million.",
     "select layer1.0.conv1; run-here; view step; figures all"},
    {"n", "n #",
     "How many numbers there are in what is shown. A layer of 16 maps of 32 by 32 cells has 16384.",
     "select layer1.0.conv1; run-here; view step; figures all"},
    {"NaN", "nan",
     "Not a number: the result of a sum that has none, such as 0 divided by 0. Where one stands, "
     "the network has broken.",
     "select layer1.0.conv1; run-here; view step; figures all"},
    {"never active", "", "A channel that is 0 everywhere on this picture. On another picture it may answer.",
     "finish; select layer3.2.relu1; channel 17; view maps"},
    {"norm", "|x|;l2;l2 norm;length",
     "The length of a list of numbers: the root of the sum of their squares, written |x|. It says "
     "how large they are all together.",
     "select layer1.0.add; run-here; view block"},
    {"operation", "ops;op #",
     "One step of the network: a convolution, a batch norm, a ReLU, an addition. Key s runs one.",
     "view architecture; fold stages"},
    {"option A", "pad;zero-pad",
     "A skip between two shapes without weights: it keeps every second row and column and fills up "
     "with empty maps. Option B uses a projection instead.",
     "select layer2.0.add; view block"},
    {"padding", "",
     "Zeros put around a map, so that a filter can also look at its edge. In a skip of option A, "
     "whole maps of zeros.",
     "select conv1; run-here; explain 2; view step"},
    {"parameter", "",
     "A number that training has learned: a weight of a filter, or one of gamma and beta. resnet20 "
     "has about 270,000.",
     "step; view architecture"},
    {"pass", "",
     "One run of the whole network, forward to the loss or backward to the picture. Here it goes "
     "one operation at a time.",
     "select layer3.0.add; view step; explain 1"},
    {"patch", "neighbourhood",
     "The piece of a map that a filter looks at for one answer. It has the filter's size, 3x3 most "
     "often.",
     "select layer1.0.conv1; run-here; view value"},
    {"path", "route",
     "A way through the network that takes the skip or the branch at every block. Nine blocks have "
     "512 of them.",
     "view analyses"},
    {"percentile", "1..99;p1;p5;p25;p50;p75;p95;p99",
     "p25 is the number that a quarter of all numbers lie below; p50 is the middle one. p1 and p99 "
     "leave out the most extreme ones.",
     "select layer1.0.conv1; run-here; view maps; figures all"},
    {"pixel", "px",
     "One dot of the picture: three numbers, for red, green and blue. The pictures here have 32 "
     "rows of 32 pixels.",
     "view input"},
    {"plain", "plain network", "The same layers without skips. The deeper it is, the harder it is to train.",
     "without-skip plain; finish; finish; view gradients"},
    {"pre-activation", "",
     "A block that puts batch norm and ReLU before its convolutions, so that nothing stands in the "
     "way of the skip. The networks here are of the older kind: their ReLU comes after the "
     "addition.",
     "questions pre-activation"},
    {"probability", "probabilities",
     "How sure the network is of a class, from 0 to 100 %. All classes together make 100 %.",
     "finish; select loss; explain 1; view step"},
    {"projection", "option B",
     "A skip between two shapes that mixes the maps with a 1x1 convolution. Unlike option A, it "
     "has weights to learn.",
     "arch resnet18; select layer2.0.add; view block"},
    {"random weights", "untrained;He init;init he;initialisation;gain",
     "Weights before any training, drawn by chance; gain says how large. He's rule (He init) keeps "
     "numbers alike in size from layer to layer.",
     "arch resnet20; view architecture"},
    {"range", "min;max",
     "From the smallest to the largest number of what is shown. A few extreme numbers can make it "
     "far wider than the rest.",
     "select layer1.0.conv1; run-here; view step"},
    {"receptive field", "",
     "The part of the picture that a number can depend on. It grows from layer to layer.",
     "finish; select layer2.0.conv1; cell 8 8; view input"},
    {"ReLU", "",
     "Keeps every number above 0 and sets the others to 0. It stands after batch norm and after "
     "each addition.",
     "select relu; run-here; view step"},
    {"residual", "",
     "What is left to be done: the difference between what should come out and what came in. A "
     "residual block only has to learn that.",
     "select layer1.0.add; explain 1; view block"},
    {"scale", "by quarters",
     "Which number gets which colour; the legend says over what. By quarters: each quarter of the "
     "colours stands for a quarter of the numbers that are not 0.",
     "select layer1.0.conv1; run-here; view maps; scope layer"},
    {"seed", "", "The number that random weights are drawn from. The same seed gives the same weights again.",
     "analysis flow"},
    {"shape", "#x#x#",
     "How many maps, rows and columns: 16x32x32 is 16 maps of 32 rows and 32 columns. Two things "
     "can be added only if they have one shape.",
     "view architecture"},
    {"shortcut", "",
     "Another word for the skip, used for what stands on it where the shape changes. See option A "
     "and projection.",
     "select layer2.0.add; run-here; explain 1; view block"},
    {"SiLU", "",
     "Bends numbers as ReLU does, but smoothly: each is multiplied by a share between 0 and 1. Far "
     "above 0 the share is almost 1.",
     "arch resnet20-silu; go 3; run-here; explain 1; view step"},
    {"skip", "skips;skip connection",
     "The way around a block's layers: what came in is added to what they work out. It gives the "
     "gradient a straight way back.",
     "finish; finish; select layer1.0.add; explain 1; view block"},
    {"softmax", "",
     "Turns the scores of the classes into probabilities that add up to 100 %. Larger scores get a "
     "far larger share.",
     "finish; select loss; view step"},
    {"spread", "std;standard deviation;deviation;variance",
     "How far numbers lie from their mean, as a rule: about two thirds are within one spread of "
     "it. Multiplied by itself it is called the variance.",
     "select bn1; run-here; explain 1; view step"},
    {"stage", "",
     "Blocks of one shape in a row: layer1, layer2, layer3. From one to the next, maps are halved "
     "in width and height and doubled in number.",
     "view architecture; fold blocks"},
    {"stem", "",
     "The beginning of the network, before the first block: one convolution, batch norm and ReLU. "
     "It turns three colours into 16 maps.",
     "view architecture"},
    {"stride", "",
     "How many cells a filter moves at a time. With stride 2 the map becomes half as wide and half "
     "as high.",
     "select layer2.0.conv1; run-here; explain 2; view step"},
    {"target", "true class;predicted class",
     "The class that the loss asks for. As long as nobody chooses one (:target), it is the network's own "
     "answer.",
     "finish; select loss; view value"},
    {"trained", "training;learned",
     "The weights were learned from many pictures whose answers were known. Pictures it had not "
     "seen then tested it.",
     "select bn1; run-here; explain 1; view step"},
    {"twin", "",
     "A second network or picture that runs along for comparison. The plain twin has the same "
     "layers without skips.",
     "view architecture; other"},
    {"vanish", "vanishing;explode",
     "A gradient that shrinks at every layer on its way back, until the first layers learn "
     "nothing. The opposite, growing at every layer, is called exploding.",
     "questions vanishing"},
    {"weight", "",
     "A learned number that a layer multiplies with what it reads. Its size and sign say how much "
     "that counts, and which way.",
     "select fc; run-here; explain 1; view step"},
    {"zero", "zeros",
     "A number that passes nothing on. After a ReLU, often about half of the numbers are zero.",
     "select relu; run-here; explain 1; view step"},
    {NULL, NULL, NULL, NULL},
};
