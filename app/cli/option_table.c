#include "app/cli/option_table.h"

#include <limits.h>
#include <string.h>

#include "core/analysis/analysis_list.h"
#include "core/op/op_list.h"
#include "views/style/theme.h"

#define ON(ID) (UINT64_C(1) << COMMAND_##ID)
/* Commands that look at gradients: options of the model, the pictures and the pass. */
#define ON_TOO(ID, file) | ON(ID)
#define ANALYSES         (0 ANALYSIS_OF_NETWORK_LIST(ON_TOO))
#define GRADIENTS        (ON(GRADFLOW) | ANALYSES)

/* The place of a field in Options, which does not compile unless the field has that type. */
#define FIELD(type, field) (offsetof(Options, field) + 0 * sizeof(_Generic(((Options *)0)->field, type : 1)))
#define FLAG(field)        .kind = OPTION_FLAG, .offset = FIELD(bool, field)
#define TEXT(field, of)    .kind = OPTION_TEXT, .offset = FIELD(const char *, field), .argument = of
#define SEED(field, of)    .kind = OPTION_SEED, .offset = FIELD(unsigned long long, field), .argument = of
#define RANGE(least, most) .min = least, .max = most
#define COUNT(field, of, least, most)                                                                        \
    .kind = OPTION_COUNT, .offset = FIELD(int, field), .argument = of, RANGE(least, most)
#define COUNTS(field, of, least, most)                                                                       \
    .kind = OPTION_COUNTS, .offset = FIELD(OptionCounts, field), .argument = of, RANGE(least, most)
#define REAL(field, of, least, most)                                                                         \
    .kind = OPTION_REAL, .offset = FIELD(double, field), .argument = of, RANGE(least, most)
#define TRIPLE(field, of, least, most)                                                                       \
    .kind = OPTION_TRIPLE, .offset = FIELD(OptionTriple, field), .argument = of, RANGE(least, most)
#define SIZE(field, of, least, most)                                                                         \
    .kind = OPTION_SIZE, .offset = FIELD(OptionSize, field), .argument = of, RANGE(least, most)
#define CHOICE(field, of, list)                                                                              \
    .kind = OPTION_CHOICE, .offset = FIELD(int, field), .argument = of, .words = list

/* Sets of commands, a bit each. */
#define ALL (ON(COUNT) - 1)
#define READS_MODEL                                                                                          \
    (ON(EXPLORE) | ON(SUMMARY) | ON(CLASSIFY) | ON(TRACE) | GRADIENTS | ON(EVAL) | ON(EXPLAIN))
#define BUILDS_MODEL (READS_MODEL | ON(TRAIN))
#define RUNS_MODEL   (READS_MODEL & ~ON(SUMMARY))
#define READS_IMAGES (ON(EXPLORE) | ON(CLASSIFY) | ON(TRACE) | GRADIENTS | ON(EXPLAIN))
#define READS_DATA   (ON(EXPLORE) | GRADIENTS | ON(TRAIN) | ON(EVAL) | ON(PAPER))
#define SHOWS        (ON(EXPLORE) | ON(LESSON) | ON(PRESENT))
#define DRAWS        (SHOWS | ON(RECORD)) /* without a terminal, too */
#define COMPUTES     (RUNS_MODEL | ON(TRAIN) | ON(BENCH) | ON(PAPER) | ON(LESSON) | ON(PRESENT) | ON(RECORD))

_Static_assert(COMMAND_COUNT < 64, "a bit for each command");

static const char *const shortcut_words[] = {"A", "B", "C", NULL};
#define ACT_WORD(KIND, file) #file,
static const char *const act_words[] = {ACTIVATION_LIST(ACT_WORD) NULL};
#define ACT_NAME(KIND, file) " " #file
static const char *const stride_words[] = {"3x3", "1x1", NULL};
static const char *const bn_words[] = {"eval", "train", NULL};
static const char *const dataset_words[] = {"cifar10", "cifar100", "mini", "folder", NULL};
static const char *const split_words[] = {"test", "train", NULL};
static const char *const optimizer_words[] = {"sgd", "adamw", NULL};
static const char *const kernel_words[] = {"openblas", "generic", "avx2", "avx512", NULL};
static const char *const color_words[] = {"auto", "never", "16", "256", "truecolor", NULL};

/* NOLINTBEGIN(bugprone-sizeof-expression): FIELD takes the size of a number on purpose. */
const OptionSpec option_table[] = {
    {.name = "arch",
     .letter = 'a',
     TEXT(model.arch, "ARCH"),
     .commands = BUILDS_MODEL,
     .help = "resnet18 34 50 101 152, resnet20 32 44 56 110 (any 6n+2), or plainN; N-nobn: no batch norm"},
    {.name = "arch",
     .letter = 'a',
     TEXT(model.arch, "ARCH[,ARCH]"),
     .commands = ON(BENCH),
     .help = "what to measure; default resnet20,resnet18,resnet50"},
    {.name = "weights",
     .letter = 'w',
     TEXT(model.weights, "FILE"),
     .commands = READS_MODEL,
     .help = "a safetensors file with torchvision's names"},
    {.name = "weights",
     .letter = 'w',
     TEXT(model.weights, "FILE"),
     .commands = ON(TRAIN),
     .help = "begin with these instead of random ones; with another number of classes the last layer is new"},
    {.name = "freeze",
     TEXT(train.freeze, "PATTERN[,PATTERN]"),
     .commands = ON(TRAIN),
     .help = "parameters that stay as they are, by name: 'conv1.*,bn1.*,layer[12].*'"},
    {.name = "key",
     TEXT(model.key, "NAME"),
     .commands = READS_MODEL,
     .help = "which of several networks in a checkpoint; default the first"},
    {.name = "init",
     TEXT(model.init, "HOW"),
     .commands = BUILDS_MODEL,
     .help = "random weights instead: he (default), glorot, gain:G, normal:STD, zero-gamma"},
    {.name = "seed",
     SEED(model.seed, "N"),
     .commands = BUILDS_MODEL,
     .help = "of everything random; default 0"},
    {.name = "shortcut",
     CHOICE(model.shortcut, "A|B|C", shortcut_words),
     .commands = BUILDS_MODEL,
     .help = "where shapes change: A zero padding, B projection there, C projection everywhere"},
    {.name = "act",
     CHOICE(model.act, "NAME", act_words),
     .commands = BUILDS_MODEL,
     .help = "activation function, as the ending of an architecture's name:" ACTIVATION_LIST(ACT_NAME)},
    {.name = "stride-in",
     CHOICE(model.stride_in, "3x3|1x1", stride_words),
     .commands = BUILDS_MODEL,
     .help = "bottlenecks: stride in the 3x3 (torchvision, v1.5) or the first 1x1 (the paper, v1)"},
    {.name = "bn",
     CHOICE(model.bn, "eval|train", bn_words),
     .commands = RUNS_MODEL,
     .help = "batch norm: running statistics, or this batch's; default eval, and train for random weights"},
    {.name = "without-skip",
     TEXT(run.without_skip, "MODE"),
     .commands = RUNS_MODEL,
     .help = "none, plain (no skips), cut (none in the backward pass), lesion:BLOCK[,BLOCK]"},
    {.name = "mean",
     TRIPLE(input.mean, "R,G,B", -1000, 1000),
     .commands = RUNS_MODEL,
     .help = "of the pixels; default: the weights' own"},
    {.name = "std",
     TRIPLE(input.std, "R,G,B", 1e-6, 1000),
     .commands = RUNS_MODEL,
     .help = "of the pixels; default: the weights' own"},
    {.name = "classes",
     TEXT(run.classes, "FILE"),
     .commands = RUNS_MODEL,
     .help = "names of the classes, one a line"},
    {.name = "input",
     TEXT(input.file, "X.npy"),
     .commands = ON(TRACE) | GRADIENTS | ON(EXPLORE),
     .help = "(N,3,H,W) float32, normalised already, instead of a picture"},
    {.name = "target",
     COUNTS(input.target, "K[,K]", 0, 999999),
     .commands = ON(TRACE) | GRADIENTS | ON(EXPLORE),
     .help = "class whose loss goes backward, for all images or each; default: the predicted one"},
    {.name = "dataset",
     CHOICE(input.dataset, "NAME", dataset_words),
     .commands = READS_DATA,
     .help = "cifar10 (default), cifar100, folder (of pictures: DIR/train/CLASS, DIR/test/CLASS), mini "
             "(bundled)"},
    {.name = "data",
     .letter = 'd',
     TEXT(input.data, "DIR|FILE"),
     .commands = READS_DATA,
     .help = "the data set's folder or archive (cifar-10-binary.tar.gz); default data, else mini"},
    {.name = "split",
     CHOICE(input.split, "test|train", split_words),
     .commands = READS_DATA & ~ON(TRAIN),
     .help = "default test"},
    {.name = "limit",
     .letter = 'n',
     COUNT(input.limit, "N", 1, 1000000),
     .commands = READS_DATA,
     .help = "only the first N images"},
    {.name = "epochs",
     .letter = 'e',
     COUNT(train.epochs, "N", 1, 100000),
     .commands = ON(TRAIN),
     .help = "times through the training images; default 30, 8 with mini"},
    {.name = "batch",
     .letter = 'b',
     COUNTS(run.batch, "N", 1, 65536),
     .commands = ON(TRAIN) | ON(EVAL),
     .help = "images in one step; default 128, 50 to train with mini"},
    {.name = "batch",
     .letter = 'b',
     COUNTS(run.batch, "N[,N]", 1, 65536),
     .commands = ON(BENCH),
     .help = "images in one pass; default 1"},
    {.name = "lr",
     REAL(train.lr, "RATE", 1e-9, 1e6),
     .commands = ON(TRAIN),
     .help = "peak learning rate; default 0.1, 0.02 with mini, 0.001 with adamw"},
    {.name = "lr",
     REAL(train.lr, "RATE", 1e-9, 1e6),
     .commands = ON(FLOW),
     .help = "of the update ratio; default 0.1"},
#include "app/cli/option_rows_recipe.h" /* a part of the list */
    {.name = "no-augment",
     FLAG(train.no_augment),
     .commands = ON(TRAIN),
     .help = "no random crops and mirror images, as with mini"},
    {.name = "augment",
     FLAG(train.augment),
     .commands = ON(TRAIN),
     .help = "random crops and mirror images with mini, too"},
    {.name = "stop-after",
     COUNT(train.stop_after, "STEP", 1, INT_MAX),
     .commands = ON(TRAIN),
     .help = "stop there with a checkpoint, as Ctrl-C would"},
    {.name = "resume",
     FLAG(train.resume),
     .commands = ON(TRAIN),
     .help = "go on from the checkpoint beside --out; after the end, say that it is finished"},
    {.name = "restart",
     FLAG(train.restart),
     .commands = ON(TRAIN),
     .help = "begin anew where a checkpoint or a trained network stands, and replace it"},
    {.name = "compare",
     TEXT(train.compare, "ARCH,ARCH"),
     .commands = ON(TRAIN),
     .help = "two to four networks in step with each other, from the same batches: FILE is then FILE-ARCH"},
    {.name = "save-every",
     REAL(train.save_every, "MINUTES", 1e-6, 10000),
     .commands = ON(TRAIN),
     .help = "a checkpoint at least that often, and after every epoch; default 10"},
    {.name = "measure-train",
     FLAG(train.measure_train),
     .commands = ON(TRAIN),
     .help = "after every epoch, the error on all training images as they are, for the history"},
    {.name = "snapshots",
     COUNTS(train.snapshots, "EPOCH[,EPOCH]", 0, 100000),
     .commands = ON(TRAIN),
     .help = "keep the weights after these epochs (0: the start) in float16: FILE.epochN.safetensors"},
    {.name = "out",
     .letter = 'o',
     TEXT(output.out, "FILE"),
     .commands = ON(TRAIN),
     .help = "the weights file to write; its checkpoint is FILE.ckpt, the one before FILE.ckpt.prev"},
    {.name = "out",
     .letter = 'o',
     TEXT(output.out, "FILE"),
     .commands = ON(TRAJECTORY),
     .help = "both directions as safetensors in float16, x.NAME and y.NAME, with the points in the metadata"},
    {.name = "out",
     .letter = 'o',
     TEXT(output.out, "DIR"),
     .commands = ON(TRACE),
     .help = "the folder to write; made when it is missing"},
    {.name = "out",
     .letter = 'o',
     TEXT(output.out, "FILE.cast"),
     .commands = ON(RECORD),
     .help = "the recording to write (asciicast v2); - is standard output"},
    {.name = "out",
     .letter = 'o',
     TEXT(output.out, "FILE.html|DIR"),
     .commands = ON(LESSON),
     .help = "export: one page that needs nothing else, or a folder for each screen as .svg"},
    {.name = "notes", FLAG(output.notes), .commands = ON(LESSON), .help = "export: with the speaker's notes"},
    {.name = "pace",
     COUNT(output.pace, "WORDS", 20, 5000),
     .commands = ON(RECORD),
     .help = "words a minute that are read, which all times follow; default 200"},
    {.name = "pass",
     TEXT(bench.pass, "PASS[,PASS]"),
     .commands = ON(BENCH),
     .help = "forward, forward_steps, forward_backward, train_step; default all"},
    {.name = "ui",
     FLAG(bench.ui),
     .commands = ON(BENCH),
     .help = "the screen instead: frames, bytes, keys, memory"},
    {.name = "layers",
     FLAG(bench.layers),
     .commands = ON(BENCH),
     .help = "each convolution, of --pass forward_steps (default), forward or forward_backward"},
    {.name = "busy",
     FLAG(bench.busy),
     .commands = ON(BENCH),
     .help = "and again beside a busy process: the median then, and how many times the quiet one"},
    {.name = "rounds",
     COUNT(bench.rounds, "N", 1, 100000),
     .commands = ON(BENCH),
     .help = "repetitions of each, frames for --ui; default as many as fit into some seconds"},
    {.name = "threads",
     .letter = 't',
     COUNT(run.threads, "N", 1, 64),
     .commands = COMPUTES,
     .help = "default: one for each processor"},
    {.name = "kernel",
     TEXT(run.kernel, "NAME"),
     .words = kernel_words,
     .commands = COMPUTES | ON(DOCTOR),
     .help = "what computes: openblas, or our loops: generic, avx2, avx512; default the widest here"},
    {.name = "top",
     COUNT(output.top, "N", 1, 1000),
     .commands = ON(CLASSIFY),
     .help = "classes to show; default 5"},
    {.name = "json",
     FLAG(output.json),
     .commands = ON(SUMMARY) | ON(CLASSIFY) | GRADIENTS | ON(EVAL) | ON(BENCH) | ON(PAPER) | ON(EXPLAIN) |
                 ON(GLOSSARY) | ON(TRAJECTORY),
     .help = "JSON on stdout"},
    {.name = "csv",
     FLAG(output.csv),
     .commands = ON(SUMMARY) | GRADIENTS | ON(PAPER),
     .help = "comma-separated values on stdout"},
    {.name = "tensors",
     FLAG(output.tensors),
     .commands = ON(SUMMARY),
     .help = "every tensor of a file instead: shape, type, what it was taken for, range, NaN; also of one "
             "refused"},
    {.name = "names",
     FLAG(output.names),
     .commands = ON(DOCTOR),
     .help = "the names by which tensors of weights are recognised, instead"},
    {.name = "svg",
     TEXT(output.svg, "FILE"),
     .commands = ANALYSES | ON(PAPER),
     .help = "the chart as SVG in a file"},
    {.name = "samples",
     COUNT(analysis.samples, "N", 1, 1000000),
     .commands = ANALYSES,
     .help = "how many random draws"},
    {.name = "depths",
     COUNTS(analysis.depths, "N[,N]", 1, 1202),
     .commands = ON(FLOW) | ON(REGIMES) | ON(SHATTERED),
     .help = "networks of these depths, with random weights; as in 20,56,110"},
    {.name = "plane",
     FLAG(analysis.plane),
     .commands = ON(SLICE),
     .help = "two random directions instead of one"},
    {.name = "op",
     TEXT(analysis.op, "NAME"),
     .commands = ON(GRADCHECK),
     .help = "an operation (its activation) or a parameter; default the first block's first weights"},
    {.name = "index",
     COUNTS(analysis.index, "N[,N]", 0, 1000000),
     .commands = ON(GRADCHECK),
     .help = "C,H,W of an activation, K,C,R,S of weights; default where the gradient is largest"},
    {.name = "index",
     COUNTS(analysis.index, "C,H,W", 0, 1000000),
     .commands = ON(EXPLAIN),
     .help = "channel, row and column of the cell; default 0,0,0"},
    {.name = "level",
     COUNT(analysis.level, "1|2|3", 1, 3),
     .commands = ON(EXPLAIN) | ON(QUESTIONS),
     .help = "1 for anyone, 2 the code, 3 the mathematics"},
    {.name = "backward",
     FLAG(analysis.backward),
     .commands = ON(EXPLAIN),
     .help = "the gradient instead of the activation"},
    {.name = "quiet",
     .letter = 'q',
     FLAG(output.quiet),
     .commands = ON(TRAIN) | ON(EVAL) | ON(BENCH) | ON(PAPER) | ANALYSES,
     .help = "no progress on stderr"},
    {.name = "script",
     TEXT(explorer.script, "FILE"),
     .commands = SHOWS,
     .help = "run the explorer without a terminal: one action a line"},
    {.name = "size",
     SIZE(explorer.size, "WxH", 1, 1000),
     .commands = DRAWS,
     .help = "of the screen where there is no terminal; default 80x24"},
    {.name = "theme",
     TEXT(explorer.theme, "dark|light|contrast|mono"),
     .words = theme_names,
     .commands = DRAWS | ON(NOTES),
     .help = "default: light where the terminal says so, else dark"},
    {.name = "mouse",
     FLAG(explorer.mouse),
     .commands = SHOWS,
     .help = "a click selects, the wheel moves; the terminal's own selection then needs Shift"},
    {.name = "no-mouse",
     FLAG(explorer.no_mouse),
     .commands = SHOWS,
     .help = "leave the mouse to the terminal (default)"},
    {.name = "record",
     TEXT(explorer.record, "FILE.cast"),
     .commands = SHOWS,
     .help = "record the screen as it changes, in real time, as asciicast v2; in a new file"},
    {.name = "screen-reader",
     FLAG(explorer.screen_reader),
     .commands = SHOWS,
     .help = "plain lines instead of a screen: what it shows in words, numbers to choose from"},
    {.name = "results",
     TEXT(explorer.results, "FILE"),
     .commands = SHOWS,
     .help = "append the answers given in lessons to this CSV file; without it nothing is kept"},
    {.name = "state",
     TEXT(explorer.state, "STRING"),
     .commands = ON(EXPLORE),
     .help = "begin where the action 'state' was asked: network, picture, place, view and settings"},
    {.name = "lock",
     TEXT(explorer.lock, "NAME[,NAME]"),
     .commands = SHOWS,
     .help = "for handouts: refuse weights, image, skip, run, view, settings, files, lesson"},
    {.name = "hide",
     TEXT(explorer.hide, "NAME[,NAME]"),
     .commands = SHOWS,
     .help = "for handouts: leave out views by name, explain, figures, navigator, strip"},
    {.name = "name",
     TEXT(explorer.name, "NAME"),
     .commands = ON(PRESENT) | ON(NOTES),
     .help = "of the presentation, where several run at a time; default 'present'"},
    {.name = "config",
     TEXT(explorer.config, "FILE"),
     .commands = SHOWS,
     .help = "settings and keys of your own; default ~/.config/skipscope/config"},
    {.name = "no-config",
     FLAG(explorer.no_config),
     .commands = SHOWS,
     .help = "as if there were no such file"},
    {.name = "no-animation",
     FLAG(explorer.no_animation),
     .commands = SHOWS,
     .help = "nothing moves by itself"},
    {.name = "color",
     CHOICE(output.color, "auto|never|16|256|truecolor", color_words),
     .commands = ALL,
     .help = "default auto; NO_COLOR is heeded"},
    {.name = "no-color", FLAG(output.no_color), .commands = ALL, .help = "the same as --color=never"},
    {.name = "ascii", FLAG(output.ascii), .commands = ALL, .help = "no character beyond ASCII"},
    {.name = "help", .letter = 'h', FLAG(help), .commands = ALL, .help = "this text"},
    {.name = "version", FLAG(version), .commands = ALL, .help = "one line and out"},
};
/* NOLINTEND(bugprone-sizeof-expression) */

_Static_assert(sizeof option_table / sizeof *option_table <= OPTION_ROWS_MAX, "Options.given has room");

const int option_table_count = (int)(sizeof option_table / sizeof *option_table);

bool option_is_for(const OptionSpec *spec, CommandId command) {
    return spec->commands >> command & 1;
}

const OptionSpec *option_find(const char *name, size_t length, CommandId command) {
    const OptionSpec *other = NULL;
    for (int k = 0; k < option_table_count; k++) {
        const OptionSpec *spec = &option_table[k];
        if (strlen(spec->name) != length || strncmp(spec->name, name, length) != 0) continue;
        if (option_is_for(spec, command)) return spec;
        if (!other) other = spec;
    }
    return other;
}
