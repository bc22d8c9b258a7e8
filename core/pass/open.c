/* Activations that are not kept. In evaluation batch norm, activation functions and additions cost less to compute
 * again than to write and to read back: an op of these kinds that only one op reads stays open. Its memory is
 * reserved and untouched until somebody looks at it (open_fill); the op that reads it gets it in passing, computed a
 * stretch of pixels at a time from what is kept, through as many open ops as lie between, while each stretch is in
 * the cache. Every op does so by its own OpSpec.cells, so that the bits are the same either way. */
#include "core/base/parallel.h"
#include "core/pass/state.h"

/* A stretch of STRETCH elements, 8 KiB of floats: what an op reads and writes of it fits into the smallest
 * first-level caches. The op at the end of a chain may have two inputs, each at the end of OPEN_MAX open ones. */
enum { STRETCH = 2048, OPEN_MAX = 5, CHAIN_MAX = 2 * OPEN_MAX + 1 };

/* One op of a chain: where it reads and writes, whole activations or buffers of one stretch. */
typedef struct Link {
    OpRun run;
    void (*cells)(const OpRun *run, size_t pixels);
    int x_buffer[OP_INPUTS_MAX], y_buffer; /* -1: the activation that run points to */
} Link;

/* Open ops up to the one wanted, in order. */
typedef struct Chain {
    Link links[CHAIN_MAX];
    int count;
    bool taken[CHAIN_MAX];
    size_t channels, pixels; /* of one activation for the whole batch */
    real *buffers;           /* (workers, CHAIN_MAX, size) */
    size_t size;             /* elements of a buffer: the pixels of a stretch, whole */
} Chain;

static bool is_missing(const Pass *pass, int op) {
    return pass->nodes[op].open && !pass->nodes[op].filled;
}

static int take_buffer(Chain *chain) {
    int b = 0;
    while (chain->taken[b]) b++;
    chain->taken[b] = true;
    return b;
}

/* Appends op and the open ops that it reads, the deepest first; returns the buffer of its output, or -1 for `y`. */
static int append(const Pass *pass, Chain *chain, int op, real *y) {
    const Op *o = &pass->network->ops[op];
    Link link = {.run = pass_run_of(pass, op), .cells = op_spec(o->kind)->cells, .x_buffer = {-1, -1}};
    for (int k = 0; k < o->input_count; k++)
        if (is_missing(pass, o->inputs[k])) link.x_buffer[k] = append(pass, chain, o->inputs[k], NULL);
    link.y_buffer = y ? -1 : take_buffer(chain);
    if (y) link.run.y = y;
    for (int k = 0; k < o->input_count; k++)
        if (link.x_buffer[k] >= 0) chain->taken[link.x_buffer[k]] = false;
    chain->links[chain->count++] = link;
    return link.y_buffer;
}

static size_t stretch_pixels(size_t channels) {
    return channels < STRETCH ? STRETCH / channels : 1;
}

static void run_link(const Chain *chain, const Link *link, size_t first, size_t pixels, real *buffers) {
    OpRun run = link->run;
    size_t before = first * chain->channels;
    for (int k = 0; k < run.op->input_count; k++)
        run.x[k] =
            link->x_buffer[k] < 0 ? run.x[k] + before : buffers + (size_t)link->x_buffer[k] * chain->size;
    run.y = link->y_buffer < 0 ? run.y + before : buffers + (size_t)link->y_buffer * chain->size;
    link->cells(&run, pixels);
}

static void chain_work(void *context, int begin, int end, int worker) {
    const Chain *chain = context;
    real *buffers = chain->buffers + (size_t)worker * CHAIN_MAX * chain->size;
    size_t stretch = chain->size / chain->channels;
    for (size_t p = (size_t)begin; p < (size_t)end; p += stretch) {
        size_t pixels = (size_t)end - p < stretch ? (size_t)end - p : stretch;
        for (int k = 0; k < chain->count; k++) run_link(chain, &chain->links[k], p, pixels, buffers);
    }
}

void open_compute(const Pass *pass, int op, real *y) {
    const Shape shape = op_output_shape(&pass->network->ops[op], pass->config.batch);
    Chain chain = {.channels = (size_t)shape.c, .buffers = pass->stretches};
    chain.size = stretch_pixels(chain.channels) * chain.channels;
    chain.pixels = (size_t)shape.n * (size_t)shape.h * (size_t)shape.w;
    append(pass, &chain, op, y);
    parallel_for((int)chain.pixels, OP_CELLS_GRAIN / shape.c + 1, chain_work, &chain);
}

void open_fill(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (!is_missing(pass, op)) return;
    open_compute(pass, op, node->act);
    node->filled = true;
}

const real *open_read(const Pass *pass, int op) {
    if (!is_missing(pass, op)) return pass->nodes[op].act;
    open_compute(pass, op, pass->passing);
    return pass->passing;
}

/* Links of the chain to op. */
static int chain_length(const Pass *pass, int op) {
    const Op *o = &pass->network->ops[op];
    int length = 1;
    for (int k = 0; k < o->input_count; k++)
        if (pass->nodes[o->inputs[k]].open) length += chain_length(pass, o->inputs[k]);
    return length;
}

void open_choose(Pass *pass) {
    const Network *network = pass->network;
    for (int i = 0; i < network->op_count && !pass->config.batch_statistics; i++)
        pass->nodes[i].open = op_spec(network->ops[i].kind)->cells && pass->nodes[i].reader_count == 1 &&
                              chain_length(pass, i) <= OPEN_MAX;
}

size_t open_passing_count(const Pass *pass) {
    size_t largest = 0;
    for (int i = 0; i < pass->network->op_count; i++)
        if (pass->nodes[i].open && pass_act_count(pass, i) > largest) largest = pass_act_count(pass, i);
    return largest;
}

size_t open_stretches_count(const Pass *pass) {
    size_t largest = STRETCH;
    for (int i = 0; i < pass->network->op_count; i++)
        if ((size_t)pass->network->ops[i].out.c > largest) largest = (size_t)pass->network->ops[i].out.c;
    return largest * CHAIN_MAX * (size_t)parallel_threads();
}
