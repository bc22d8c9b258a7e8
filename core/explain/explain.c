#include "core/explain/explain.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/explain/part.h"

void explain_say(Explanation *out, ExplainKind kind, const char *format, ...) {
    if (out->line_count == EXPLAIN_LINES_MAX) return;
    ExplainLine *line = &out->lines[out->line_count++];
    va_list arguments;
    *line = (ExplainLine){.kind = kind};
    va_start(arguments, format);
    utf8_vappend(line->text, sizeof line->text, format, arguments);
    va_end(arguments);
}

void explain_more(Explanation *out, const char *format, ...) {
    va_list arguments;
    if (out->line_count == 0) return;
    va_start(arguments, format);
    utf8_vappend(out->lines[out->line_count - 1].text, EXPLAIN_TEXT_MAX, format, arguments);
    va_end(arguments);
}

double explain_number(Explanation *out, const char *name, double value) {
    if (out->field_count < EXPLAIN_FIELDS_MAX)
        out->fields[out->field_count++] = (ExplainField){.name = name, .value = value};
    return value;
}

int explain_reader(const Network *network, int op) {
    for (int i = network->op_count - 1; i > op; i--)
        for (int k = 0; k < network->ops[i].input_count; k++)
            if (network->ops[i].inputs[k] == op) return i;
    return -1;
}

double explain_open_share(const Pass *pass, int op) {
    Stats stats = pass_act_stats(pass, op);
    return stats.known ? 1 - (double)stats.zeros / (double)stats.count : NAN;
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
    else if (query.value && op->kind != OP_CROSS_ENTROPY && explain_value(&query, out))
        return;
    else if (query.backward && !query.block)
        explain_anyone_backward(&query, out);
    else
        explain_anyone(&query, out);
}
