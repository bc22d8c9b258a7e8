/* Activations that are not kept. In evaluation batch norm, activation functions and additions cost less to compute
 * again than to write and to read back: ops of these kinds stay open. The memory of such an activation is reserved
 * and untouched until somebody looks at it (open_fill). On the way forward the ops that read it get it in passing,
 * computed a stretch of pixels at a time from what is there, through as many open ops as lie between, while each
 * stretch is in the cache. What one op reads is computed when that runs; what several read, the outputs of blocks,
 * when it is its turn, and stays until the next but one. Every op does so by its own OpSpec.cells, so that the bits
 * are the same either way. */
#include "core/pass/open.h"

#include "core/base/parallel.h"
#include "core/pass/state.h"
#include "core/tensor/elementwise.h"

/* A stretch of STRETCH elements, 8 KiB of floats: what an op reads and writes of it fits into the smallest
 * first-level caches. One output of a block in LINKS_MAX/3 or so is kept, so that none is far from what is there.
 * The op at the end of a chain may have two inputs, each at the end of LINKS_MAX open ones. */
enum { STRETCH = 2048, LINKS_MAX = 36, CHAIN_MAX = 2 * LINKS_MAX + 1, BUFFERS_MAX = 5 };

/* One op of a chain: where it reads and writes, whole activations or buffers of one stretch. */
typedef struct Link {
    OpRun run;
    void (*cells)(const OpRun *run, size_t pixels);
    int x_buffer[OP_INPUTS_MAX], y_buffer; /* -1: the activation that run points to */
} Link;

/* Open ops up to the one wanted, in order. */
typedef struct Chain {
    const Pass *pass;
    Link links[CHAIN_MAX];
    int count;
    bool keeps; /* what several ops read goes to its own memory on the way */
    bool taken[BUFFERS_MAX];
    size_t channels; /* of one pixel */
    real *buffers;   /* (workers, BUFFERS_MAX, size) */
    size_t size;     /* elements of a buffer: the pixels of a stretch, whole */
} Chain;

static bool is_missing(const Pass *pass, int op) {
    return pass->nodes[op].open && !pass->nodes[op].value;
}

static int take_buffer(Chain *chain) {
    int b = 0;
    while (chain->taken[b]) b++;
    chain->taken[b] = true;
    return b;
}

/* The input with the longer way to it: computed first, it leaves most buffers free for the other one. */
static int first_input(const Pass *pass, const Op *op) {
    return op->input_count == 2 && pass->nodes[op->inputs[1]].links > pass->nodes[op->inputs[0]].links;
}

/* Appends op and the open ops that it reads; returns the buffer of its output, or -1 for `y`. */
static int append(Chain *chain, int op, real *y) {
    Node *nodes = chain->pass->nodes;
    const Op *o = &chain->pass->network->ops[op];
    Link link = {.cells = op_spec(o->kind)->cells, .x_buffer = {-1, -1}, .y_buffer = -1};
    for (int j = 0; j < o->input_count; j++) {
        int k = j ^ first_input(chain->pass, o), input = o->inputs[k];
        real *kept = chain->keeps && nodes[input].reader_count > 1 ? nodes[input].act : NULL;
        if (is_missing(chain->pass, input)) link.x_buffer[k] = append(chain, input, kept);
    }
    link.run = pass_run_of(chain->pass, op);
    if (y)
        link.run.y = y;
    else
        link.y_buffer = take_buffer(chain);
    for (int k = 0; k < o->input_count; k++)
        if (link.x_buffer[k] >= 0) chain->taken[link.x_buffer[k]] = false;
    chain->links[chain->count++] = link;
    return link.y_buffer;
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
    real *buffers = chain->buffers + (size_t)worker * BUFFERS_MAX * chain->size;
    size_t stretch = chain->size / chain->channels;
    for (size_t p = (size_t)begin; p < (size_t)end; p += stretch) {
        size_t pixels = (size_t)end - p < stretch ? (size_t)end - p : stretch;
        for (int k = 0; k < chain->count; k++) run_link(chain, &chain->links[k], p, pixels, buffers);
    }
}

/* Computes op, whose `begin` has been called, into y, as large as its activation. */
static void compute(const Pass *pass, int op, real *y, bool keeps) {
    const Shape shape = op_output_shape(&pass->network->ops[op], pass->config.batch);
    Chain chain = {.pass = pass, .keeps = keeps, .channels = (size_t)shape.c, .buffers = pass->stretches};
    chain.size = shape.c < STRETCH ? (size_t)(STRETCH / shape.c * shape.c) : chain.channels;
    append(&chain, op, y);
    parallel_for(shape.n * shape.h * shape.w, OP_CELLS_GRAIN / shape.c + 1, chain_work, &chain);
    for (int k = 0; k < chain.count && keeps; k++) {
        Node *node = &pass->nodes[chain.links[k].run.op->index];
        if (chain.links[k].run.y == node->act && chain.links[k].y_buffer < 0) node->value = node->act;
    }
}

/* One of the pass's places for an activation: what lay there is nowhere now. */
static real *claim(const Pass *pass, int place, int op) {
    Passing *at = &pass->passing[place];
    Node *before = &pass->nodes[at->op];
    if (before->value == at->memory) before->value = NULL;
    at->op = op;
    return at->memory;
}

void open_forward(Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    real *y = node->act;
    if (node->open && node->reader_count == 1) return;
    if (node->open) {
        pass->turn = !pass->turn;
        y = claim(pass, 1 + pass->turn, op);
    }
    compute(pass, op, y, false);
    node->value = y;
}

void open_fill(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (!node->open || node->value == node->act) return;
    if (node->value)
        elementwise_copy(node->act, node->value, pass_act_count(pass, op));
    else
        compute(pass, op, node->act, true);
    node->value = node->act;
}

const real *open_read(const Pass *pass, int op) {
    Node *node = &pass->nodes[op];
    if (!is_missing(pass, op)) return node->open ? node->value : node->act;
    real *y = claim(pass, 0, op);
    compute(pass, op, y, false);
    return node->value = y;
}

/* How many links a chain to op has where nothing on the way is there, and how many buffers it needs: those of one
 * input while the next is computed, or those of all inputs and the output. */
static void measure(const Pass *pass, int op, Node *node) {
    const Op *o = &pass->network->ops[op];
    int open = 0;
    node->links = 1;
    node->buffers = 1;
    for (int j = 0; j < o->input_count; j++) {
        const Node *input = &pass->nodes[o->inputs[j ^ first_input(pass, o)]];
        if (!input->open) continue;
        node->links += input->links;
        if (input->buffers + open > node->buffers) node->buffers = input->buffers + open;
        open++;
    }
    if (open + 1 > node->buffers) node->buffers = open + 1;
}

void open_choose(Pass *pass) {
    const Network *network = pass->network;
    for (int i = 0; i < network->op_count && !pass->config.batch_statistics; i++) {
        Node *node = &pass->nodes[i];
        if (!op_spec(network->ops[i].kind)->cells) continue;
        measure(pass, i, node);
        node->open = node->reader_count > 0 && node->links <= LINKS_MAX && node->buffers < BUFFERS_MAX;
    }
}

bool open_allocate(Pass *pass) {
    size_t place[2] = {0}, widest = STRETCH;
    for (int i = 0; i < pass->network->op_count; i++) {
        const Node *node = &pass->nodes[i];
        size_t *largest = &place[node->reader_count > 1], count = pass_act_count(pass, i);
        if (node->open && count > *largest) *largest = count;
        if ((size_t)pass->network->ops[i].out.c > widest) widest = (size_t)pass->network->ops[i].out.c;
    }
    size_t buffers = BUFFERS_MAX * (size_t)parallel_threads();
    pass->passing = arena_alloc(pass->arena, OPEN_PLACES, sizeof *pass->passing);
    pass->stretches = arena_alloc(pass->arena, widest * buffers, sizeof *pass->stretches);
    bool ok = pass->passing && pass->stretches;
    for (int k = 0; k < OPEN_PLACES && ok; k++) {
        pass->passing[k].memory = arena_alloc_hot(pass->arena, place[k > 0], sizeof(real));
        ok = pass->passing[k].memory != NULL;
    }
    return ok;
}
