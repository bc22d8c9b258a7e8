#include "core/network/resnet.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

/* He et al. 2015, table 1: blocks a stage. Stage s has 64 * 2^(s-1) channels inside its blocks. */
typedef struct ImagenetDepth {
    int depth;
    int blocks[4];
    bool bottleneck;
} ImagenetDepth;

static const ImagenetDepth imagenet_depths[] = {
    {.depth = 18, .blocks = {2, 2, 2, 2}, .bottleneck = false},
    {.depth = 34, .blocks = {3, 4, 6, 3}, .bottleneck = false},
    {.depth = 50, .blocks = {3, 4, 6, 3}, .bottleneck = true},
    {.depth = 101, .blocks = {3, 4, 23, 3}, .bottleneck = true},
    {.depth = 152, .blocks = {3, 8, 36, 3}, .bottleneck = true},
};

enum { CIFAR_DEPTH_MIN = 8, CIFAR_DEPTH_MAX = 1202, BOTTLENECK_EXPANSION = 4, CLASSES_MAX = 100000 };

/* What a name and the options come to. */
typedef struct Plan {
    Arch arch;
    bool cifar, bottleneck, stride_in_1x1, headless;
    char shortcut;
    int classes, side, stages, width, blocks[4];
} Plan;

/* Where the construction stands. `last` is the op whose output comes next. */
typedef struct Site {
    NetworkBuilder *builder;
    const Plan *plan;
    int last, block;
    char prefix[OP_NAME_MAX + 1]; /* "layer2.0." inside a block, "" outside */
    int channels;                 /* of op `last` */
} Site;

const char *const *resnet_names(void) {
    static const char *const names[] = {
        "resnet18", "resnet34", "resnet50",  "resnet101", "resnet152", "resnet20", "resnet32",
        "resnet44", "resnet56", "resnet110", "plain18",   "plain34",   "plain50",  "plain101",
        "plain152", "plain20",  "plain32",   "plain44",   "plain56",   "plain110", NULL};
    return names;
}

static const ImagenetDepth *find_imagenet(int depth) {
    for (size_t k = 0; k < sizeof imagenet_depths / sizeof imagenet_depths[0]; k++)
        if (imagenet_depths[k].depth == depth) return &imagenet_depths[k];
    return NULL;
}

static bool is_cifar_depth(int depth) {
    return !find_imagenet(depth) && depth % 6 == 2 && depth >= CIFAR_DEPTH_MIN && depth <= CIFAR_DEPTH_MAX;
}

bool resnet_is_cifar(const char *arch) {
    return is_cifar_depth(arch_of(arch).depth);
}

int resnet_side(const char *arch) {
    return resnet_is_cifar(arch) ? 32 : 224;
}

/* The known name whose depth is closest, to put into the sentence about an unknown one. */
static const char *nearest_name(int depth, bool plain) {
    const char *best = plain ? "plain20" : "resnet20";
    int best_distance = INT_MAX;
    for (const char *const *name = resnet_names(); *name; name++) {
        Arch known = arch_of(*name);
        int distance = abs(known.depth - depth);
        if (known.plain == plain && distance < best_distance) {
            best = *name;
            best_distance = distance;
        }
    }
    return best;
}

/* ", -gelu or -silu for another activation function": the endings there are; "" without any. */
static void list_activations(char *out, size_t size) {
    size_t used = 0;
    out[0] = '\0';
    for (int kind = 0; kind < OP_KIND_COUNT; kind++)
        if (op_spec((OpKind)kind)->activation && (OpKind)kind != op_default_activation())
            used += utf8_format(out + used, size - used, "%s-%s", used ? " or " : ", ",
                                op_spec((OpKind)kind)->name);
    if (used > 0) utf8_format(out + used, size - used, " for another activation function");
}

static bool refuse(const char *name, Arch arch, Error *err) {
    char activations[120];
    list_activations(activations, sizeof activations);
    return error_set(err, ERROR_USAGE,
                     "there is no architecture '%s': expected resnet or plain with 18, 34, 50, 101, 152 "
                     "or 6n+2 up to %d, and %s after it for no batch norm%s; the nearest is %s",
                     name, CIFAR_DEPTH_MAX, ARCH_NORM_FREE, activations,
                     nearest_name(arch.depth, arch.plain));
}

static bool make_plan(const ResnetConfig *config, Plan *plan, Error *err) {
    *plan = (Plan){
        .arch = arch_of(config->arch), .stride_in_1x1 = config->stride_in_1x1, .headless = config->headless};
    int depth = plan->arch.depth;
    const ImagenetDepth *imagenet = find_imagenet(depth);
    plan->cifar = is_cifar_depth(depth);
    if (!imagenet && !plan->cifar) return refuse(config->arch, plan->arch, err);
    plan->stages = plan->cifar ? 3 : 4;
    plan->width = plan->cifar ? 16 : 64;
    plan->bottleneck = imagenet && imagenet->bottleneck;
    for (int s = 0; s < plan->stages; s++)
        plan->blocks[s] = plan->cifar ? (depth - 2) / 6 : imagenet->blocks[s];
    plan->side = config->side ? config->side : resnet_side(config->arch);
    plan->classes = config->classes ? config->classes : plan->cifar ? 10 : 1000;
    plan->shortcut = config->shortcut ? config->shortcut : plan->cifar ? 'A' : 'B';
    if (!strchr("ABC", plan->shortcut))
        return error_set(err, ERROR_USAGE, "there is no shortcut option '%c': expected A, B or C",
                         plan->shortcut);
    if (plan->classes < 1 || plan->classes > CLASSES_MAX)
        return error_set(err, ERROR_USAGE, "%d classes: expected 1 to %d", plan->classes, CLASSES_MAX);
    return true;
}

/* Appends an op that reads the last one and becomes the last one. */
static int add_op(Site *site, Op op, const char *name) {
    op.inputs[0] = site->last;
    op.input_count = 1;
    op.block = site->block;
    return site->last = network_build_op(site->builder, op, "%s%s", site->prefix, name);
}

static void add_conv(Site *site, int channels, int kernel, int stride, const char *name) {
    Op conv = {.kind = OP_CONV2D,
               .channels = channels,
               .kernel_h = kernel,
               .kernel_w = kernel,
               .stride = stride,
               .pad = kernel / 2};
    add_op(site, conv, name);
    site->channels = channels;
}

static void add_simple(Site *site, OpKind kind, const char *name) {
    add_op(site, (Op){.kind = kind}, name);
}

/* "relu2" as the second in its block. */
static void add_activation(Site *site, const char *number) {
    OpKind kind = arch_activation(site->plan->arch);
    char name[OP_NAME_MAX];
    snprintf(name, sizeof name, "%s%s", op_spec(kind)->name, number);
    add_simple(site, kind, name);
}

static void add_norm(Site *site, const char *name) {
    if (!site->plan->arch.norm_free) add_simple(site, OP_BATCH_NORM, name);
}

/* The branch F: two 3x3, or 1x1, 3x3, 1x1 with four times the channels at the end. */
static void add_branch(Site *site, int width, int stride) {
    const Plan *plan = site->plan;
    if (!plan->bottleneck) {
        add_conv(site, width, 3, stride, "conv1");
        add_norm(site, "bn1");
        add_activation(site, "1");
        add_conv(site, width, 3, 1, "conv2");
        add_norm(site, "bn2");
        return;
    }
    add_conv(site, width, 1, plan->stride_in_1x1 ? stride : 1, "conv1");
    add_norm(site, "bn1");
    add_activation(site, "1");
    add_conv(site, width, 3, plan->stride_in_1x1 ? 1 : stride, "conv2");
    add_norm(site, "bn2");
    add_activation(site, "2");
    add_conv(site, width * BOTTLENECK_EXPANSION, 1, 1, "conv3");
    add_norm(site, "bn3");
}

static ShortcutKind shortcut_kind(const Plan *plan, bool changes_shape) {
    if (plan->arch.plain) return SHORTCUT_NONE;
    if (plan->shortcut == 'C' || (plan->shortcut == 'B' && changes_shape)) return SHORTCUT_PROJECTION;
    return changes_shape ? SHORTCUT_ZERO_PAD : SHORTCUT_IDENTITY;
}

/* Returns the op whose output the shortcut brings to the add. */
static int add_shortcut(Site site, ShortcutKind kind, int input, int channels, int stride) {
    site.last = input;
    if (kind == SHORTCUT_PROJECTION) {
        add_conv(&site, channels, 1, stride, "downsample.0");
        add_norm(&site, "downsample.1");
    } else if (kind == SHORTCUT_ZERO_PAD) {
        add_op(&site, (Op){.kind = OP_SHORTCUT_A, .channels = channels, .stride = stride}, "downsample");
    }
    return site.last;
}

/* y = f(F(x) + shortcut(x)), or f(F(x)) in a plain network, with f the activation function. */
static void add_block(Site *site, int stage, int number, int stride) {
    const Plan *plan = site->plan;
    int width = plan->width << (stage - 1), input = site->last, in_channels = site->channels;
    Block block = {.stage = stage, .input = input, .add = -1};
    snprintf(block.name, sizeof block.name, "layer%d.%d", stage, number);
    snprintf(site->prefix, sizeof site->prefix, "%s.", block.name);
    site->block = network_build_block(site->builder, block);
    add_branch(site, width, stride);
    if (site->last < 0) return;
    block.branch_first = input + 1;
    block.branch_last = site->last;
    block.shortcut = shortcut_kind(plan, stride != 1 || in_channels != site->channels);
    block.shortcut_last = add_shortcut(*site, block.shortcut, input, site->channels, stride);
    if (block.shortcut != SHORTCUT_NONE) {
        Op add = {.kind = OP_ADD,
                  .inputs = {block.branch_last, block.shortcut_last},
                  .input_count = 2,
                  .block = site->block};
        site->last = block.add = network_build_op(site->builder, add, "%sadd", site->prefix);
    }
    add_activation(site, plan->bottleneck ? "3" : "2");
    block.output = site->last;
    if (site->last >= 0) *network_build_get_block(site->builder, site->block) = block;
}

static void add_stem(Site *site) {
    const Plan *plan = site->plan;
    int size = plan->side;
    Op input = {.kind = OP_INPUT, .block = -1, .out = {1, 3, size, size}};
    site->last = network_build_op(site->builder, input, "input");
    add_conv(site, plan->width, plan->cifar ? 3 : 7, plan->cifar ? 1 : 2, "conv1");
    add_norm(site, "bn1");
    add_activation(site, "");
    if (!plan->cifar)
        add_op(site, (Op){.kind = OP_MAX_POOL, .kernel_h = 3, .kernel_w = 3, .stride = 2, .pad = 1},
               "maxpool");
}

static void add_head(Site *site) {
    site->block = -1;
    site->prefix[0] = '\0';
    add_simple(site, OP_AVG_POOL, "avgpool");
    if (site->plan->headless) {
        add_simple(site, OP_FEATURE, "loss");
        return;
    }
    add_op(site, (Op){.kind = OP_LINEAR, .channels = site->plan->classes}, "fc");
    add_simple(site, site->plan->classes == 1 ? OP_BINARY_CROSS_ENTROPY : OP_CROSS_ENTROPY, "loss");
}

Network *resnet_new(const ResnetConfig *config, Error *err) {
    Plan plan;
    if (!make_plan(config, &plan, err)) return NULL;
    Site site = {.plan = &plan, .block = -1};
    site.builder = network_build_begin(config->arch, (Shape){1, 3, plan.side, plan.side}, err);
    if (!site.builder) return NULL;
    add_stem(&site);
    for (int stage = 1; stage <= plan.stages; stage++)
        for (int number = 0; number < plan.blocks[stage - 1]; number++)
            add_block(&site, stage, number, stage > 1 && number == 0 ? 2 : 1);
    add_head(&site);
    Network *network = network_build_end(site.builder, err);
    if (!network) return NULL;
    network->stride_in_1x1 = plan.stride_in_1x1;
    network->headless = plan.headless;
    if (!plan.arch.plain) network->shortcut = plan.shortcut;
    return network;
}

ResnetConfig resnet_config_of(const Network *network) {
    ResnetConfig config = {.stride_in_1x1 = network->stride_in_1x1,
                           .shortcut = network->shortcut == '-' ? '\0' : network->shortcut,
                           .classes = network->headless ? 0 : network->classes,
                           .side = network->input.h,
                           .headless = network->headless};
    memcpy(config.arch, network->arch, sizeof config.arch);
    return config;
}

Network *resnet_new_twin(const Network *network, Error *err) {
    ResnetConfig config = resnet_config_of(network);
    config.shortcut = 'A';
    resnet_twin_name(network, config.arch);
    Network *twin = resnet_new(&config, err);
    if (twin) network_copy_values(twin, network);
    return twin;
}

void resnet_twin_name(const Network *network, char out[ARCH_NAME_MAX]) {
    Arch arch = arch_of(network->arch);
    arch.plain = !arch.plain;
    arch_format(arch, out);
}
