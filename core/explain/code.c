/* Level 2: PyTorch's line for the same, the plain loops that say what is computed, and the lines that the
 * engine runs. Both are found in the sources by the function's name, so they are always the ones that were
 * built. */
#include <stdio.h>
#include <string.h>

#include "core/explain/part.h"
#include "core/op/reference/reference.h"

enum { LINES_MAX = 30 };

static const OpExcerpt block_excerpt = {"core/network/resnet.c", "add_block", "OP_ADD"};

typedef struct Source {
    const char *text, *end;
} Source;

static const char *line_end(Source source, const char *at) {
    const char *end = memchr(at, '\n', (size_t)(source.end - at));
    return end ? end : source.end;
}

static bool contains(const char *begin, const char *end, const char *piece) {
    size_t length = strlen(piece);
    for (const char *at = begin; at + length <= end; at++)
        if (memcmp(at, piece, length) == 0) return true;
    return false;
}

/* The line where the function begins: it starts in the first column, names it, and opens its body. */
static const char *find_function(Source source, const char *function, int *number) {
    char piece[80];
    snprintf(piece, sizeof piece, "%s(", function);
    *number = 1;
    for (const char *at = source.text; at < source.end; at = line_end(source, at) + 1, ++*number) {
        const char *end = line_end(source, at);
        if (*at != ' ' && end > at && end[-1] == '{' && contains(at, end, piece)) return at;
    }
    return NULL;
}

void explain_quote(ExplainSources sources, const OpExcerpt *excerpt, Explanation *out) {
    Source source;
    size_t size;
    int number;
    bool marked = false;
    if (!sources || !sources(excerpt->path, &source.text, &size)) return;
    source.end = source.text + size;
    const char *at = find_function(source, excerpt->function, &number);
    if (!at) return;
    explain_say(out, EXPLAIN_PLACE, "%s:%d", excerpt->path, number);
    for (int k = 0; k < LINES_MAX && at < source.end; k++) {
        const char *end = line_end(source, at);
        bool now = !marked && k > 0 && contains(at, end, excerpt->now);
        explain_say(out, now ? EXPLAIN_LINE_NOW : EXPLAIN_LINE, "%.*s", (int)(end - at), at);
        marked = marked || now;
        if (*at == '}') return;
        at = end + 1;
    }
    explain_say(out, EXPLAIN_LINE, "    ...");
}

/* Shapes and loop bounds with the letters that the code uses. */
static void say_bounds(const Op *op, Explanation *out) {
    const OpSpec *spec = op_spec(op->kind);
    const Shape *y = &op->out;
    uint64_t macs = spec->macs ? spec->macs(op) : 0;
    if (spec->say_bounds)
        spec->say_bounds(op, out);
    else
        explain_say(out, EXPLAIN_TEXT, "Here %dx%dx%d = %.0f numbers (C,H,W)", y->c, y->h, y->w,
                    explain_number(out, "count", (double)shape_count(*y)));
    if (macs > 0) explain_more(out, ": %.0f multiply-adds", explain_number(out, "macs", (double)macs));
    explain_more(out, ".");
}

/* Which round of the loops made the selected number. */
static void say_round(const ExplainQuery *query, Explanation *out) {
    const Op *op = &pass_network(query->pass)->ops[query->op];
    if (op->out.h * op->out.w == 1)
        explain_more(out, " The selected number is number %d.", query->channel);
    else
        explain_more(out, " The selected number is y[0, %d, %d, %d]: channel, row, column.", query->channel,
                     query->row, query->column);
}

/* What autograd is asked for: the inputs that a gradient reaches, then the parameters that learn. */
typedef struct TorchWanted {
    const char *names[OP_INPUTS_MAX + OP_PARAMS_MAX];
    int count;
} TorchWanted;

static TorchWanted torch_wanted(const OpSight *sight) {
    const Op *op = sight->run.op;
    const OpSpec *spec = op_spec(op->kind);
    const AddGates *gates = &sight->run.gates;
    ParamShape params[OP_PARAMS_MAX];
    TorchWanted wanted = {.count = 0};
    int count = spec->params ? spec->params(op, params) : 0;
    bool adds = op->input_count == 2;
    if (adds && gates->branch_backward) wanted.names[wanted.count++] = "f";
    if (!adds || gates->skip_backward) wanted.names[wanted.count++] = "x";
    for (int k = 0; k < count; k++)
        if (param_role_learns(params[k].role)) wanted.names[wanted.count++] = params[k].suffix;
    return wanted;
}

static void say_torch_backward(const OpSight *sight, Explanation *out) {
    TorchWanted wanted = torch_wanted(sight);
    bool one = wanted.count == 1;
    for (int k = 0; k < wanted.count; k++) explain_more(out, "%sd%s", k > 0 ? ", " : "", wanted.names[k]);
    explain_more(out, " = torch.autograd.grad(y, %s", one ? "" : "(");
    for (int k = 0; k < wanted.count; k++) explain_more(out, "%s%s", k > 0 ? ", " : "", wanted.names[k]);
    explain_more(out, one ? ", dy)[0]" : "), dy)");
}

static void say_torch(const ExplainQuery *query, int op, Explanation *out) {
    OpSight sight = explain_sight(query, op);
    explain_say(out, EXPLAIN_CALL, "PyTorch: ");
    op_spec(sight.run.op->kind)->say_torch(&sight, out);
    if (!query->backward) return;
    explain_say(out, EXPLAIN_CALL, "and back: ");
    say_torch_backward(&sight, out);
}

/* branch is the block's module of layers; the terms that are left are those that the gates let through. */
static void say_block_torch(const ExplainQuery *query, const Block *block, Explanation *out) {
    const char *f = op_spec(pass_network(query->pass)->ops[block->output].kind)->name, *sum = "branch(x)";
    const char *way = block->shortcut == SHORTCUT_IDENTITY ? "x" : "shortcut(x)";
    AddGates gates = {.branch_forward = true};
    if (block->add >= 0) gates = explain_sight(query, block->add).run.gates;
    if (!gates.branch_forward) sum = way;
    explain_say(out, EXPLAIN_CALL, "PyTorch: y = torch.nn.functional.%s(%s", f, sum);
    if (gates.branch_forward && gates.skip_forward)
        explain_more(out, " + %s%s", way, gates.skip_backward ? "" : ".detach()");
    explain_more(out, ")");
}

static void quote_lines(const ExplainQuery *query, const char *title, const OpExcerpts *excerpts,
                        Explanation *out) {
    const OpExcerpt *shown = query->backward ? excerpts->backward : excerpts->forward;
    if (!query->sources || !shown[0].path) return;
    explain_say(out, EXPLAIN_TEXT, "%s", title);
    for (int k = 0; k < OP_EXCERPTS_MAX && shown[k].path; k++) explain_quote(query->sources, &shown[k], out);
}

void explain_code(const ExplainQuery *query, Explanation *out) {
    const Network *network = pass_network(query->pass);
    int op = query->op;
    if (query->block) {
        const Block *block = &network->blocks[network->ops[op].block];
        say_block_torch(query, block, out);
        explain_say(out, EXPLAIN_TEXT, "F is operations %d to %d, the shortcut ends at %s%s%s.",
                    block->branch_first, block->branch_last, network->ops[block->shortcut_last].name,
                    block->add < 0 ? "" : ", they meet at ",
                    block->add < 0 ? "" : network->ops[block->add].name);
        explain_quote(query->sources, &block_excerpt, out);
        return;
    }
    if (query->backward) {
        op = explain_consumer(network, op);
        if (op < 0) {
            explain_say(out, EXPLAIN_CALL, "PyTorch: dy = torch.ones_like(loss)");
            explain_say(out, EXPLAIN_TEXT, "Nothing reads the loss: the way back begins with a 1 here.");
            return;
        }
    }
    say_torch(query, op, out);
    if (query->backward)
        explain_say(out, EXPLAIN_TEXT, "Passed down by the backward function of %s.", network->ops[op].name);
    say_bounds(&network->ops[op], out);
    if (query->value && !query->backward) say_round(query, out);
    const OpSpec *spec = op_spec(network->ops[op].kind);
    OpExcerpts fast = spec->excerpts;
    if (spec->excerpts_of) fast = spec->excerpts_of(&network->ops[op], pass_batch(query->pass));
    quote_lines(query, "What is computed:", &spec->reference->lines, out);
    quote_lines(query, "How it is made fast:", &fast, out);
}
