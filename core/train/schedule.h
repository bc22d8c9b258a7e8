/* How large a step is: the learning rate from the first step to the last, and where it is cycled with it, the
 * momentum. Steps count from 0. */
#ifndef CORE_TRAIN_SCHEDULE_H
#define CORE_TRAIN_SCHEDULE_H

#include <stdbool.h>

typedef enum ScheduleKind {
    SCHEDULE_COSINE, /* half a cosine down to 0 (Loshchilov & Hutter 2017, arXiv:1608.03983) */
    SCHEDULE_STEPS,  /* divided by 10 at 1/2 and 3/4 of the steps */
    SCHEDULE_PAPER, /* divided by 10 at 1/2 and 3/4 of the steps, as at 32,000 and 48,000 of 64,000 in He et al.
                           2015, section 4.2; networks of 110 layers or more begin at a tenth: see ScheduleWarmup */
    SCHEDULE_ONE_CYCLE, /* up and down again, as torch.optim.lr_scheduler.OneCycleLR does by default (Smith & Topin
                           2017, arXiv:1708.07120): half a cosine from peak/25 up, for 30 % of the steps, and half
                           a cosine down to peak/250000 */
    SCHEDULE_STEP,      /* times a factor after every so many epochs, as StepLR */
    SCHEDULE_CONSTANT,
} ScheduleKind;

typedef struct Schedule {
    ScheduleKind kind;
    double peak;
    double
        warmup_epochs; /* cosine, steps, step, constant: the rate rises linearly to the peak, at the last step of
                             these; one cycle: how long it rises, 0: 30 % of the steps. Not the paper's */
    int step_epochs; /* SCHEDULE_STEP */
    double step_factor;
    long steps, steps_per_epoch; /* steps: of the whole training */
} Schedule;

/* The paper's schedule apart from its warm-up. */
double schedule_rate(const Schedule *schedule, long step);

/* One cycle: from 0.95 down to 0.85 while the rate rises, and up again, as OneCycleLR's cycle_momentum. */
double schedule_cycled_momentum(const Schedule *schedule, long step);

/* The paper's warm-up: "we use 0.01 to warm up the training until the training error is below 80 % (about 400
 * iterations), and then go back to 0.1". The training error is that of SCHEDULE_WINDOW batches at a time, and two
 * epochs are the most. */
enum { SCHEDULE_WINDOW = 20, SCHEDULE_PAPER_LAYERS = 110 };

typedef struct ScheduleWarmup {
    bool open;
    long right; /* images of the window so far that were classified rightly */
} ScheduleWarmup;

/* What is left of the rate meanwhile. */
#define SCHEDULE_WARMUP_SHARE 0.1

/* After step `step`, of whose `batch` images `right` were classified rightly. */
void schedule_follow(ScheduleWarmup *warmup, const Schedule *schedule, long step, long right, long batch);

#endif
