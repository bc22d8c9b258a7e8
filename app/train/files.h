/* Where a training reads and writes, and what stands there already: no forgotten option costs a network that
 * took a day to learn. --restart replaces by name; everything else that would replace is refused. */
#ifndef APP_TRAIN_FILES_H
#define APP_TRAIN_FILES_H

#include <sys/stat.h>

#include "app/cli/options.h"
#include "app/train/networks.h"
#include "core/train/train.h"

enum { TRAIN_PATH_MAX = 4096 };

/* The weights of one network at the end. */
typedef struct TrainResult {
    char path[TRAIN_PATH_MAX];
    bool stood;         /* something was there at the beginning */
    struct stat before; /* that, when it stood */
} TrainResult;

typedef struct TrainFiles {
    const char *out;                         /* --out; NULL: nothing is written, and the paths are empty */
    TrainResult results[TRAIN_NETWORKS_MAX]; /* OUT; of several networks NAME-ARCH.safetensors */
    int result_count;
    OptionCounts snapshots;
    char checkpoint[TRAIN_PATH_MAX];
    char lock_path[TRAIN_PATH_MAX];
    int lock; /* descriptor of the lock file; -1: none */
    bool resume, restart;
} TrainFiles;

/* From --out, --snapshots, --resume and --restart, before anything is loaded: what can be written, and what may
 * be. A request that has to be put differently is a usage error; --resume without anything to go on from is an
 * error of the kind ERROR_FILE. Until train_files_end, which is due in every case, the place is this run's
 * alone: OUT.ckpt.lock says whose, and is no hindrance when that process is gone. */
bool train_files_begin(TrainFiles *files, const Options *options, const TrainNetworks *networks, Error *err);
void train_files_end(TrainFiles *files);

/* The result may replace what stands at --out: --restart, and something is there. */
bool train_files_replace(const TrainFiles *files);

/* With --resume: goes on from the checkpoint, and says so when it is not the last one. Where there is none,
 * the weights at --out must be those that this training ends with, and *finished becomes true. */
bool train_files_resume(const TrainFiles *files, Trainer *trainer, bool *finished, Error *err);

/* At the end: nothing has come to --out since the beginning that would be lost. */
bool train_files_check_end(const TrainFiles *files, Error *err);

/* The weights of one network after an epoch: "NAME.epoch5.safetensors". */
void train_files_snapshot(const TrainFiles *files, int network, int epoch, char out[TRAIN_PATH_MAX]);

#endif
