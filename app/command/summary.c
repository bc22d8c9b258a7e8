#include <inttypes.h>
#include <string.h>

#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/load/setup.h"
#include "app/measure/tensor_table.h"
#include "core/base/json_write.h"
#include "views/style/text.h"

static const char *block_name(const Network *network, const Op *op) {
    return op->block >= 0 ? network->blocks[op->block].name : NULL;
}

static void write_op(JsonWriter *json, const Network *network, int i) {
    const Op *op = &network->ops[i];
    json_write_object_begin(json);
    json_write_key_int(json, "index", i);
    json_write_key_string(json, "name", op->name);
    json_write_key_string(json, "kind", op_spec(op->kind)->name);
    json_write_key(json, "inputs");
    json_write_array_begin(json);
    for (int k = 0; k < op->input_count; k++) json_write_string(json, network->ops[op->inputs[k]].name);
    json_write_array_end(json);
    json_write_key(json, "output");
    json_write_array_begin(json);
    json_write_int(json, op->out.c);
    json_write_int(json, op->out.h);
    json_write_int(json, op->out.w);
    json_write_array_end(json);
    json_write_key_int(json, "params", (int64_t)network_op_param_count(network, i));
    json_write_key_int(json, "macs", (int64_t)network_op_macs(network, i));
    json_write_key_string(json, "block", block_name(network, op));
    json_write_object_end(json);
}

static bool write_json(const Network *network, Error *err) {
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key_string(&json, "arch", network->arch);
    json_write_key(&json, "input");
    json_write_array_begin(&json);
    json_write_int(&json, network->input.c);
    json_write_int(&json, network->input.h);
    json_write_int(&json, network->input.w);
    json_write_array_end(&json);
    json_write_key_int(&json, "params", (int64_t)network_param_count(network));
    json_write_key_int(&json, "macs", (int64_t)network_macs(network));
    json_write_key(&json, "ops");
    json_write_array_begin(&json);
    for (int i = 0; i < network->op_count; i++) write_op(&json, network, i);
    json_write_array_end(&json);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

static void format_inputs(const Network *network, const Op *op, char *out, size_t out_size) {
    out[0] = '\0';
    for (int k = 0; k < op->input_count; k++) {
        size_t used = strlen(out);
        snprintf(out + used, out_size - used, "%s%s", k ? " + " : "", network->ops[op->inputs[k]].name);
    }
}

static void write_csv(const Network *network) {
    puts("index,name,kind,inputs,channels,rows,columns,params,macs,block");
    for (int i = 0; i < network->op_count; i++) {
        const Op *op = &network->ops[i];
        char inputs[2 * OP_NAME_MAX + 4];
        format_inputs(network, op, inputs, sizeof inputs);
        const char *block = block_name(network, op);
        printf("%d,%s,%s,%s,%d,%d,%d,%zu,%" PRIu64 ",%s\n", i, op->name, op_spec(op->kind)->name, inputs,
               op->out.c, op->out.h, op->out.w, network_op_param_count(network, i),
               network_op_macs(network, i), block ? block : "");
    }
}

/* How an op is made: "3x3 /2", or where the shortcut of an addition comes from. */
static void format_detail(const Network *network, const Op *op, char *out, size_t out_size) {
    static const char *const kinds[] = {[SHORTCUT_NONE] = "",
                                        [SHORTCUT_IDENTITY] = "identity",
                                        [SHORTCUT_ZERO_PAD] = "option A",
                                        [SHORTCUT_PROJECTION] = "projection"};
    const char *remark = op_spec(op->kind)->remark;
    op_format_window(op, out, out_size);
    if (remark) snprintf(out + strlen(out), out_size - strlen(out), "%s%s", *out ? ", " : "", remark);
    if (network_is_addition(network, op->index))
        snprintf(out, out_size, "branch + skip from %s (%s)", network->ops[op->inputs[1]].name,
                 kinds[network->blocks[op->block].shortcut]);
}

static void add_op_row(Table *table, const Network *network, int i) {
    const Op *op = &network->ops[i];
    char detail[TABLE_CELL_MAX];
    size_t params = network_op_param_count(network, i);
    uint64_t macs = network_op_macs(network, i);
    format_detail(network, op, detail, sizeof detail);
    table_cell(table, "%d", i);
    table_cell(table, "%s", op->name);
    table_cell(table, "%s", op_spec(op->kind)->title);
    table_cell(table, "%s", i == network_loss_op(network) ? "1" : text_format_shape(op->out).text);
    table_cell(table, "%s", params ? text_format_count(params).text : "");
    table_cell(table, "%s", macs ? text_format_count(macs).text : "");
    table_cell(table, "%s", detail);
}

static bool print_table(const Network *network, bool ascii, Error *err) {
    static const char *const heads[] = {"#", "<name", "<operation", "output", "params", "MACs", "<", NULL};
    Table table;
    table_init(&table, heads, ascii);
    for (int i = 0; i < network->op_count; i++) add_op_row(&table, network, i);
    table_cell(&table, "%s", "");
    table_cell(&table, "total");
    table_cell(&table, "%d operations", network->op_count);
    table_cell(&table, "%s", "");
    table_cell(&table, "%s", text_format_count(network_param_count(network)).text);
    table_cell(&table, "%s", text_format_count(network_macs(network)).text);
    table_cell(&table, "for one image of 3x%dx%d", network->input.h, network->input.w);
    bool ok = table_print(&table, stdout) || error_set(err, ERROR_FAILED, "not enough memory for the table");
    table_clear(&table);
    return ok;
}

static void print_heading(const Network *network, bool ascii) {
    char line[200];
    char head[48] = "no classifier: it ends at avgpool";
    if (!network->headless) snprintf(head, sizeof head, "%d classes", network->classes);
    snprintf(line, sizeof line, "%s: %s, %d blocks, %s%s", network->arch,
             network->shortcut == '-'   ? "no shortcuts"
             : network->shortcut == 'A' ? "shortcuts of option A (zero padding)"
             : network->shortcut == 'B' ? "shortcuts of option B (projection where shapes change)"
                                        : "shortcuts of option C (projections)",
             network->block_count, head, network->stride_in_1x1 ? ", stride in the first 1x1" : "");
    table_put(stdout, line, ascii);
    puts("\n");
}

/* The file that is listed by --tensors. */
static const char *listed_file(const Options *options) {
    return options->word_count > 0 ? options->words[0] : options->model.weights;
}

bool command_summary(const Options *options, Error *err) {
    Setup setup;
    if (options->output.tensors) {
        const char *path = listed_file(options);
        if (path) return tensor_table_print(path, options, err);
        return error_set(err, ERROR_USAGE, "--tensors lists the tensors of a file: name one");
    }
    if (!setup_open(&setup, options, err)) return false;
    const Network *network = setup.model->network;
    bool ok = true;
    if (*setup.model->understood) progress_say(setup.notice);
    if (options->output.json) {
        ok = write_json(network, err);
    } else if (options->output.csv) {
        write_csv(network);
    } else {
        print_heading(network, options->output.ascii);
        ok = print_table(network, options->output.ascii, err);
    }
    setup_close(&setup);
    return ok;
}
