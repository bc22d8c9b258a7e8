#include "core/pass/foresee.h"

#include "core/base/soon.h"
#include "core/pass/state.h"

/* What is more than this leaves the cache again before it is read. */
enum { FORESEEN_BYTES = 6 << 20 };

/* Activations that are kept, in the order in which they will be read. */
typedef struct Kept {
    int op[SOON_REGIONS_MAX], count;
} Kept;

static bool fetches(const Pass *pass, int op) {
    return op_spec(pass->network->ops[op].kind)->macs != NULL;
}

static void add_kept(Kept *kept, int op) {
    for (int k = 0; k < kept->count; k++)
        if (kept->op[k] == op) return;
    if (kept->count < SOON_REGIONS_MAX) kept->op[kept->count++] = op;
}

/* What op's activation is computed from: itself where it is kept. */
static void add_sources(const Pass *pass, int op, Kept *kept) {
    const Op *o = &pass->network->ops[op];
    if (!pass->nodes[op].open)
        add_kept(kept, op);
    else
        for (int k = 0; k < o->input_count; k++) add_sources(pass, o->inputs[k], kept);
}

static void add_inputs(const Pass *pass, int op, Kept *kept) {
    const Op *o = &pass->network->ops[op];
    for (int k = 0; k < o->input_count && op_spec(o->kind)->backward_reads_x; k++)
        add_sources(pass, o->inputs[k], kept);
}

/* From number `first` on, as many as fit. */
static Soon *fill(Pass *pass, const Kept *kept, int first) {
    size_t bytes = 0;
    soon_clear(&pass->soon);
    for (int k = first; k < kept->count; k++) {
        const size_t more = pass_act_count(pass, kept->op[k]) * sizeof(real);
        bytes += more;
        if (bytes <= FORESEEN_BYTES) soon_add(&pass->soon, pass->nodes[kept->op[k]].act, more);
    }
    return &pass->soon;
}

/* Activations that are written before the next product. */
Soon *foresee_forward(Pass *pass, int op) {
    Kept kept = {.count = 0};
    for (int next = op + 1; next < pass->network->op_count && !fetches(pass, next); next++)
        if (!pass->nodes[next].open) add_kept(&kept, next);
    return fill(pass, &kept, 0);
}

/* What the ops from here to the next product, and this, read: the inputs of those that run as a whole, and what lies
 * between them. What op itself has just read is in the cache. */
Soon *foresee_backward(Pass *pass, int op) {
    Kept kept = {.count = 0};
    int next = op;
    add_inputs(pass, op, &kept);
    const int read = kept.count;
    do {
        next--;
        if (next > 0 && !pass->nodes[next].open) add_kept(&kept, next);
    } while (next > 0 && !fetches(pass, next));
    add_inputs(pass, next, &kept);
    return fill(pass, &kept, read);
}
