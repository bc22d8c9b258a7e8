/* Which architecture the tensors are: the stem says ImageNet or CIFAR, the blocks say the depth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/network/weights.h"
#include "core/network/weights_names.h"

enum { ARCH_STAGES = 4, ARCH_BLOCKS_MAX = 10000, ARCH_CLASSES_MAX = 100000 };

/* What has been found out so far. */
typedef struct Found {
    WeightsNames names;
    const char *label;
    bool cifar, bottleneck;
    int blocks[ARCH_STAGES];
} Found;

/* A tensor that only another kind of network has, and that kind. */
typedef struct Stranger {
    const char *name, *kind;
} Stranger;

static const Stranger strangers[] = {
    {.name = "conv1.0.weight",
     .kind = "a ResNet with a deep stem of several convolutions (timm's c, d, s and t variants)"},
    {.name = "layer1.0.se.fc1.weight", .kind = "an SE-ResNet with squeeze and excitation"},
    {.name = "layer1.0.se.conv.weight", .kind = "a ResNet with channel attention"},
    {.name = "layer1.0.convs.0.weight", .kind = "a Res2Net"},
    {.name = "features.0.weight", .kind = "a VGG or AlexNet"},
    {.name = "features.conv0.weight", .kind = "a DenseNet"},
    {.name = "cls_token", .kind = "a vision transformer"},
};

static const StoredTensor *find(const Found *found, const char *name) {
    return weights_names_find(&found->names, name);
}

/* Beside the tensors that were recognised, or anywhere when none were. */
static bool has_stranger(const Found *found, const char *name) {
    char full[WEIGHTS_PREFIX_MAX + WEIGHTS_MEANING_MAX];
    if (!found->names.style) return weights_names_find_raw(found->names.file, name);
    snprintf(full, sizeof full, "%s%s", found->names.prefix, name);
    return tensors_find(found->names.file, full);
}

static bool refuse_strangers(const Found *found, Error *err) {
    for (size_t k = 0; k < sizeof strangers / sizeof *strangers; k++) {
        if (has_stranger(found, strangers[k].name)) {
            return error_set(err, ERROR_FILE, "%s: has the tensor %s: it is %s, which is not supported",
                             found->label, strangers[k].name, strangers[k].kind);
        }
    }
    const StoredTensor *second = find(found, "layer2.0.downsample.1.weight");
    if (second && second->rank == 4) {
        return error_set(
            err, ERROR_FILE,
            "%s: layer2.0.downsample.1.weight is a convolution: it is a ResNet that averages in its "
            "shortcuts (timm's d and t variants), which is not supported",
            found->label);
    }
    return true;
}

static bool find_family(Found *found, Error *err) {
    char dims[WEIGHTS_TEXT_MAX];
    const StoredTensor *stem = find(found, "conv1.weight");
    if (!stem) {
        return error_set(
            err, ERROR_FILE,
            "%s: none of its %d tensors is a ResNet's first convolution, conv1.weight or by another of the "
            "names that 'skipscope doctor --names' lists; 'skipscope summary FILE --tensors' shows them",
            found->label, tensors_count(found->names.file));
    }
    found->cifar = stem->rank > 0 && stem->dims[0] == 16;
    if (stem->rank > 0 && (stem->dims[0] == 16 || stem->dims[0] == 64)) return true;
    return error_set(err, ERROR_FILE,
                     "%s: %s is %s, expected the first convolution of a ResNet, [64,3,7,7] (ImageNet) or "
                     "[16,3,3,3] (CIFAR)",
                     found->label, stem->name, weights_names_format_dims(stem, dims));
}

/* "layer2.11.conv1.weight" -> stage 2, block 11. */
static bool parse_block(const char *name, unsigned long *stage, unsigned long *block) {
    if (strncmp(name, "layer", 5) != 0 || name[5] < '1' || name[5] > '0' + ARCH_STAGES || name[6] != '.')
        return false;
    char *end;
    if (name[7] < '0' || name[7] > '9') return false;
    *stage = (unsigned long)(name[5] - '0');
    *block = strtoul(name + 7, &end, 10);
    return *end == '.';
}

static bool check_gap(const Found *found, int stage, unsigned long highest, Error *err) {
    char name[64];
    for (unsigned long k = 0; k <= highest && k < ARCH_BLOCKS_MAX; k++) {
        snprintf(name, sizeof name, "layer%d.%lu.conv1.weight", stage, k);
        if (!find(found, name)) {
            return error_set(err, ERROR_FILE,
                             "%s: layer%d has a block %lu but no tensor layer%d.%lu.conv1.weight",
                             found->label, stage, highest, stage, k);
        }
    }
    if (highest < ARCH_BLOCKS_MAX) return true;
    return error_set(err, ERROR_FILE, "%s: layer%d has %lu blocks, which no known ResNet has", found->label,
                     stage, highest);
}

static bool count_blocks(Found *found, Error *err) {
    unsigned long highest[ARCH_STAGES] = {0}, stage, block;
    bool seen[ARCH_STAGES] = {false};
    for (int k = 0; k < tensors_count(found->names.file); k++) {
        if (!parse_block(found->names.meanings[k].text, &stage, &block)) continue;
        seen[stage - 1] = true;
        if (block > highest[stage - 1]) highest[stage - 1] = block;
    }
    for (int s = 0; s < ARCH_STAGES; s++) {
        if (seen[s] && !check_gap(found, s + 1, highest[s], err)) return false;
        found->blocks[s] = seen[s] ? (int)highest[s] + 1 : 0;
    }
    found->bottleneck = find(found, "layer1.0.conv3.weight") != NULL;
    return true;
}

/* ResNeXt and wide networks have the same names; only the widths inside the first block differ. */
static bool check_width(const Found *found, Error *err) {
    const char *name = found->bottleneck ? "layer1.0.conv2.weight" : "layer1.0.conv1.weight";
    const StoredTensor *conv = find(found, name);
    uint64_t width = found->cifar ? 16 : 64;
    if (!conv || conv->rank != 4 || conv->dims[1] == 0 || conv->dims[0] == width) return true;
    char dims[WEIGHTS_TEXT_MAX];
    weights_names_format_dims(conv, dims);
    if (found->bottleneck && conv->dims[0] > conv->dims[1]) {
        return error_set(err, ERROR_FILE,
                         "%s: %s is %s: it is a ResNeXt with %llu groups, which is not supported",
                         found->label, name, dims, (unsigned long long)(conv->dims[0] / conv->dims[1]));
    }
    return error_set(err, ERROR_FILE,
                     "%s: %s is %s, expected %llu channels: it is a wide ResNet, which is not supported",
                     found->label, name, dims, (unsigned long long)width);
}

static bool has_blocks(const Found *found, const int blocks[ARCH_STAGES]) {
    return memcmp(found->blocks, blocks, sizeof found->blocks) == 0;
}

/* The depth whose table row has these blocks; 0 when there is none. */
static int find_depth(const Found *found) {
    static const int imagenet[][ARCH_STAGES] = {{2, 2, 2, 2}, {3, 4, 6, 3}, {3, 4, 23, 3}, {3, 8, 36, 3}};
    int n = found->blocks[0];
    if (found->cifar)
        return !found->bottleneck && has_blocks(found, (int[ARCH_STAGES]){n, n, n, 0}) ? 6 * n + 2 : 0;
    if (!found->bottleneck)
        return has_blocks(found, imagenet[0]) ? 18 : has_blocks(found, imagenet[1]) ? 34 : 0;
    if (has_blocks(found, imagenet[1])) return 50;
    return has_blocks(found, imagenet[2]) ? 101 : has_blocks(found, imagenet[3]) ? 152 : 0;
}

/* Not one batch norm in the whole file: a file that lacks a few is torn, not of another kind. */
static bool is_norm_free(const Found *found) {
    for (int k = 0; k < tensors_count(found->names.file); k++) {
        const char *name = found->names.meanings[k].text;
        if (strncmp(name, "bn", 2) == 0 || strstr(name, ".bn") || strstr(name, "downsample.1.")) return false;
    }
    return true;
}

static bool find_arch(const Found *found, ResnetConfig *config, Error *err) {
    int depth = find_depth(found);
    arch_format((Arch){.depth = depth, .norm_free = is_norm_free(found)}, config->arch);
    if (depth > 0 && resnet_is_cifar(config->arch) == found->cifar) return true;
    const int *blocks = found->blocks;
    if (has_blocks(found, (int[ARCH_STAGES]){0}))
        return error_set(
            err, ERROR_FILE,
            "%s: has no block of a ResNet, layer1.0.conv1.weight and so on: it is another network",
            found->label);
    return error_set(
        err, ERROR_FILE,
        "%s: has %d, %d, %d and %d %s in its stages after a stem of %d channels, which is no known ResNet",
        found->label, blocks[0], blocks[1], blocks[2], blocks[3],
        found->bottleneck ? "bottlenecks" : "blocks of two convolutions", found->cifar ? 16 : 64);
}

static char find_shortcut(const Found *found) {
    const char *where_only_c =
        found->bottleneck ? "layer1.1.downsample.0.weight" : "layer1.0.downsample.0.weight";
    if (find(found, where_only_c)) return 'C';
    return find(found, "layer2.0.downsample.0.weight") ? 'B' : 'A';
}

static bool find_classes(const Found *found, ResnetConfig *config, Error *err) {
    char dims[WEIGHTS_TEXT_MAX];
    const StoredTensor *head = find(found, "fc.weight");
    config->headless = !head;
    if (!head) return true;
    if (head->rank != 2 || head->dims[0] < 1 || head->dims[0] > ARCH_CLASSES_MAX) {
        return error_set(err, ERROR_FILE,
                         "%s: fc.weight is %s, expected (classes, features) with 1 to %d classes",
                         found->label, weights_names_format_dims(head, dims), ARCH_CLASSES_MAX);
    }
    config->classes = (int)head->dims[0];
    return true;
}

/* What no tensor says is taken from the name: the activation function, and whether there are skips. A plain
 * network has the tensors of option A. */
static bool apply_name(const Found *found, const char *name, ResnetConfig *config, Error *err) {
    if (!name || strcmp(name, config->arch) == 0) return true;
    Arch wanted = arch_of(name), arch = arch_of(config->arch);
    arch.plain = wanted.plain;
    arch.activation = wanted.activation;
    if (!arch_equal(arch, wanted)) {
        return error_set(err, ERROR_FILE, "%s: expected the tensors of %s, found those of %s", found->label,
                         name, config->arch);
    }
    if (wanted.plain && config->shortcut != 'A') {
        return error_set(err, ERROR_FILE,
                         "%s: expected the tensors of %s, found projections (layer2.0.downsample.0)",
                         found->label, name);
    }
    arch_format(arch, config->arch);
    if (wanted.plain) config->shortcut = 0;
    return true;
}

static bool find_all(Found *found, const char *arch, ResnetConfig *config, Error *err) {
    bool good = refuse_strangers(found, err) && find_family(found, err) && count_blocks(found, err) &&
                check_width(found, err) && find_arch(found, config, err) && find_classes(found, config, err);
    if (!good) return false;
    config->shortcut = find_shortcut(found);
    return apply_name(found, arch, config, err);
}

bool weights_find_config(const Tensors *file, const char *arch, ResnetConfig *config, Error *err) {
    Found found = {.label = tensors_label(file)};
    *config = (ResnetConfig){0};
    if (!weights_names_make(&found.names, file, err)) return false;
    bool good = find_all(&found, arch, config, err);
    weights_names_free(&found.names);
    return good;
}
