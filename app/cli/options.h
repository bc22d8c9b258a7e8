/* What the user asked for, on the command line or in SKIPSCOPE_* variables.
 *
 * One table (option_table.c) says everything about an option: name, kind, range, help, and the commands that
 * know it. Precedence: command line, then environment (SKIPSCOPE_WITHOUT_SKIP for --without-skip), then
 * defaults. */
#ifndef APP_CLI_OPTIONS_H
#define APP_CLI_OPTIONS_H

#include <stdio.h>

#include "app/cli/command.h"
#include "app/cli/model_spec.h"
#include "views/style/color.h"

enum { OPTION_COUNTS_MAX = 64, OPTION_NAME_MAX = 32, OPTION_ROWS_MAX = 128 };

/* A list of whole numbers, "1,8,32"; count 0 when not given. */
typedef struct OptionCounts {
    int count, values[OPTION_COUNTS_MAX];
} OptionCounts;

/* Three numbers, "0.5,0.5,0.5". */
typedef struct OptionTriple {
    bool known;
    float values[3];
} OptionTriple;

/* "80x24" */
typedef struct OptionSize {
    int width, height; /* 0 when not given */
} OptionSize;

/* A choice is the number of its word in the table, from 1; 0 when not given. */
typedef enum ChoiceSplit { SPLIT_DEFAULT, SPLIT_TEST, SPLIT_TRAIN } ChoiceSplit;
typedef enum ChoiceOptimizer { OPTIMIZER_DEFAULT, OPTIMIZER_IS_SGD, OPTIMIZER_IS_ADAMW } ChoiceOptimizer;
typedef enum ChoiceDataset {
    DATASET_DEFAULT,
    DATASET_IS_CIFAR10,
    DATASET_IS_CIFAR100,
    DATASET_IS_MINI,
    DATASET_IS_FOLDER
} ChoiceDataset;

typedef enum ChoiceFilter { FILTER_DEFAULT, FILTER_IS_BILINEAR, FILTER_IS_BICUBIC } ChoiceFilter;
typedef enum ChoiceChannels {
    CHANNELS_DEFAULT,
    CHANNELS_ARE_RGB,
    CHANNELS_ARE_BGR,
    CHANNELS_ARE_GRAY
} ChoiceChannels;
typedef enum ChoiceExif { EXIF_DEFAULT, EXIF_IS_APPLIED, EXIF_IS_IGNORED } ChoiceExif;

/* What goes through the network. */
typedef struct InputOptions {
    const char *file; /* --input: an array instead of a picture */
    const char *data;
    int dataset, split, limit;
    OptionTriple mean, std;
    OptionCounts target;
    const char *resize, *scale;
    int filter, channels, exif; /* ChoiceFilter, ChoiceChannels, ChoiceExif */
} InputOptions;

/* How it goes through. */
typedef struct RunOptions {
    const char *without_skip, *classes, *kernel;
    OptionCounts batch;
    int threads;
} RunOptions;

typedef struct TrainOptions {
    int epochs, stop_after;
    double lr;
    const char *freeze; /* patterns of parameters' names */
    bool resume, restart, augment, no_augment;
    const char *compare;
    OptionCounts snapshots;
    double save_every; /* minutes */
    bool measure_train;
} TrainOptions;

/* How a step is made. What 0 could mean is asked of options_decided. */
typedef struct RecipeOptions {
    int optimizer;
    const char *schedule;
    double momentum, weight_decay, warmup, label_smoothing, ema, clip, stochastic_depth;
    bool no_nesterov, no_decay_norm;
} RecipeOptions;

typedef struct BenchOptions {
    const char *pass;
    int rounds;
    bool ui, busy, layers;
} BenchOptions;

/* Analyses, gradcheck and explain: what is looked at, and how closely. */
typedef struct AnalysisOptions {
    OptionCounts depths;
    int samples;
    bool plane;
    const char *op;
    OptionCounts index;
    int level;
    bool backward;
} AnalysisOptions;

typedef struct OutputOptions {
    const char *out, *svg;
    int pace, top;
    bool notes;
    bool json, csv, quiet, ascii, no_color;
    bool tensors, names; /* of a file of weights; how tensors are called */
    int color;
} OutputOptions;

typedef struct ExplorerOptions {
    const char *script, *theme, *results, *record;
    const char *lesson; /* to begin with; set by the command of that name */
    bool presents;      /* in presenter mode, with notes for another terminal; likewise */
    const char *state, *lock, *hide;
    const char *name; /* of a presentation */
    OptionSize size;
    const char *config;
    bool mouse, no_mouse, no_animation, no_config, screen_reader;
} ExplorerOptions;

typedef struct Options {
    CommandId command;
    char **words; /* what is neither option nor command */
    int word_count;
    bool given[OPTION_ROWS_MAX];            /* row k of the table stood on the command line */
    bool from_environment[OPTION_ROWS_MAX]; /* or in the environment */
    bool help, version;
    ModelSpec model;
    InputOptions input;
    RunOptions run;
    TrainOptions train;
    RecipeOptions recipe;
    BenchOptions bench;
    AnalysisOptions analysis;
    OutputOptions output;
    ExplorerOptions explorer;
} Options;

/* argv[0] is the program. Permutes argv; the Options point into it and into the environment. An error is of
 * kind ERROR_USAGE and names what comes nearest; `options->command` is then what was recognised so far. */
bool options_parse(Options *options, int argc, char **argv, Error *err);

/* Whether the option of that name stood on the command line (and not only in the environment). */
bool options_given(const Options *options, const char *name);

/* Whether the command line or the environment has spoken about it. */
bool options_decided(const Options *options, const char *name);
/* A value for an option that nobody has decided: "on" and "" set a flag, "off" does not. The Options point
 * into `value`. */
bool options_set_default(Options *options, const char *name, const char *value, Error *err);

ColorDepth options_color(const Options *options);

/* --help of a command: examples first, then its options, from the same table. */
void options_print_help(CommandId command, FILE *out);

#endif
