/* Which network is meant, as options, state strings and actions say it. The texts are borrowed from the
 * command line, the environment or a state string. */
#ifndef APP_CLI_MODEL_SPEC_H
#define APP_CLI_MODEL_SPEC_H

/* A choice is the number of its word in the option table, from 1; 0 when not given. */
typedef enum ChoiceBn { BN_DEFAULT, BN_EVAL, BN_TRAIN } ChoiceBn;
typedef enum ChoiceStride { STRIDE_IN_DEFAULT, STRIDE_IN_3X3, STRIDE_IN_1X1 } ChoiceStride;

typedef struct ModelSpec {
    const char *arch;        /* "resnet20"; NULL: the weights' own, or the bundled one */
    const char *weights;     /* a safetensors file; NULL: the bundled or random ones */
    const char *key;         /* which of several networks in the file; NULL: the first */
    const char *init;        /* how random weights are made; NULL: "he" where there are no others */
    unsigned long long seed; /* of random weights */
    int shortcut;            /* 1 A, 2 B, 3 C; 0: the architecture's own */
    int act;                 /* place in ACTIVATION_LIST, from 1; 0: as the architecture's name says */
    int stride_in, bn;       /* ChoiceStride, ChoiceBn */
    int side;                /* of the pictures; 0: as the weights say, or the architecture's own */
} ModelSpec;

#endif
