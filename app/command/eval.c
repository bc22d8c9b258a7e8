#include <stdlib.h>

#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/command/command.h"
#include "app/load/data_sets.h"
#include "app/load/setup.h"
#include "app/measure/accuracy.h"
#include "core/base/json_write.h"

enum { EVAL_BATCH = 128 };

static const char *split_name(const Dataset *dataset) {
    return dataset_split(dataset) == DATASET_TRAIN ? "train" : "test";
}

static bool write_json(const Accuracy *accuracy, const Model *model, const Dataset *dataset, Error *err) {
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key_string(&json, "arch", model->network->arch);
    json_write_key_string(&json, "dataset", dataset_kind_name(dataset_kind(dataset)));
    json_write_key_string(&json, "split", split_name(dataset));
    json_write_key_int(&json, "n", accuracy->evaluation.seen);
    json_write_key_float(&json, "top1", accuracy_top1(accuracy));
    json_write_key_float(&json, "loss", accuracy_loss(accuracy));
    json_write_key_float(&json, "images_per_s", accuracy->evaluation.seen / accuracy->seconds);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

static void print_text(const Accuracy *accuracy, const Model *model, const Dataset *dataset) {
    printf("%s on %s (%s): %.2f %% of %d images right, loss %.4f, %.0f images/s\n", model->network->arch,
           dataset_kind_name(dataset_kind(dataset)), split_name(dataset), 100 * accuracy_top1(accuracy),
           accuracy->evaluation.seen, accuracy_loss(accuracy), accuracy->evaluation.seen / accuracy->seconds);
}

static bool evaluate(const Setup *setup, const Dataset *dataset, const Options *options, Error *err) {
    PassConfig config;
    bool *lesioned;
    Accuracy accuracy;
    if (options->run.batch.count > 1) return error_set(err, ERROR_USAGE, "--batch: expected one number");
    if (!setup_pass_config(setup, options, &config, &lesioned, err)) return false;
    config.batch = options->run.batch.count ? options->run.batch.values[0] : EVAL_BATCH;
    bool ok = accuracy_measure(&accuracy, setup->model, dataset, &config, options->output.quiet, err);
    free(lesioned);
    if (ok && options->output.json) return write_json(&accuracy, setup->model, dataset, err);
    if (ok) print_text(&accuracy, setup->model, dataset);
    return ok;
}

bool command_eval(const Options *options, Error *err) {
    Setup setup;
    if (!setup_open(&setup, options, err)) return false;
    progress_say(setup.notice);
    DatasetConfig data = data_sets_config(options, setup.model->network->input.h);
    Dataset *dataset = data_sets_open(&data, options->output.quiet, err);
    if (dataset) progress_say(dataset_notice(dataset));
    bool ok = dataset && evaluate(&setup, dataset, options, err);
    dataset_free(dataset);
    setup_close(&setup);
    return ok;
}
