/* The answers of the explorer's keys 1, 2 and 3, without a screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/explain_sources.h"
#include "app/cli/options.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/load/setup.h"
#include "core/base/json_write.h"
#include "core/base/suggest.h"
#include "core/explain/explain.h"

enum { EXPLAIN_WIDTH = 96 };

static void print_code(const char *text, bool now) {
    printf("%s %s\n", now ? ">" : " ", text);
}

static void print_line(const ExplainLine *line, bool ascii) {
    switch (line->kind) {
    case EXPLAIN_LINE:
    case EXPLAIN_LINE_NOW: print_code(line->text, line->kind == EXPLAIN_LINE_NOW); break;
    case EXPLAIN_FORMULA: table_put_wrapped(stdout, line->text, 2, EXPLAIN_WIDTH, ascii); break;
    default: table_put_wrapped(stdout, line->text, 0, EXPLAIN_WIDTH, ascii); break;
    }
}

static bool print_json(const Explanation *explanation, ExplainLevel level, Error *err) {
    JsonWriter json;
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key_int(&json, "level", (int64_t)level);
    json_write_key(&json, "lines");
    json_write_array_begin(&json);
    for (int k = 0; k < explanation->line_count; k++) json_write_string(&json, explanation->lines[k].text);
    json_write_array_end(&json);
    json_write_key(&json, "fields");
    json_write_object_begin(&json);
    for (int k = 0; k < explanation->field_count; k++)
        json_write_key_float(&json, explanation->fields[k].name, explanation->fields[k].value);
    json_write_object_end(&json);
    json_write_object_end(&json);
    bool ok = json_write_end(&json) || error_set(err, ERROR_FAILED, "not enough memory for the answer");
    if (ok) puts(json.text);
    free(json.text);
    return ok;
}

/* An op's name, a block's, or a parameter's op. */
static bool find_subject(const Network *network, const char *name, ExplainQuery *query, Error *err) {
    int block = network_find_block(network, name);
    query->op = network_find_op(network, name);
    if (query->op < 0 && block >= 0) {
        query->op = network->blocks[block].output;
        query->block = true;
    }
    if (query->op >= 0) return true;
    Suggestion suggestion = suggest_begin(name);
    for (int i = 0; i < network->op_count; i++) suggest_offer(&suggestion, network->ops[i].name);
    for (int b = 0; b < network->block_count; b++) suggest_offer(&suggestion, network->blocks[b].name);
    return error_set(err, ERROR_USAGE, "%s has no operation or block '%s'; the nearest is %s", network->arch,
                     name, suggestion.best);
}

static bool find_cell(const Options *options, const Op *op, ExplainQuery *query, Error *err) {
    const int *at = options->analysis.index.values, count = options->analysis.index.count;
    if (count == 0) return true;
    if (count != 3 || at[0] >= op->out.c || at[1] >= op->out.h || at[2] >= op->out.w)
        return error_set(err, ERROR_USAGE, "--index: expected channel, row and column below %d,%d,%d for %s",
                         op->out.c, op->out.h, op->out.w, op->name);
    query->channel = at[0], query->row = at[1], query->column = at[2];
    query->value = true;
    return true;
}

static bool explain(const Setup *setup, const Options *options, const char *name, const Batch *batch,
                    Error *err) {
    PassConfig config;
    bool *lesioned;
    Explanation explanation;
    const Model *model = setup->model;
    if (!setup_pass_config(setup, options, &config, &lesioned, err)) return false;
    Pass *pass = setup_new_pass(setup, &config, batch, err);
    ExplainQuery query = {.pass = pass,
                          .normalise = &model->preprocess.normalise,
                          .class_names = model->class_names,
                          .sources = explain_source,
                          .level = options->analysis.level ? (ExplainLevel)options->analysis.level
                                                           : EXPLAIN_ANYONE,
                          .backward = options->analysis.backward};
    bool ok = pass && find_subject(model->network, name, &query, err) &&
              find_cell(options, &model->network->ops[query.op], &query, err);
    if (ok) {
        pass_run_forward(pass);
        pass_run_backward(pass);
        explain_make(&query, &explanation);
        if (options->output.json)
            ok = print_json(&explanation, query.level, err);
        else
            for (int k = 0; k < explanation.line_count; k++)
                print_line(&explanation.lines[k], options->output.ascii);
    }
    pass_free(pass);
    free(lesioned);
    return ok;
}

bool command_explain(const Options *options, Error *err) {
    Setup setup;
    Batch batch;
    Options rest = *options;
    const char *name = options->words[0];
    rest.words++, rest.word_count--;
    if (!setup_open(&setup, &rest, err)) return false;
    bool ok = setup_load_batch(&batch, &setup, &rest, 1, err);
    if (ok) {
        ok = explain(&setup, &rest, name, &batch, err);
        setup_free_batch(&batch);
    }
    setup_close(&setup);
    return ok;
}
