#include "core/inspect/receptive_field.h"

#include <stdlib.h>

static const FieldSpan empty = {0, -1};

/* Until a route has met an op that mixes channels it stands in one channel, and can end at the zeros that
 * option A pads with. There is one such route at most: along the skips. */
typedef enum Lane { LANE_ONE_CHANNEL, LANE_ALL_CHANNELS, LANE_COUNT } Lane;

/* The routes from the cell to one op, by lane. */
typedef struct Reach {
    FieldRoutes routes[LANE_COUNT];
    int channel; /* LANE_ONE_CHANNEL */
} Reach;

typedef struct Trace {
    const Network *network;
    const Pass *pass;
    Reach *reach; /* one an op */
    int adds, add;
} Trace;

/* What is read of `size` rows or columns for a span of the output. */
static FieldSpan span_before(const Op *op, FieldSpan span, int kernel, int size) {
    switch (op_spec(op->kind)->reads) {
    case OP_READS_NOTHING:
    case OP_READS_CELL: break;
    case OP_READS_WINDOW:
        return (FieldSpan){span.first * op->stride - op->pad, span.last * op->stride - op->pad + kernel - 1};
    case OP_READS_PICK: return (FieldSpan){span.first * op->stride, span.last * op->stride};
    case OP_READS_ALL: return (FieldSpan){0, size - 1};
    }
    return span;
}

static FieldBox box_before(const Op *op, FieldBox box) {
    return (FieldBox){.rows = span_before(op, box.rows, op->kernel_h, op->in.h),
                      .columns = span_before(op, box.columns, op->kernel_w, op->in.w)};
}

static FieldSpan clipped(FieldSpan span, int size) {
    if (span.first < 0) span.first = 0;
    if (span.last >= size) span.last = size - 1;
    return span.first > span.last ? empty : span;
}

static FieldSpan span_hull(FieldSpan a, FieldSpan b) {
    if (field_span_size(a) == 0) return b;
    if (field_span_size(b) == 0) return a;
    return (FieldSpan){a.first < b.first ? a.first : b.first, a.last > b.last ? a.last : b.last};
}

static FieldBox box_hull(FieldBox a, FieldBox b) {
    return (FieldBox){.rows = span_hull(a.rows, b.rows), .columns = span_hull(a.columns, b.columns)};
}

static long box_size(FieldBox box) {
    return (long)field_span_size(box.rows) * field_span_size(box.columns);
}

static FieldRoutes no_routes(void) {
    FieldBox none = {empty, empty};
    return (FieldRoutes){.seen = none, .whole = none, .least = none, .most = none};
}

static FieldRoutes joined(FieldRoutes a, FieldRoutes b) {
    if (a.count == 0) return b;
    if (b.count == 0) return a;
    return (FieldRoutes){.count = a.count + b.count,
                         .seen = box_hull(a.seen, b.seen),
                         .whole = box_hull(a.whole, b.whole),
                         .least = box_size(b.least) < box_size(a.least) ? b.least : a.least,
                         .most = box_size(b.most) > box_size(a.most) ? b.most : a.most};
}

static FieldRoutes routes_before(const Op *op, FieldRoutes routes) {
    FieldBox seen = box_before(op, routes.seen);
    seen = (FieldBox){.rows = clipped(seen.rows, op->in.h), .columns = clipped(seen.columns, op->in.w)};
    if (box_size(seen) == 0) return no_routes();
    return (FieldRoutes){.count = routes.count,
                         .seen = seen,
                         .whole = box_before(op, routes.whole),
                         .least = box_before(op, routes.least),
                         .most = box_before(op, routes.most)};
}

static void arrive(Reach *reach, Lane lane, FieldRoutes routes) {
    reach->routes[lane] = joined(reach->routes[lane], routes);
}

/* From op i to what it reads through its input k. */
static void follow_route(Trace *trace, int i, int k) {
    const Op *op = &trace->network->ops[i];
    const Reach *here = &trace->reach[i];
    Reach *before = &trace->reach[op->inputs[k]];
    FieldRoutes all = here->routes[LANE_ALL_CHANNELS], one = here->routes[LANE_ONE_CHANNEL];
    if (all.count > 0) arrive(before, LANE_ALL_CHANNELS, routes_before(op, all));
    if (one.count == 0) return;
    bool mixed = op_spec(op->kind)->mixes_channels;
    /* What does not mix channels keeps them, but for zeros on both sides. */
    int channel = here->channel - (op->out.c - op->in.c) / 2;
    if (!mixed && (channel < 0 || channel >= op->in.c)) return;
    if (!mixed) before->channel = channel;
    arrive(before, mixed ? LANE_ALL_CHANNELS : LANE_ONE_CHANNEL, routes_before(op, one));
}

static bool is_open(const Trace *trace, int op, int k) {
    if (!trace->pass || !network_is_addition(trace->network, op)) return true;
    AddGates gates = pass_add_gates(trace->pass, op);
    return k == 0 ? gates.branch_forward : gates.skip_forward;
}

static bool is_reached(const Trace *trace, int op) {
    return trace->reach[op].routes[LANE_ONE_CHANNEL].count +
               trace->reach[op].routes[LANE_ALL_CHANNELS].count >
           0;
}

static void clear(Trace *trace) {
    for (int i = 0; i < trace->network->op_count; i++)
        trace->reach[i] = (Reach){.routes = {no_routes(), no_routes()}};
    trace->adds = 0;
    trace->add = -1;
}

/* From what has been put down at op `from` on to the picture. `only`: the one input that counts there, or -1.
 */
static FieldRoutes trace_back(Trace *trace, int from, int only) {
    for (int i = from; i > 0; i--) {
        const Op *op = &trace->network->ops[i];
        if (!is_reached(trace, i)) continue;
        if (network_is_addition(trace->network, i)) {
            trace->adds++;
            if (trace->add < 0) trace->add = i;
        }
        for (int k = 0; k < op->input_count; k++)
            if (is_open(trace, i, k) && (i != from || only < 0 || only == k)) follow_route(trace, i, k);
    }
    return joined(trace->reach[0].routes[LANE_ONE_CHANNEL], trace->reach[0].routes[LANE_ALL_CHANNELS]);
}

/* The routes that enter an add through its input k, with what the first walk found there. */
static FieldRoutes run_from_add(Trace *trace, int add, Reach there, int k) {
    clear(trace);
    trace->reach[add] = there;
    return trace_back(trace, add, k);
}

bool receptive_field(ReceptiveField *field, const Network *network, const Pass *pass, FieldCell cell) {
    Trace trace = {
        .network = network, .pass = pass, .reach = calloc((size_t)network->op_count, sizeof *trace.reach)};
    if (!trace.reach) return false;
    clear(&trace);
    FieldBox box = {.rows = {cell.row, cell.row}, .columns = {cell.column, cell.column}};
    Reach *start = &trace.reach[cell.op];
    start->channel = cell.channel;
    start->routes[LANE_ONE_CHANNEL] =
        (FieldRoutes){.count = 1, .seen = box, .whole = box, .least = box, .most = box};
    *field =
        (ReceptiveField){.all = trace_back(&trace, cell.op, -1), .skip = no_routes(), .branch = no_routes()};
    field->adds = trace.adds;
    field->add = trace.add;
    if (trace.add >= 0) {
        int add = trace.add;
        Reach there = trace.reach[add];
        field->branch = run_from_add(&trace, add, there, 0);
        field->skip = run_from_add(&trace, add, there, 1);
    }
    free(trace.reach);
    return true;
}
