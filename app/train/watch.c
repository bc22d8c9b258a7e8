#include <stdio.h>

#include "app/cli/interrupt.h"
#include "app/train/run.h"

/* Of the end of an epoch; that of the last one is waited for, since the end of the run measures as much again. */
static bool gives_up(void *context) {
    const TrainRun *run = context;
    TrainStatus status = train_status(run->trainer);
    return interrupt_signal() && status.step < status.steps;
}

static HistoryRun describe(TrainRun *run) {
    TrainStatus status = train_status(run->trainer);
    HistoryRun it = {.network_count = run->loaded.count,
                     .recipe = run->identity.recipe,
                     .dataset = dataset_kind_name(dataset_kind(run->loaded.data.train)),
                     .train_images = dataset_count(run->loaded.data.train),
                     .batch = run->config.batch,
                     .steps = status.steps,
                     .steps_per_epoch = status.steps_per_epoch,
                     .seed = run->config.seed,
                     .machine = run->machine.machine};
    for (int k = 0; k < run->loaded.count; k++) {
        train_network_name(run->trainer, k, run->names[k]);
        it.networks[k] = (HistoryNetwork){.name = run->names[k], .model = run->loaded.models[k]};
    }
    return it;
}

bool train_run_watch(TrainRun *run, Error *err) {
    char path[TRAIN_PATH_MAX];
    Error notice;
    train_identify(run->trainer, TRAIN_ALL, &run->identity);
    if (run->files.out) history_path(run->files.out, path, sizeof path);
    RecorderConfig config = {.path = run->files.out ? path : NULL,
                             .run = describe(run),
                             .train = run->loaded.data.train,
                             .test = run->loaded.data.test,
                             .measure_train = run->options->train.measure_train,
                             .first_step = train_status(run->trainer).step,
                             .is_stopped = gives_up,
                             .context = run};
    run->recorder = recorder_new(&config, run->files.resume, &notice, err);
    if (notice.kind != ERROR_NONE) fprintf(stderr, "skipscope: %s\n", notice.text);
    return run->recorder;
}
