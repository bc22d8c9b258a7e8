#include "core/image/normalise.h"

Normalise normalise_imagenet(void) {
    return (Normalise){.mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}};
}

Normalise normalise_cifar10(void) {
    return (Normalise){.mean = {0.4914f, 0.4822f, 0.4465f}, .std = {0.2470f, 0.2435f, 0.2616f}};
}

Normalise normalise_cifar100(void) {
    return (Normalise){.mean = {0.5071f, 0.4865f, 0.4409f}, .std = {0.2673f, 0.2564f, 0.2762f}};
}
