#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/asset/export_file.h"
#include "app/asset/folder.h"
#include "app/cli/progress.h"
#include "app/command/command.h"
#include "app/load/setup.h"
#include "core/base/file.h"
#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "core/format/npy.h"

enum { TRACE_PATH_MAX = 4096, TRACE_NAME_MAX = 128 };

typedef struct Trace {
    const char *folder;
    const Network *network;
    const Pass *pass;
    float *buffer; /* the largest tensor, in file order */
    JsonWriter *json;
} Trace;

static bool join(char path[TRACE_PATH_MAX], const char *folder, const char *name, Error *err) {
    int length = snprintf(path, TRACE_PATH_MAX, "%s/%s", folder, name);
    return (length > 0 && length < TRACE_PATH_MAX) ||
           error_set(err, ERROR_USAGE, "--out: the path '%.*s...' is too long", utf8_first(folder, 60),
                     folder);
}

/* trace.json is removed first and written last: where it stands, the other files are all there. */
static bool make_folders(const char *folder, Error *err) {
    static const char *const names[] = {"act", "grad", "param"};
    char path[TRACE_PATH_MAX];
    if (!folder_make(folder, err) || !join(path, folder, "trace.json", err) ||
        !export_file_check(path, EXPORT_TRACE, err))
        return false;
    unlink(path);
    for (int k = 0; k < 3; k++)
        if (!join(path, folder, names[k], err) || !folder_make(path, err)) return false;
    return true;
}

/* Writes a tensor and its member of the JSON object; null when the tensor was not computed. */
static bool write_tensor(const Trace *trace, const char *key, const Op *op, Tensor tensor, Error *err) {
    char name[TRACE_NAME_MAX], path[TRACE_PATH_MAX];
    snprintf(name, sizeof name, "%s/%04d_%s.npy", key, op->index, op->name);
    json_write_key_string(trace->json, key, tensor.data ? name : NULL);
    if (!tensor.data) return true;
    tensor_to_nchw(trace->buffer, tensor.data, tensor.shape);
    int dims[] = {tensor.shape.n, tensor.shape.c, tensor.shape.h, tensor.shape.w};
    return join(path, trace->folder, name, err) && npy_save(path, 4, dims, trace->buffer, err);
}

static bool write_op(const Trace *trace, const Op *op, Error *err) {
    JsonWriter *json = trace->json;
    json_write_object_begin(json);
    json_write_key_int(json, "index", op->index);
    json_write_key_string(json, "name", op->name);
    json_write_key_string(json, "kind", op_spec(op->kind)->name);
    json_write_key(json, "inputs");
    json_write_array_begin(json);
    for (int k = 0; k < op->input_count; k++)
        json_write_string(json, trace->network->ops[op->inputs[k]].name);
    json_write_array_end(json);
    bool ok = write_tensor(trace, "act", op, pass_act(trace->pass, op->index), err) &&
              write_tensor(trace, "grad", op, pass_grad(trace->pass, op->index), err);
    json_write_object_end(json);
    return ok;
}

static bool write_param(const Trace *trace, const Param *param, Error *err) {
    char name[TRACE_NAME_MAX], path[TRACE_PATH_MAX];
    snprintf(name, sizeof name, "param/%s.npy", param->name);
    json_write_object_begin(trace->json);
    json_write_key_string(trace->json, "name", param->name);
    json_write_key(trace->json, "shape");
    json_write_array_begin(trace->json);
    for (int k = 0; k < param->rank; k++) json_write_int(trace->json, param->dims[k]);
    json_write_array_end(trace->json);
    json_write_key_string(trace->json, "grad", name);
    json_write_object_end(trace->json);
    param_to_file(trace->buffer, pass_param_grad(trace->pass, param), param);
    return join(path, trace->folder, name, err) &&
           npy_save(path, param->rank, param->dims, trace->buffer, err);
}

static void write_head(const Trace *trace) {
    JsonWriter *json = trace->json;
    json_write_key_int(json, "schema", 1);
    json_write_key_string(json, "arch", trace->network->arch);
    json_write_key_float(json, "loss", pass_loss(trace->pass));
    json_write_key(json, "target");
    json_write_array_begin(json);
    for (int n = 0; n < pass_batch(trace->pass); n++)
        json_write_int(json, network_label(trace->network, pass_target(trace->pass, n)));
    json_write_array_end(json);
    json_write_key_string(json, "bn", pass_batch_statistics(trace->pass) ? "train" : "eval");
}

static bool write_all(const Trace *trace, Error *err) {
    const Network *network = trace->network;
    bool ok = true;
    json_write_key(trace->json, "ops");
    json_write_array_begin(trace->json);
    for (int i = 0; ok && i < network->op_count; i++) ok = write_op(trace, &network->ops[i], err);
    json_write_array_end(trace->json);
    json_write_key(trace->json, "params");
    json_write_array_begin(trace->json);
    for (int p = 0; ok && p < network->param_count; p++)
        if (param_role_learns(network->params[p].role)) ok = write_param(trace, &network->params[p], err);
    json_write_array_end(trace->json);
    return ok;
}

/* Elements of the largest activation or parameter. */
static size_t largest_count(const Network *network, int batch) {
    size_t largest = 0;
    for (int i = 0; i < network->op_count; i++) {
        size_t count = shape_count(op_output_shape(&network->ops[i], batch));
        if (count > largest) largest = count;
    }
    for (int p = 0; p < network->param_count; p++)
        if (network->params[p].count > largest) largest = network->params[p].count;
    return largest;
}

static bool save_json(const Trace *trace, Error *err) {
    char path[TRACE_PATH_MAX];
    if (!json_write_end(trace->json)) return error_set(err, ERROR_FAILED, "not enough memory for trace.json");
    return join(path, trace->folder, "trace.json", err) &&
           file_write_atomic(path, trace->json->text, trace->json->length, err);
}

static bool write_trace(const Setup *setup, const Options *options, const Pass *pass, Error *err) {
    JsonWriter json;
    const Network *network = setup->model->network;
    Trace trace = {.folder = options->output.out, .network = network, .pass = pass, .json = &json};
    json_write_init(&json, NULL);
    trace.buffer = calloc(largest_count(network, pass_batch(pass)), sizeof *trace.buffer);
    bool ok = trace.buffer || error_set(err, ERROR_FAILED, "not enough memory for the trace");
    ok = ok && make_folders(options->output.out, err);
    json_write_object_begin(&json);
    write_head(&trace);
    json_write_key_string(&json, "without_skip",
                          options->run.without_skip ? options->run.without_skip : "none");
    ok = ok && write_all(&trace, err);
    json_write_object_end(&json);
    ok = ok && save_json(&trace, err);
    free(json.text);
    free(trace.buffer);
    return ok;
}

static void print_summary(const Setup *setup, const Options *options, const Batch *batch, const Pass *pass) {
    int best = pass_target(pass, 0);
    char name[160];
    utf8_put(stdout, options->output.out);
    printf(": %s, ", setup->model->network->arch);
    utf8_put(stdout, batch->label);
    printf(", loss %.6g, target %d (", pass_loss(pass), network_label(setup->model->network, best));
    utf8_put(stdout, model_class_name(setup->model, best, name, sizeof name));
    printf(")%s, %d operations\n", batch->count > 1 ? " and others" : "", setup->model->network->op_count);
}

static bool run_trace(const Setup *setup, const Options *options, const Batch *batch, Error *err) {
    PassConfig config;
    bool *lesioned;
    if (!setup_pass_config(setup, options, &config, &lesioned, err)) return false;
    Pass *pass = setup_new_pass(setup, &config, batch, err);
    if (pass) {
        pass_run_forward(pass);
        pass_run_backward(pass);
    }
    bool ok = pass && write_trace(setup, options, pass, err);
    if (ok) print_summary(setup, options, batch, pass);
    pass_free(pass);
    free(lesioned);
    return ok;
}

bool command_trace(const Options *options, Error *err) {
    Setup setup;
    Batch batch;
    if (!options->output.out)
        return error_set(err, ERROR_USAGE, "trace needs --out DIR: the folder for its files");
    if (!setup_open(&setup, options, err)) return false;
    progress_say(setup.notice);
    bool ok = setup_load_batch(&batch, &setup, options, 1, err);
    if (ok) {
        ok = run_trace(&setup, options, &batch, err);
        setup_free_batch(&batch);
    }
    setup_close(&setup);
    return ok;
}
