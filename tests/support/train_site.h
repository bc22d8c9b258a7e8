/* A tiny training for tests: resnet8 on 65 pictures from a formula. */
#ifndef TESTS_SUPPORT_TRAIN_SITE_H
#define TESTS_SUPPORT_TRAIN_SITE_H

#include "core/train/train.h"
#include "tests/support/test_image.h"

/* 4 whole batches of 16, and 1 image left over. */
enum { PER_FILE = 13, IMAGES = 5 * PER_FILE, BATCH = 16, STEPS_AN_EPOCH = IMAGES / BATCH };

typedef struct Site {
    Model *model;
    Dataset *dataset;
    Trainer *trainer;
} Site;

/* Two epochs, and a seed that is not the default. */
TrainConfig small_config(void);
/* With random weights, always the same ones. */
Model *new_model(ResnetConfig resnet);

/* site_new writes the data set's files into the directory; for site_of they are there already. */
Site site_new(TempDir *dir, TrainConfig config);
Site site_of(TempDir *dir, TrainConfig config);
void site_free(Site *site);

void run_steps(Site *site, int steps);
void assert_same_values(const Site *a, const Site *b);

#endif
