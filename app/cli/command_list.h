/* Every command: COMMAND(ID, function, name, words, sentence, examples) stands for app/command/<function>.c,
 * which defines command_<function>. The words are the usage line and decide what is accepted: see operands.h.
 * An empty sentence hides a command. */
#ifndef APP_CLI_COMMAND_LIST_H
#define APP_CLI_COMMAND_LIST_H

#define COMMAND_LIST(COMMAND)                                                                                \
    COMMAND(SUMMARY, summary, "summary", "[MODEL]",                                                          \
            "The architecture table: every operation with its shape, parameters and multiply-adds.",         \
            "  skipscope summary resnet50\n"                                                                 \
            "  skipscope summary resnet20 --shortcut B --json\n"                                             \
            "  skipscope summary weights.safetensors\n"                                                      \
            "  skipscope summary weights.safetensors --tensors\n")                                           \
    COMMAND(CLASSIFY, classify, "classify", "[MODEL] IMAGE...",                                              \
            "What the network sees in pictures: the top classes with their probabilities.",                  \
            "  skipscope classify photo.jpg\n"                                                               \
            "  skipscope classify weights.safetensors cat.png dog.png --top 3\n"                             \
            "  skipscope classify --without-skip lesion:layer2.1 photo.jpg\n")                               \
    COMMAND(TRACE, trace, "trace", "[MODEL] [IMAGE...]",                                                     \
            "One forward and one backward pass, every tensor written to .npy files.",                        \
            "  skipscope trace --out run1 photo.jpg\n"                                                       \
            "  skipscope trace weights.safetensors --input batch.npy --target 3,5 --out run2\n")             \
    COMMAND(GRADFLOW, gradflow, "gradflow", "[MODEL] [IMAGE...]",                                            \
            "How large the gradient is at every depth, with and without the skip paths.",                    \
            "  skipscope gradflow\n"                                                                         \
            "  skipscope gradflow resnet56 --init he --seed 1 --data data --limit 64\n"                      \
            "  skipscope gradflow weights.safetensors photo.jpg --without-skip cut --csv\n")                 \
    COMMAND(PATHS, paths, "paths", "[MODEL] [IMAGE...]",                                                     \
            "Through how many branches the gradient came: its exact share by path length.",                  \
            "  skipscope paths\n"                                                                            \
            "  skipscope paths resnet56 cat --svg paths.svg\n")                                              \
    COMMAND(LOGITS, logits, "logits", "[MODEL] [IMAGE...]",                                                  \
            "Which block wrote the answer: every logit as a sum of terms, one for each block.",              \
            "  skipscope logits cat\n"                                                                       \
            "  skipscope logits cat --target 5 --json\n")                                                    \
    COMMAND(JUNCTIONS, junctions, "junctions", "[MODEL] [IMAGE...]",                                         \
            "At every addition: how much of the gradient came through the skip, how much through F.",        \
            "  skipscope junctions cat\n"                                                                    \
            "  skipscope junctions resnet56 --init he --csv\n")                                              \
    COMMAND(LESIONS, lesions, "lesions", "[MODEL] [IMAGE...]",                                               \
            "What is lost with each block, and with some at random, beside the plain network.",              \
            "  skipscope lesions\n"                                                                          \
            "  skipscope lesions --data data --limit 1000 --samples 10 --svg lesions.svg\n")                 \
    COMMAND(RESPONSES, responses, "responses", "[MODEL] [IMAGE...]",                                         \
            "How strongly each 3x3 layer answers, with skips and without (the paper's figure 7).",           \
            "  skipscope responses\n"                                                                        \
            "  skipscope responses resnet56 --init he\n")                                                    \
    COMMAND(FLOW, flow, "flow", "[MODEL] [IMAGE...]",                                                        \
            "Gradients of activations and of weights block by block, beside the plain twin and the start.",  \
            "  skipscope flow\n"                                                                             \
            "  skipscope flow --depths 20,32,44,56,110 --svg flow.svg\n")                                    \
    COMMAND(REGIMES, regimes, "regimes", "[MODEL] [IMAGE...]",                                               \
            "Skip, batch norm and initialisation: where gradients vanish, keep or explode, and the theory.", \
            "  skipscope regimes\n"                                                                          \
            "  skipscope regimes --depths 20,56 --samples 8 --csv\n")                                        \
    COMMAND(SHATTERED, shattered, "shattered", "[MODEL] [IMAGE] [IMAGE]",                                    \
            "How fast the gradient forgets along a line between two pictures, plain and residual.",          \
            "  skipscope shattered cat dog\n"                                                                \
            "  skipscope shattered --depths 8,20,56\n")                                                      \
    COMMAND(SLICE, slice, "slice", "[MODEL] [IMAGE...]",                                                     \
            "The loss along random directions in weight space, with and without the skips.",                 \
            "  skipscope slice\n"                                                                            \
            "  skipscope slice --plane --svg slice.svg\n")                                                   \
    COMMAND(GRADCHECK, gradcheck, "gradcheck", "[MODEL] [IMAGE...]",                                         \
            "Is backpropagation right? One derivative by central differences, and what limits them.",        \
            "  skipscope gradcheck cat --op layer2.0.conv1 --index 3,8,8\n"                                  \
            "  skipscope gradcheck resnet56 --op layer1.0.conv1.weight --json\n")                            \
    COMMAND(                                                                                                 \
        PAPER, paper, "paper", "[WEIGHTS...]",                                                               \
        "Parameters, multiply-adds and errors beside the tables of He et al. 2015, and why they differ.",    \
        "  skipscope paper\n"                                                                                \
        "  skipscope paper --svg paper.svg\n"                                                                \
        "  skipscope paper mine.safetensors --data data\n")                                                  \
    COMMAND(QUESTIONS, questions, "questions", "[N|WORDS...]",                                               \
            "The book of questions about residual networks, each answered at three levels.",                 \
            "  skipscope questions\n"                                                                        \
            "  skipscope questions 4 --level 3\n"                                                            \
            "  skipscope questions batch norm\n")                                                            \
    COMMAND(GLOSSARY, glossary, "glossary", "[WORD...]",                                                     \
            "The words that the screens use, each in two sentences and with a place to see it.",             \
            "  skipscope glossary\n"                                                                         \
            "  skipscope glossary receptive field\n"                                                         \
            "  skipscope glossary cosine --json\n")                                                          \
    COMMAND(LESSON, lesson, "lesson", "[NAME] | check FILE | export NAME | figures",                         \
            "Guided lessons in the explorer; without a name: which there are. check: what is wrong in one. " \
            "export: one to read or to show. figures: what braces in its text can name. A lesson comes "     \
            "before a file of its name; ./NAME is the file.",                                                \
            "  skipscope lesson\n"                                                                           \
            "  skipscope lesson skip\n"                                                                      \
            "  skipscope lesson mine.lesson --results answers.csv\n"                                         \
            "  skipscope lesson check mine.lesson\n"                                                         \
            "  skipscope lesson figures\n"                                                                   \
            "  skipscope lesson export skip --out skip.html\n"                                               \
            "  skipscope lesson export skip --out slides/\n")                                                \
    COMMAND(PRESENT, present, "present", "LESSON",                                                           \
            "A lesson before a class: large cells, keys shown, a pointer; 'skipscope notes' has the notes.", \
            "  skipscope present skip\n"                                                                     \
            "  skipscope present mine.lesson --theme light --name room2\n")                                  \
    COMMAND(NOTES, notes, "notes", "",                                                                       \
            "In a second terminal: the speaker's notes of the lesson that is presented, clock and time.",    \
            "  skipscope notes\n"                                                                            \
            "  skipscope notes --name room2\n"                                                               \
            "  skipscope notes | tee spoken.txt\n")                                                          \
    COMMAND(RECORD, record, "record", "LESSON|SCRIPT",                                                       \
            "A lesson or a script as a recording that plays in a terminal and in web players.",              \
            "  skipscope record skip --out skip.cast\n"                                                      \
            "  skipscope record demo.script --size 120x40 --color 256 --out demo.cast\n")                    \
    COMMAND(TRAIN, train, "train", "[ARCH]",                                                                 \
            "Learn a network's weights from a data set. Ctrl-C saves; --resume goes on.",                    \
            "  skipscope train resnet20 --data data --out resnet20.safetensors\n"                            \
            "  skipscope train plain20 --epochs 10 --out plain20.safetensors --resume\n"                     \
            "  skipscope train --compare resnet56,plain56\n")                                                \
    COMMAND(EVAL, eval, "eval", "[MODEL]", "Accuracy of a network on a data set.",                           \
            "  skipscope eval --data data\n"                                                                 \
            "  skipscope eval weights.safetensors --split train --limit 1000 --json\n")                      \
    COMMAND(CONVERT, convert, "convert", "MODEL OUT",                                                        \
            "Weights under torchvision's names: as OUT.safetensors, OUT.pth for PyTorch, or a folder.",      \
            "  skipscope convert checkpoint.pth resnet50.safetensors\n"                                      \
            "  skipscope convert folder resnet50.pth\n")                                                     \
    COMMAND(TRAJECTORY, trajectory, "trajectory", "WEIGHTS...",                                              \
            "The way of the weights through a training: snapshots on the plane in which they lie furthest "  \
            "apart.",                                                                                        \
            "  skipscope trajectory run.epoch*.safetensors run.safetensors\n"                                \
            "  skipscope trajectory run.epoch*.safetensors --out plane.safetensors\n")                       \
    COMMAND(BENCH, bench, "bench", "[ARCH]", "How fast the engine is on this machine.",                      \
            "  skipscope bench\n"                                                                            \
            "  skipscope bench --arch resnet18,resnet50 --batch 1,8 --threads 2 --json\n")                   \
    COMMAND(OPS, ops, "ops", "[OP]",                                                                         \
            "Every operator: what it does, its formulas forward and backward, and where they come from.",    \
            "  skipscope ops\n"                                                                              \
            "  skipscope ops batch_norm\n")                                                                  \
    COMMAND(EXPLAIN, explain, "explain", "OP [MODEL] [IMAGE]",                                               \
            "What an operation or a block does in this run: for anyone, in code, in mathematics.",           \
            "  skipscope explain layer2.0\n"                                                                 \
            "  skipscope explain layer1.0.conv1 --level 2\n"                                                 \
            "  skipscope explain layer3.2.add resnet20 cat --level 3 --backward --json\n")                   \
    COMMAND(DOCTOR, doctor, "doctor", "",                                                                    \
            "Terminal, locale, colours, libraries: what works here, and what to do where it does not.",      \
            "  skipscope doctor\n"                                                                           \
            "  skipscope doctor --names\n")                                                                  \
    COMMAND(IMPORT_CIFAR10, import_cifar10, "import-cifar10", "PACKAGE_DIR DEST_DIR", "", "")                \
    COMMAND(DOCUMENT, document, "document", "man | bash", "", "") /* for make install */

#endif
