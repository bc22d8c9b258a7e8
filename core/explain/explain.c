#include "core/explain/explain.h"

#include "core/explain/part.h"

int explain_consumer(const Network *network, int op) {
    for (int i = network->op_count - 1; i > op; i--)
        for (int k = 0; k < network->ops[i].input_count; k++)
            if (network->ops[i].inputs[k] == op) return i;
    return -1;
}

OpSight explain_sight(const ExplainQuery *query, int op) {
    OpSight sight = pass_sight(query->pass, op);
    sight.class_names = query->class_names;
    if (query->normalise) {
        sight.mean = query->normalise->mean;
        sight.std = query->normalise->std;
    }
    return sight;
}

static bool is_computed(const ExplainQuery *query) {
    const Network *network = pass_network(query->pass);
    if (query->block)
        return pass_act(query->pass, network->blocks[network->ops[query->op].block].output).data;
    return (query->backward ? pass_grad(query->pass, query->op) : pass_act(query->pass, query->op)).data;
}

/* What can be said before there are numbers. */
static void explain_ahead(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    const OpSpec *spec = op_spec(network->ops[query->op].kind);
    if (!query->block && !query->backward) explain_say(out, EXPLAIN_TEXT, "%s", spec->sentence);
    explain_say(out, EXPLAIN_TEXT,
                query->backward ? "The backward pass has not come here yet; its numbers stand here then."
                                : "The forward pass has not come here yet; its numbers stand here then.");
}

void explain_make(const ExplainQuery *wanted, Explanation *out) {
    const Network *network = pass_network(wanted->pass);
    const Op *op = &network->ops[wanted->op];
    ExplainQuery query = *wanted;
    *out = (Explanation){0};
    if (query.level == EXPLAIN_OFF) return;
    if (op->block < 0 || query.value) query.block = false;
    const char *name = query.block ? network->blocks[op->block].name : op->name;
    const char *what = query.block ? "a residual block" : op_spec(op->kind)->title;
    if (query.block && network->blocks[op->block].add < 0) what = "a block without a skip";
    explain_say(out, EXPLAIN_HEADING, "%s", name);
    if (query.value) explain_more(out, " ch %d (%d,%d)", query.channel, query.row, query.column);
    explain_more(out, ": %s%s", query.backward && !query.block ? "gradient of " : "", what);
    if (query.level == EXPLAIN_CODE)
        explain_code(&query, out);
    else if (!is_computed(&query))
        explain_ahead(&query, out);
    else if (query.level == EXPLAIN_MATH)
        explain_math(&query, out);
    else if (query.value && query.op != network_loss_op(network) && explain_value(&query, out))
        return;
    else if (query.backward && !query.block)
        explain_anyone_backward(&query, out);
    else
        explain_anyone(&query, out);
}
