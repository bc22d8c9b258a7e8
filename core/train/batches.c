#include "core/train/batches.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/parallel.h"
#include "core/base/thread.h"
#include "core/tensor/elementwise.h"

enum { NO_STEP = -1 };

/* What each generator of random numbers is for. */
enum { PURPOSE_ORDER = 1, PURPOSE_VIEWS };

struct Batches {
    BatchesConfig config;
    /* The maker's, or, while it has nothing to do, whoever asks for a batch. */
    int *order; /* of the images in an epoch */
    long epoch_in_order;
    size_t picture; /* numbers of one */
    real *x;
    int *targets;
    pthread_t maker;
    bool tried, runs; /* to start the maker, that it did */
    /* What both look at, under the mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    long wanted, made; /* the step whose batch the maker is to make, and whose is in x */
    bool ends;
};

Batches *batches_new(const BatchesConfig *config) {
    Batches *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    *b = (Batches){.config = *config, .epoch_in_order = NO_STEP, .wanted = NO_STEP, .made = NO_STEP};
    pthread_mutex_init(&b->mutex, NULL);
    pthread_cond_init(&b->changed, NULL);
    b->order = calloc((size_t)dataset_count(config->dataset), sizeof *b->order);
    b->picture = shape_count(dataset_shape(config->dataset));
    b->x = calloc((size_t)config->batch * b->picture, sizeof *b->x);
    b->targets = calloc((size_t)config->batch, sizeof *b->targets);
    if (b->order && b->x && b->targets) return b;
    batches_free(b);
    return NULL;
}

static void end_maker(Batches *b) {
    pthread_mutex_lock(&b->mutex);
    b->ends = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->mutex);
    pthread_join(b->maker, NULL);
}

void batches_free(Batches *b) {
    if (!b) return;
    if (b->runs) end_maker(b);
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->mutex);
    free(b->order);
    free(b->x);
    free(b->targets);
    free(b);
}

long batches_per_epoch(const Batches *b) {
    return dataset_count(b->config.dataset) / b->config.batch;
}

/* A generator of its own for each purpose and number. */
static Rng rng_for(const Batches *b, unsigned long long purpose, long number) {
    Rng rng;
    rng_init(&rng, b->config.seed * 0x9E3779B97F4A7C15u + purpose * 0xD1B54A32D192ED03u +
                       (unsigned long long)number);
    return rng;
}

static void shuffle_epoch(Batches *b, long epoch) {
    if (b->epoch_in_order == epoch) return;
    Rng rng = rng_for(b, PURPOSE_ORDER, epoch);
    int count = dataset_count(b->config.dataset);
    for (int j = 0; j < count; j++) b->order[j] = j;
    rng_shuffle(&rng, b->order, count);
    b->epoch_in_order = epoch;
}

static void make(Batches *b, long step) {
    const BatchesConfig *config = &b->config;
    const int *images = b->order + step % batches_per_epoch(b) * config->batch;
    Rng rng = rng_for(b, PURPOSE_VIEWS, step);
    shuffle_epoch(b, step / batches_per_epoch(b));
    for (int n = 0; n < config->batch; n++) {
        real *x = b->x + (size_t)n * b->picture;
        if (config->augment)
            dataset_to_augmented_input(config->dataset, images[n], &config->normalise, &rng, x);
        else
            dataset_to_input(config->dataset, images[n], &config->normalise, x);
        b->targets[n] = dataset_label(config->dataset, images[n]);
    }
}

static void *maker_main(void *argument) {
    Batches *b = argument;
    pthread_mutex_lock(&b->mutex);
    while (!b->ends) {
        long step = b->wanted;
        if (step == b->made) {
            pthread_cond_wait(&b->changed, &b->mutex);
            continue;
        }
        b->made = NO_STEP; /* what is in x is being written over */
        pthread_mutex_unlock(&b->mutex);
        make(b, step);
        pthread_mutex_lock(&b->mutex);
        b->made = step;
        pthread_cond_broadcast(&b->changed);
    }
    pthread_mutex_unlock(&b->mutex);
    return NULL;
}

static void ask_for(Batches *b, long step, bool wait) {
    pthread_mutex_lock(&b->mutex);
    b->wanted = step;
    pthread_cond_broadcast(&b->changed);
    while (wait && b->made != step) pthread_cond_wait(&b->changed, &b->mutex);
    pthread_mutex_unlock(&b->mutex);
}

void batches_take(Batches *b, long step, real *x, int *targets) {
    if (!b->tried) b->runs = parallel_threads() > 1 && thread_start(&b->maker, maker_main, b);
    b->tried = true;
    if (b->runs)
        ask_for(b, step, true);
    else
        make(b, step);
    elementwise_copy(x, b->x, (size_t)b->config.batch * b->picture);
    memcpy(targets, b->targets, (size_t)b->config.batch * sizeof *targets);
    if (b->runs) ask_for(b, step + 1, false);
}
