#include "app/measure/layers_print.h"

#include <stdio.h>

#include "app/cli/table.h"
#include "app/measure/bench.h"

static const char *pass_name(const Layers *layers) {
    if (layers->work == OP_WORK_INPUT_GRADIENT) return "input_gradients";
    if (layers->work == OP_WORK_WEIGHT_GRADIENT) return "weight_gradients";
    return bench_pass_name(layers->fast ? BENCH_FORWARD : BENCH_FORWARD_STEPS);
}

static void put_rates(Table *table, double ms, double gflops, double peak_gflops) {
    table_cell(table, ms < 10 ? "%.3f" : "%.2f", ms);
    table_cell(table, "%.0f", gflops);
    table_cell(table, "%.0f%%", 100 * gflops / peak_gflops);
}

static void put_group(Table *table, const Layers *layers, LayerGroup group, double peak_gflops) {
    const Op *op = &layers->network->ops[group.first];
    char window[24] = "";
    if (op->kernel_h) snprintf(window, sizeof window, " %dx%d", op->kernel_h, op->kernel_w);
    if (op->stride > 1) snprintf(window, sizeof window, " %dx%d/%d", op->kernel_h, op->kernel_w, op->stride);
    table_cell(table, "%s", op->name);
    table_cell(table, "%d", group.count);
    table_cell(table, "%d→%d%s @%d", op->in.c, op->out.c, window, op->out.h);
    table_cell(table, "%s", group.strategy);
    put_rates(table, group.ms, group.gflops, peak_gflops);
}

/* A row without shape and strategy; `flops` 0: and without rates. */
static void put_sum(Table *table, const char *name, int count, double ms, double flops, double peak_gflops) {
    table_cell(table, "%s", name);
    table_cell(table, "%d", count);
    table_cell(table, "%s", "");
    table_cell(table, "%s", "");
    if (flops > 0) {
        put_rates(table, ms, flops / (ms * 1e6), peak_gflops);
        return;
    }
    table_cell(table, ms < 10 ? "%.3f" : "%.2f", ms);
    table_cell(table, "%s", "");
    table_cell(table, "%s", "");
}

bool layers_print(const Layers *layers, double peak_gflops, bool ascii) {
    static const char *const heads[] = {"<layer", "n", "<shape", "<strategy", "ms", "GF/s", "peak", NULL};
    const Network *network = layers->network;
    double products_ms = 0, flops = 2.0 * (double)network_macs(network) * layers->batch;
    int products = 0;
    Table table;
    table_init(&table, heads, ascii);
    for (int op = 0; op < network->op_count; op++) {
        if (!layers_is_first(layers, op)) continue;
        LayerGroup group = layers_group(layers, op);
        put_group(&table, layers, group, peak_gflops);
        products_ms += group.ms;
        products += group.count;
    }
    if (layers->work == OP_WORK_FORWARD)
        put_sum(&table, "all other operations", network->op_count - products, layers->total_ms - products_ms,
                0, 0);
    put_sum(&table, "together", layers->work == OP_WORK_FORWARD ? network->op_count : products,
            layers->total_ms, flops, peak_gflops);
    printf("\n%s, batch %d, %s, the shortest of %d rounds; at most %.0f GFLOP/s\n", network->arch,
           layers->batch, pass_name(layers), layers->rounds, peak_gflops);
    bool ok = table_print(&table, stdout);
    table_clear(&table);
    return ok;
}

static void write_shape(JsonWriter *json, const char *key, Shape shape) {
    json_write_key(json, key);
    json_write_array_begin(json);
    json_write_int(json, shape.c);
    json_write_int(json, shape.h);
    json_write_int(json, shape.w);
    json_write_array_end(json);
}

static void write_group(JsonWriter *json, const Layers *layers, LayerGroup group, double peak_gflops) {
    const Op *op = &layers->network->ops[group.first];
    json_write_object_begin(json);
    json_write_key(json, "names");
    json_write_array_begin(json);
    for (int k = group.first; k < layers->network->op_count; k++)
        if (layers_are_alike(layers, group.first, k)) json_write_string(json, layers->network->ops[k].name);
    json_write_array_end(json);
    json_write_key_string(json, "kind", op_spec(op->kind)->name);
    write_shape(json, "input", op->in);
    write_shape(json, "output", op->out);
    json_write_key_int(json, "kernel", op->kernel_h);
    json_write_key_int(json, "stride", op->stride);
    json_write_key_string(json, "strategy", group.strategy);
    json_write_key_float(json, "ms", group.ms);
    json_write_key_float(json, "gflops", group.gflops);
    json_write_key_float(json, "peak_share", group.gflops / peak_gflops);
    json_write_object_end(json);
}

void layers_write(JsonWriter *json, const Layers *layers, double peak_gflops) {
    json_write_object_begin(json);
    json_write_key_string(json, "arch", layers->network->arch);
    json_write_key_int(json, "batch", layers->batch);
    json_write_key_string(json, "pass", pass_name(layers));
    json_write_key_float(json, "total_ms", layers->total_ms);
    json_write_key(json, "layers");
    json_write_array_begin(json);
    for (int op = 0; op < layers->network->op_count; op++)
        if (layers_is_first(layers, op)) write_group(json, layers, layers_group(layers, op), peak_gflops);
    json_write_array_end(json);
    json_write_object_end(json);
}
