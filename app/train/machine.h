/* What runs a training: for its history, and for the metadata of what comes out of it. */
#ifndef APP_TRAIN_MACHINE_H
#define APP_TRAIN_MACHINE_H

#include "core/train/history.h"

enum { TRAIN_PROCESSOR_MAX = 64 };

typedef struct TrainMachine {
    char processor[TRAIN_PROCESSOR_MAX]; /* "AMD EPYC 9B14 96-Core Processor", or what `uname -m` says */
    HistoryMachine machine;              /* points here: not to be copied */
} TrainMachine;

void train_machine(TrainMachine *machine);
/* "skipscope 0.1.0 (58923e3) on PROCESSOR, avx512" */
void train_machine_describe(const TrainMachine *machine, char *out, size_t size);

#endif
