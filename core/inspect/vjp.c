#include "core/inspect/vjp.h"

#include <stdlib.h>
#include <string.h>

#include "core/pass/state.h"

struct Vjp {
    const Pass *pass;
    real *buffers[2]; /* of the largest activation */
    void *saved;      /* as large as any op's: what it saved, to be written by its backward pass */
};

static size_t saved_bytes(const Pass *pass, int op) {
    const Op *o = &pass->network->ops[op];
    const OpSpec *spec = op_spec(o->kind);
    return spec->saved_bytes ? spec->saved_bytes(o, pass->config.batch) : 0;
}

Vjp *vjp_new(const Pass *pass, Error *err) {
    size_t largest = 0, saved = 1;
    for (int i = 0; i < pass->network->op_count; i++)
        if (pass_act_count(pass, i) > largest) largest = pass_act_count(pass, i);
    for (int i = 0; i < pass->network->op_count; i++)
        if (saved_bytes(pass, i) > saved) saved = saved_bytes(pass, i);
    Vjp *vjp = calloc(1, sizeof *vjp);
    if (vjp) {
        *vjp = (Vjp){.pass = pass,
                     .buffers = {calloc(largest, sizeof(real)), calloc(largest, sizeof(real))},
                     .saved = malloc(saved)};
        if (vjp->buffers[0] && vjp->buffers[1] && vjp->saved) return vjp;
    }
    vjp_free(vjp);
    error_set(err, ERROR_FAILED, "not enough memory for two more activations");
    return NULL;
}

void vjp_free(Vjp *vjp) {
    if (!vjp) return;
    free(vjp->buffers[0]);
    free(vjp->buffers[1]);
    free(vjp->saved);
    free(vjp);
}

void vjp_chain(const Vjp *vjp, int first, int last, const real *g, real *out) {
    for (int i = last, side = 0; i >= first; i--, side = !side) {
        OpRun run = pass_backward_run_of(vjp->pass, i);
        run.dy = g;
        run.dx[0] = i == first ? out : vjp->buffers[side];
        for (int k = 0; k < OP_PARAMS_MAX; k++) run.dw[k] = NULL;
        if (run.saved) run.saved = memcpy(vjp->saved, run.saved, saved_bytes(vjp->pass, i));
        op_spec(run.op->kind)->backward(&run);
        g = run.dx[0];
    }
}

void vjp_mask(const Vjp *vjp, int block, const real *g, real *out) {
    int output = vjp->pass->network->blocks[block].output;
    vjp_chain(vjp, output, output, g, out);
}

void vjp_branch(const Vjp *vjp, int block, const real *g, real *out) {
    const Block *b = &vjp->pass->network->blocks[block];
    vjp_chain(vjp, b->branch_first, b->branch_last, g, out);
}

void vjp_shortcut(const Vjp *vjp, int block, const real *g, real *out) {
    const Block *b = &vjp->pass->network->blocks[block];
    if (b->shortcut_last == b->input)
        memcpy(out, g, pass_act_count(vjp->pass, b->input) * sizeof *out);
    else
        vjp_chain(vjp, b->branch_last + 1, b->shortcut_last, g, out);
}
