/* Learning, one batch at a time.
 *
 * Every random choice follows from the seed and the number of the step, and never from what ran before: a run
 * that was stopped and resumed makes the same steps as one that was not, bit for bit on processors of one kind,
 * with any number of threads. */
#ifndef CORE_TRAIN_TRAIN_H
#define CORE_TRAIN_TRAIN_H

#include "core/data/dataset.h"
#include "core/network/model.h"
#include "core/train/optim.h"
#include "core/train/schedule.h"

enum { TRAIN_MAKER_MAX = 160, TRAIN_MAKERS_MAX = 1024 };

typedef struct TrainConfig {
    int epochs, batch;
    double lr; /* the peak */
    ScheduleKind schedule;
    double warmup_epochs; /* see Schedule, likewise of the next two */
    int step_epochs;      /* SCHEDULE_STEP */
    double step_factor;
    bool hold_momentum; /* SCHEDULE_ONE_CYCLE: the momentum is not cycled */
    OptimConfig optim;
    double label_smoothing;  /* of the training loss alone; 0: none, and so on */
    double clip;             /* the largest L2 norm of all gradients together */
    double stochastic_depth; /* how often the last block's branch is dropped; see core/train/depth */
    double ema; /* decay of the moving average that is measured and saved at the end; see core/train/ema */
    unsigned long long seed;
    bool augment;     /* pad 4, random crop, mirror */
    const char *init; /* how the first weights were made ("he"), for the record; NULL when not known */
    bool replaces;    /* the result may replace what stands in its place; a checkpoint remembers it */
    const char
        *maker; /* program and machine, for the record: shorter than TRAIN_MAKER_MAX; NULL when not known */
} TrainConfig;

/* The recipe of the bundled models: batch 128, peak 0.1, momentum 0.9 (Nesterov), weight decay 5e-4, one
 * epoch of warm-up, cosine. */
TrainConfig train_default_config(void);

enum { TRAIN_NETWORKS_MAX = 4 };

typedef struct Trainer Trainer;

/* Of one network; step, steps and replaces are those of all. */
typedef struct TrainStatus {
    long step, steps, steps_per_epoch; /* the last, incomplete batch of an epoch is left out */
    double lr;                         /* of the step just made */
    double loss, loss_average; /* of the step just made; over the epoch so far, an interrupted one whole */
    double accuracy, accuracy_average; /* share of training images classified rightly, likewise */
    bool broken;   /* loss, gradient or value is NaN or infinite: see train_tell_divergence */
    bool replaces; /* TrainConfig.replaces, or the checkpoint's */
} TrainStatus;

/* Both model and data set outlive the trainer; the model's network is what learns. */
Trainer *train_new(Model *model, const Dataset *dataset, const TrainConfig *config, Error *err);
/* 1 to TRAIN_NETWORKS_MAX networks that learn in step with each other, from the same batches in the same views:
 * each comes to the same bits as it would alone. They have the same input and the same classes. */
Trainer *train_new_several(Model *const *models, int count, const Dataset *dataset, const TrainConfig *config,
                           Error *err);
void train_free(Trainer *trainer);

int train_network_count(const Trainer *trainer);
int train_batch(const Trainer *trainer); /* images of a step */
/* What tells it from the others: its architecture, with "#2" behind it where it is the second of that. */
enum { TRAIN_NAME_MAX = ARCH_NAME_MAX + 4 };
void train_network_name(const Trainer *trainer, int network, char out[TRAIN_NAME_MAX]);

/* The makers of all runs that came to where it is, each once, with "; " between them; "" when none is known. Those that
 * there is no room for are left out. */
const char *train_makers(const Trainer *trainer);

/* One batch. False when all epochs are done, or when a loss, a gradient or a value is not a finite number any more: then
 * this trainer makes no further step, and no checkpoint. */
bool train_step(Trainer *trainer);
/* Where the first number came from that is not finite, of a broken training: "resnet20, step 12: the loss is nan; ...".
 * Computes the batch again where it has to. */
enum { TRAIN_DIVERGENCE_MAX = 640 };
void train_tell_divergence(const Trainer *trainer, char out[TRAIN_DIVERGENCE_MAX]);

/* Where the recipe has a moving average of the weights, networks and average change places: before the end is measured
 * and saved. The same again undoes it; no step between. */
void train_exchange_average(Trainer *trainer);

TrainStatus train_status_of(const Trainer *trainer, int network);
/* Of the first broken one, else of the first. */
TrainStatus train_status(const Trainer *trainer);

/* One line that says how these weights are made: "30 epochs, batch 128, SGD ...". */
void train_describe(const TrainConfig *config, char *out, size_t out_size);

/* What makes this training this one and no other, as metadata: "arch", "shortcut", "recipe", "dataset",
 * "train_images", "init". Of several networks "arch" and "shortcut" have one word for each, with commas. The
 * texts are in the struct and in the trainer: it is not to be copied, and the trainer outlives it. */
enum { TRAIN_IDENTITY_MAX = 6, TRAIN_RECIPE_MAX = 512, TRAIN_ALL = -1 };

typedef struct TrainIdentity {
    SafetensorsPair pairs[TRAIN_IDENTITY_MAX];
    int count;
    char arch[TRAIN_NETWORKS_MAX * ARCH_NAME_MAX], shortcut[TRAIN_NETWORKS_MAX * 8];
    char recipe[TRAIN_RECIPE_MAX], images[16];
} TrainIdentity;

/* As if that network had been trained alone, or of all of them: TRAIN_ALL. */
void train_identify(const Trainer *trainer, int network, TrainIdentity *identity);
/* Whether the file is of this training; says what differs otherwise, and `whose` it is: "the checkpoint's".
 * What the file does not tell is taken as equal, apart from arch and recipe. */
bool train_check_identity(const TrainIdentity *identity, const Safetensors *file, const char *whose,
                          Error *err);

/* Everything a later run needs to go on: values, running statistics, what the optimiser keeps, step, identity, with checksums
 * of it all. Written atomically. The checkpoint that this trainer wrote last, or went on from, becomes
 * PATH.prev, so that from the second one on there are always two. */
bool train_save_checkpoint(Trainer *trainer, const char *path, Error *err);
/* Goes on from the checkpoint at `path`, or when it is damaged or gone, from the one before it; `notice` is
 * then the sentence about it, else "". A whole checkpoint of another training is refused. */
bool train_resume(Trainer *trainer, const char *path, Error *notice, Error *err);

/* Where the checkpoint before the one at `path` stands; a symbolic link at `path` is followed. */
void train_previous_path(const char *path, char *out, size_t out_size);
/* Removes both. */
void train_remove_checkpoint(const char *path);

#endif
