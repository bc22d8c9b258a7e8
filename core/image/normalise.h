/* Pixels to numbers: x = (byte / 255 - mean) / std for each colour channel, every step in float32 as
 * torchvision does. */
#ifndef CORE_IMAGE_NORMALISE_H
#define CORE_IMAGE_NORMALISE_H

#include <stdint.h>

#include "core/tensor/tensor.h"

typedef struct Normalise {
    float mean[3], std[3]; /* red, green, blue; std > 0 */
} Normalise;

Normalise normalise_imagenet(void); /* torchvision: .485 .456 .406 / .229 .224 .225 */
Normalise normalise_cifar10(void);  /* over all training pixels: .4914 .4822 .4465 / .2470 .2435 .2616 */
Normalise normalise_cifar100(void); /* over all training pixels: .5071 .4865 .4409 / .2673 .2564 .2762 */

static inline real normalise_byte(const Normalise *normalise, int channel, uint8_t byte) {
    float value = (float)byte / 255.0f;
    value -= normalise->mean[channel];
    return (real)(value / normalise->std[channel]);
}

#endif
