/* From options to something that runs: the model, and the pictures that go through it. Used by the explorer
 * and by the commands alike. */
#ifndef APP_LOAD_SETUP_H
#define APP_LOAD_SETUP_H

#include "app/cli/options.h"
#include "core/network/model.h"
#include "core/pass/pass.h"

enum { SETUP_INIT_MAX = 48, SETUP_NOTICE_MAX = 200, SETUP_LINE_MAX = 2200 };

typedef struct Setup {
    Model *model;
    bool untrained;              /* random weights */
    char init[SETUP_INIT_MAX];   /* "trained", or what --init said: "he", "normal:0.01" */
    unsigned long long seed;     /* --seed, of random weights now or later */
    int bn;                      /* --bn, a ChoiceBn; not given: as the weights want it */
    char notice[SETUP_LINE_MAX]; /* a sentence the user should see; "" for none */
    char **images;               /* the words that name pictures */
    int image_count;
    bool ignores_exif; /* --exif ignore */
} Setup;

/* Whether the words are a MODEL and IMAGEs as setup_open takes them, as far as their first bytes tell. */
bool setup_check_words(const Options *options, Error *err);
/* Sorts the words into MODEL and IMAGEs and makes the model ready: weights, normalisation, class names. */
bool setup_open(Setup *setup, const Options *options, Error *err);
/* The model alone, with no pictures named. On failure `setup` is cleared. */
bool setup_open_model(Setup *setup, const ModelSpec *spec, Error *err);
void setup_close(Setup *setup); /* a cleared Setup is fine */

/* The file, or the bundled model of that whole name ("plain20-cifar10"), which wins over a file called so. */
Model *setup_load_weights(const char *name, const ModelOptions *options, Error *err);

/* Another model while the program runs, with the seed and --bn of `old` and, where that is untrained, its
 * --init. Weights: the name of a bundled model ("resnet20", "bundled resnet20", "resnet20-cifar10") or a
 * safetensors file. An architecture: random weights. On failure `old` is as it was and `setup` is cleared. */
bool setup_open_weights(Setup *setup, const Setup *old, const char *name, Error *err);
bool setup_open_arch(Setup *setup, const Setup *old, const char *arch, Error *err);
/* Batch norm uses the picture's own statistics: as --bn says, else with random weights. */
bool setup_batch_statistics(const Setup *setup);
/* The spec that makes this model again; its texts belong to the setup. Trained weights that are built in have
 * neither `weights` nor `init`. */
ModelSpec setup_spec(const Setup *setup);
/* The spec's init and seed. */
bool setup_parse_init(const ModelSpec *spec, InitConfig *init, Error *err);

/* Of networks that are built beside the model: its own --init when it has random weights, else He; its seed.
 */
InitConfig setup_init(const Setup *setup);

/* A network of the spec's arch, shortcut and stride with values from its init and seed; `weights` is not
 * looked at. `classes` 0: the architecture's own number. */
Model *setup_new_model(const ModelSpec *spec, int classes, Error *err);

/* --without-skip and --bn. `lesioned` receives a heap array for SKIP_LESION (the caller frees it), else NULL;
 * the config points to it. */
bool setup_pass_config(const Setup *setup, const Options *options, PassConfig *config, bool **lesioned,
                       Error *err);

/* Normalised pictures in memory order, (count,H,W,3), and their targets. */
typedef struct Batch {
    int count;
    real *values;                 /* heap */
    int *targets;                 /* heap; NULL: the predicted classes */
    int *labels;                  /* heap; what the pictures show, -1 where nobody knows */
    char label[SETUP_NOTICE_MAX]; /* what they are: "photo.jpg", "16 images of cifar10 test" */
} Batch;

/* From --input, the picture words, or --data; without any of them the bundled pictures: `bundled` of them. */
bool setup_load_batch(Batch *batch, const Setup *setup, const Options *options, int bundled, Error *err);
void setup_free_batch(Batch *batch);
/* The bundled pictures, whatever the command line named. */
bool setup_load_bundled(Batch *batch, const Setup *setup, Error *err);

/* --resize, --interpolation, --channels, --scale, --mean and --std, on top of what the model says. */
bool setup_apply_preprocess(Preprocess *preprocess, const Options *options, Error *err);

/* One picture: a path, or the name of a bundled one. Writes (size,size,3). */
bool setup_load_image(const Setup *setup, const char *name, real *nhwc, Error *err);
/* And which Exif orientation it was turned by; 0 for one that lay upright, or was left as it lies. */
bool setup_load_turned(const Setup *setup, const char *name, real *nhwc, int *orientation, Error *err);
/* The class that a bundled picture is named after, "04-cat"; -1 for any other picture. */
int setup_picture_class(const Model *model, const char *name);

/* What the model is compared with: of a trained CIFAR-10 network the bundled trained network without (with)
 * skips, where there is one of that depth, else the same values without (with) them. `label` says which. */
Model *setup_new_twin(const Setup *setup, char label[SETUP_NOTICE_MAX], Error *err);

/* A pass for the batch, its input filled in. */
Pass *setup_new_pass(const Setup *setup, const PassConfig *config, const Batch *batch, Error *err);

#endif
