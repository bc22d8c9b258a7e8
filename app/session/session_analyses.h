/* The analyses in a session: of the network and the picture that are shown. They run in steps while nothing
 * else does; what they found is kept for as long as the program runs, each result under the weights, the picture
 * and the settings that it was found for, and shown for these only. */
#ifndef APP_SESSION_SESSION_ANALYSES_H
#define APP_SESSION_SESSION_ANALYSES_H

#include <pthread.h>
#include <stdint.h>

#include "app/load/setup.h"
#include "app/measure/scores.h"
#include "core/base/time_left.h"
#include "views/scene/scene.h"

enum { KEPT_RESULTS_MAX = 64 };

typedef struct KeptResult {
    uint64_t key; /* of everything that it depends on */
    AnalysisId id;
    bool plane; /* the slice's, over two directions */
    bool waits; /* was found before a lesson went back: not shown until it is asked for again */
    AnalysisResult result;
} KeptResult;

typedef struct Analyses {
    KeptResult *results; /* oldest first */
    int count;
    uint64_t key; /* of what is shown now */

    Analysis *running; /* NULL: none */
    TimeLeft left;
    double reported_s; /* when what it has so far was last shown */
    bool
        discards; /* a thread frees the one before: a gigabyte for a large network, which takes some tenths of a second */
    pthread_t discarder;
    int target, label; /* what it borrows */
    Batch pictures;    /* for those that want many; loaded when first wanted */
    Model *twin;       /* likewise */
    char twin_label[SETUP_NOTICE_MAX];
    Scores scores; /* likewise */
    SceneAnalyses shown;
} Analyses;

#endif
