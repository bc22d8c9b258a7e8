/* The architectures, as one table: He et al. 2015 (arXiv:1512.03385), table 1 for ImageNet and section 4.2
 * for CIFAR-10. */
#ifndef CORE_NETWORK_RESNET_H
#define CORE_NETWORK_RESNET_H

#include "core/network/network.h"

typedef struct ResnetConfig {
    char arch[ARCH_NAME_MAX]; /* "resnet18", "plain20", "resnet20-nobn", ... */
    char shortcut;            /* 'A', 'B', 'C'; 0 takes the default: A for CIFAR, B for ImageNet */
    bool stride_in_1x1; /* bottlenecks: stride in the first 1x1 (the paper, "v1") instead of the 3x3 ("v1.5")
                         */
    int classes;        /* 0 takes the default: 10 for CIFAR, 1000 for ImageNet */
    bool headless; /* without the classifier: the network ends at avgpool, and `classes` is not looked at */
    int side;      /* of the pictures; 0 takes the default: 32 for CIFAR, 224 for ImageNet */
} ResnetConfig;

/* The side of the pictures that an architecture of that name was made for: 32 or 224. */
int resnet_side(const char *arch);

/* Builds the network with all values zero; NULL with a sentence naming the nearest architecture when there is
 * none of that name. */
Network *resnet_new(const ResnetConfig *config, Error *err);

/* The config that builds such a network again. */
ResnetConfig resnet_config_of(const Network *network);

/* "plain20-nobn" for resnet20-nobn, and the other way round. */
void resnet_twin_name(const Network *network, char out[ARCH_NAME_MAX]);
/* The plain network of a residual one, or the residual one of a plain one (shortcuts of option A, which have
 * no parameters), with the same values wherever both have a parameter. NULL with a sentence. */
Network *resnet_new_twin(const Network *network, Error *err);

/* Names for help and completion: the ImageNet ones and the CIFAR ones of the paper, each with its plain twin.
 * NULL-terminated. */
const char *const *resnet_names(void);

/* What a depth means: 6n+2 up to 1202 is CIFAR unless ImageNet owns the number (18, 34, 50, 101, 152 are
 * ImageNet's). */
bool resnet_is_cifar(const char *arch);

#endif
