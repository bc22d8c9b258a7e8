/* What a session experiments with: a network and its weights, a picture, the pass over them, and how far that
 * has come. Everything here decides what is computed; app/session/look.h decides only how it is shown. */
#ifndef APP_SESSION_EXPERIMENT_H
#define APP_SESSION_EXPERIMENT_H

#include "app/load/setup.h"
#include "core/pass/pass.h"
#include "views/scene/action.h"
#include "views/scene/scene.h"

enum { WEIGHTS_NOTE_MAX = 320 };

typedef enum JobKind { JOB_NONE, JOB_RUN, JOB_BASELINE } JobKind;

/* Run the pass until `target` steps are done, the selection following the wave if asked; or run the baseline
 * to its end. */
typedef struct Job {
    JobKind kind;
    int target, first;  /* steps done at the end, and when it began */
    bool follow, stops; /* the selection follows; breakpoints count */
    double started_s;
} Job;

/* Operation after operation, as a film. */
typedef struct Play {
    double rate; /* operations a second; 0: not playing */
    double next_tick_s;
} Play;

/* A model that has been asked for and is loaded in the next step of work, when the screen has said so. */
typedef struct ModelRequest {
    ActionId action; /* ACTION_WEIGHTS, ACTION_ARCH; ACTION_NONE: nothing waits */
    char name[ACTION_TEXT_MAX];
} ModelRequest;

/* Blocks that have changed places, in the order in which they did. */
enum { SWAPS_MAX = 4 };

typedef struct Swaps {
    int count, pairs[SWAPS_MAX][2];
    int waiting; /* the block to be swapped with the next one named, plus one; 0: none */
} Swaps;

/* The picture in the pass. */
typedef struct Picture {
    real *input; /* normalised, (H,W,C); owned */
    char name[ACTION_TEXT_MAX];
    bool is_array;   /* no picture: normalised values without a file */
    int true_class;  /* -1: not known */
    int orientation; /* Exif's, that the file was turned by; 0: none */
} Picture;

/* The pictures that the input view offers. */
typedef struct PictureList {
    const char **list;
    char *names; /* what list points into */
    int count, cursor;
    SceneThumb *thumbs; /* of `count` pictures, the first `loaded` are loaded; owned */
    int loaded;
} PictureList;

/* A place in a tensor as it was asked for; the scene shows the nearest that the selected operation has. What nobody
 * has asked for is where there is most to see: the channel with the largest energy, and the cell of its largest
 * magnitude, of what is selected. A cell that was asked for is one of a channel that was. */
typedef struct Place {
    int channel, row, column;
    bool has_channel, has_cell;
} Place;

/* What the network says of the picture, known before the pass that is shown has come to its end. */
typedef struct Answer {
    double *probabilities; /* one a class, owned; NULL: not known */
    Pass *pass;            /* under way; NULL: none */
    bool failed;           /* memory is short: it is not tried again */
} Answer;

typedef struct Experiment {
    const Setup *setup; /* the caller's, or the one below */
    Setup own;          /* since another model was loaded; cleared before */
    ModelRequest load;
    char weights_note[WEIGHTS_NOTE_MAX]; /* "trained: resnet20.safetensors" */
    PassConfig config;
    bool *lesioned; /* one flag a block */
    Swaps swaps;
    Picture picture;
    PictureList pictures;
    int target; /* class the loss asks for; -1: the predicted one */
    Pass *pass;
    Pass *baseline; /* the same without skips, to compare gradients with; NULL: not begun */
    Answer answer;
    Job job;
    Play play;
    int at; /* the selected moment: an operation forward, or op_count later, backward */
    Place wanted;
} Experiment;

#endif
