/* Names of architectures: "resnet18", "plain20-nobn", either with the name of an activation function at the
 * end. This is the only place that reads or writes one. */
#ifndef CORE_NETWORK_ARCH_H
#define CORE_NETWORK_ARCH_H

#include "core/op/op.h"

enum { ARCH_NAME_MAX = 24 };

/* The ending of a name for the same convolutions without batch norm. They have no bias either, so that with
 * the same seed both networks have the same weights and only the normalisation differs. */
#define ARCH_NORM_FREE "-nobn"

/* What a name says; resnet_new decides whether there is such a network. */
typedef struct Arch {
    int depth;  /* 20 in "resnet20"; 0: none, or no depth that any network has */
    bool plain; /* no shortcuts */
    bool norm_free;
    const OpSpec *activation; /* the last ending of the name; NULL: none, the function is the usual one */
} Arch;

/* Reads resnetN or plainN with or without the endings. False for any other form; *arch is then all 0. */
bool arch_parse(const char *name, Arch *arch);
/* What the name says; all 0 when it has another form. */
Arch arch_of(const char *name);
void arch_format(Arch arch, char out[ARCH_NAME_MAX]);
bool arch_equal(Arch a, Arch b);
/* The activation function of the networks that are called so. */
OpKind arch_activation(Arch arch);
/* The same architecture with another activation function. */
Arch arch_with_activation(Arch arch, OpKind activation);

#endif
