#include <stdlib.h>
#include <string.h>

#include "app/cli/options.h"
#include "app/cli/progress.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/measure/bench.h"
#include "app/measure/bench_ui.h"
#include "app/measure/layers_print.h"
#include "app/measure/probe.h"
#include "core/base/json_write.h"
#include "core/base/parallel.h"
#include "core/base/suggest.h"
#include "core/base/utf8.h"
#include "core/kernel/kernel.h"
#include "core/tensor/gemm.h"

static const char ARCHS_DEFAULT[] = "resnet20,resnet18,resnet50";

typedef struct BenchOutput {
    const Options *options;
    Probe probe;
    JsonWriter json;
    Table table;
    bool has_head; /* of tables of layers: what they have in common is printed */
} BenchOutput;

static bool parse_passes(const char *text, bool wanted[BENCH_PASS_COUNT], Error *err) {
    for (int p = 0; p < BENCH_PASS_COUNT; p++) wanted[p] = !text;
    while (text) {
        char name[40];
        utf8_copy_n(name, sizeof name, text, strcspn(text, ","));
        Suggestion suggestion = suggest_begin(name);
        bool known = false;
        for (int p = 0; p < BENCH_PASS_COUNT; p++) {
            const char *pass = bench_pass_name((BenchPass)p);
            suggest_offer(&suggestion, pass);
            if (strcmp(pass, name) == 0) wanted[p] = known = true;
        }
        if (!known)
            return error_set(err, ERROR_USAGE, "--pass: there is no pass '%s'; the nearest is %s", name,
                             suggestion.best);
        text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL;
    }
    return true;
}

static void write_result(BenchOutput *out, const BenchRun *run, BenchPass pass, const BenchResult *result,
                         double peak_rss_mb) {
    JsonWriter *json = &out->json;
    if (out->options->output.json) {
        json_write_object_begin(json);
        json_write_key_string(json, "arch", run->arch);
        json_write_key_int(json, "batch", run->batch);
        json_write_key_string(json, "pass", bench_pass_name(pass));
        json_write_key_float(json, "min_ms", result->min_ms);
        json_write_key_float(json, "median_ms", result->median_ms);
        json_write_key_float(json, "gflops", result->gflops);
        json_write_key_float(json, "peak_rss_mb", peak_rss_mb);
        if (run->busy) json_write_key_float(json, "busy_median_ms", result->busy_median_ms);
        if (run->busy) json_write_key_float(json, "busy_ratio", result->busy_median_ms / result->median_ms);
        json_write_object_end(json);
        return;
    }
    table_cell(&out->table, "%s", run->arch);
    table_cell(&out->table, "%d", run->batch);
    table_cell(&out->table, "%s", bench_pass_name(pass));
    table_cell(&out->table, "%.2f", result->min_ms);
    table_cell(&out->table, "%.2f", result->median_ms);
    if (run->busy) {
        table_cell(&out->table, "%.2f", result->busy_median_ms);
        table_cell(&out->table, "%.2f", result->busy_median_ms / result->median_ms);
    } else {
        table_cell(&out->table, "%.0f", run->batch * 1e3 / result->min_ms);
        table_cell(&out->table, "%.0f", result->gflops);
    }
    table_cell(&out->table, "%.0f", peak_rss_mb);
}

static bool bench_one(BenchOutput *out, const BenchRun *run, Error *err) {
    BenchResult results[BENCH_PASS_COUNT];
    double peak_rss_mb;
    if (!bench_measure(run, results, &peak_rss_mb, err)) return false;
    for (int p = 0; p < BENCH_PASS_COUNT; p++)
        if (results[p].measured) write_result(out, run, (BenchPass)p, &results[p], peak_rss_mb);
    return true;
}

/* A table for each network, as soon as it has been measured. */
static bool print_layers(BenchOutput *out, const Layers *layers, Error *err) {
    if (!out->has_head)
        printf("%d threads, kernel %s, OpenBLAS core %s\n", parallel_threads(), kernel_name(),
               gemm_core_name());
    out->has_head = true;
    return layers_print(layers, out->probe.all, out->options->output.ascii) ||
           error_set(err, ERROR_FAILED, "not enough memory");
}

static bool bench_work(BenchOutput *out, const BenchRun *run, OpWork work, Error *err) {
    Layers layers;
    bool ok = true;
    LayersRun job = {.arch = run->arch, .batch = run->batch, .rounds = run->rounds, .work = work};
    job.fast = out->options->bench.pass && run->wanted[BENCH_FORWARD];
    if (!layers_measure(&layers, &job, err)) return false;
    out->probe = probe_measure(out->probe);
    if (out->options->output.json)
        layers_write(&out->json, &layers, out->probe.all);
    else
        ok = print_layers(out, &layers, err);
    layers_free(&layers);
    return ok;
}

/* One way forward, or both gradients. */
static bool bench_layers(BenchOutput *out, const BenchRun *run, Error *err) {
    if (!out->options->bench.pass || !run->wanted[BENCH_FORWARD_BACKWARD])
        return bench_work(out, run, OP_WORK_FORWARD, err);
    return bench_work(out, run, OP_WORK_INPUT_GRADIENT, err) &&
           bench_work(out, run, OP_WORK_WEIGHT_GRADIENT, err);
}

static int count_items(const char *list) {
    int count = 1;
    for (; *list; list++) count += *list == ',';
    return count;
}

/* A table of layers is of one way through the network, forward, or of what the way back computes for each. */
static bool layers_suit(const Options *options, Error *err) {
    const char *pass = options->bench.pass;
    if (!options->bench.layers) return true;
    if (options->bench.ui || options->bench.busy)
        return error_set(err, ERROR_USAGE, "--layers does not go together with --%s",
                         options->bench.ui ? "ui" : "busy");
    if (!pass || strcmp(pass, bench_pass_name(BENCH_FORWARD)) == 0 ||
        strcmp(pass, bench_pass_name(BENCH_FORWARD_STEPS)) == 0 ||
        strcmp(pass, bench_pass_name(BENCH_FORWARD_BACKWARD)) == 0)
        return true;
    return error_set(err, ERROR_USAGE,
                     "--layers: expected --pass forward, forward_steps or forward_backward, found '%.*s'",
                     utf8_first(pass, 60), pass);
}

/* Every architecture of the list with every batch. */
static bool bench_all(BenchOutput *out, const char *archs, Error *err) {
    const Options *options = out->options;
    OptionCounts batches = options->run.batch;
    BenchRun run = {.rounds = options->bench.rounds, .busy = options->bench.busy};
    if (batches.count == 0) batches = (OptionCounts){.count = 1, .values = {1}};
    if (!parse_passes(options->bench.pass, run.wanted, err)) return false;
    Progress progress = progress_begin(options->output.quiet, 0);
    int done = 0, total = count_items(archs) * batches.count;
    bool ok = true;
    for (const char *at = archs; ok && at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        char arch[ARCH_NAME_MAX], text[80];
        utf8_copy_n(arch, sizeof arch, at, strcspn(at, ","));
        run.arch = arch;
        for (int b = 0; ok && b < batches.count; b++, done++) {
            run.batch = batches.values[b];
            snprintf(text, sizeof text, "measuring %s, batch %d", arch, run.batch);
            progress_show(&progress, done, total, text);
            ok = options->bench.layers ? bench_layers(out, &run, err) : bench_one(out, &run, err);
        }
    }
    progress_end(&progress);
    return ok;
}

static void write_machine(BenchOutput *out) {
    JsonWriter *json = &out->json;
    json_write_key_int(json, "threads", parallel_threads());
    json_write_key_string(json, "kernel", kernel_name());
    json_write_key_string(json, "blas_core", gemm_core_name());
    json_write_key_float(json, "peak_gflops", out->probe.all);
    json_write_key_float(json, "peak_gflops_one_thread", out->probe.one);
}

static void print_machine(const BenchOutput *out) {
    printf("%d threads, kernel %s, OpenBLAS core %s; at most %.0f GFLOP/s, %.0f on one thread\n",
           parallel_threads(), kernel_name(), gemm_core_name(), out->probe.all, out->probe.one);
}

static bool bench_json(BenchOutput *out, const char *archs, Error *err) {
    JsonWriter *json = &out->json;
    json_write_init(json, NULL);
    json_write_object_begin(json);
    json_write_key_int(json, "schema", 1);
    write_machine(out);
    json_write_key(json, "runs");
    json_write_array_begin(json);
    bool ok = bench_all(out, archs, err);
    json_write_array_end(json);
    json_write_object_end(json);
    if (!json_write_end(json)) return error_set(err, ERROR_FAILED, "not enough memory for the results");
    if (ok) puts(json->text);
    free(json->text);
    return ok;
}

static bool bench_text(BenchOutput *out, const char *archs, Error *err) {
    bool busy = out->options->bench.busy;
    const char *const heads[] = {"<arch",
                                 "batch",
                                 "<pass",
                                 "min ms",
                                 "median ms",
                                 busy ? "busy ms" : "images/s",
                                 busy ? "ratio" : "GFLOP/s",
                                 "peak MiB",
                                 NULL};
    table_init(&out->table, heads, out->options->output.ascii);
    bool ok = bench_all(out, archs, err);
    if (ok) {
        out->probe = probe_measure(out->probe);
        print_machine(out);
        ok = table_print(&out->table, stdout) || error_set(err, ERROR_FAILED, "not enough memory");
    }
    table_clear(&out->table);
    return ok;
}

static void show_step(void *context, int done, int total, const char *text) {
    char line[80];
    snprintf(line, sizeof line, "measuring %s", text);
    progress_show(context, done, total, line);
}

static bool write_ui_json(const BenchUiFigure *figures, int count, Error *err) {
    JsonWriter json;
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key(&json, "ui");
    json_write_array_begin(&json);
    for (int k = 0; k < count; k++) {
        json_write_object_begin(&json);
        json_write_key_string(&json, "name", figures[k].name);
        json_write_key_float(&json, "value", figures[k].value);
        json_write_key_string(&json, "unit", figures[k].unit);
        json_write_key_float(&json, "limit", figures[k].limit);
        json_write_key_string(&json, "meaning", figures[k].meaning);
        json_write_object_end(&json);
    }
    json_write_array_end(&json);
    json_write_object_end(&json);
    bool ok = json_write_end(&json) || error_set(err, ERROR_FAILED, "not enough memory for the results");
    if (ok) puts(json.text);
    free(json.text);
    return ok;
}

static bool write_ui_table(const BenchUiFigure *figures, int count, bool ascii, Error *err) {
    static const char *const heads[] = {"<figure", "value", "<unit", "limit", "<meaning", NULL};
    Table table;
    table_init(&table, heads, ascii);
    for (int k = 0; k < count; k++) {
        table_cell(&table, "%s", figures[k].name);
        table_cell(&table, "%.2f", figures[k].value);
        table_cell(&table, "%s", figures[k].unit);
        table_cell(&table, figures[k].limit >= 0 ? "%g" : "-", figures[k].limit);
        table_cell(&table, "%s", figures[k].meaning);
    }
    bool ok = table_print(&table, stdout) || error_set(err, ERROR_FAILED, "not enough memory");
    table_clear(&table);
    return ok;
}

static bool bench_ui(const Options *options, Error *err) {
    BenchUiFigure figures[BENCH_UI_FIGURES_MAX];
    Progress progress = progress_begin(options->output.quiet, 0);
    int count = bench_ui_measure(
        &(BenchUi){.frames = options->bench.rounds, .step = show_step, .context = &progress}, figures, err);
    progress_end(&progress);
    if (count < 0) return false;
    return options->output.json ? write_ui_json(figures, count, err)
                                : write_ui_table(figures, count, options->output.ascii, err);
}

bool command_bench(const Options *options, Error *err) {
    BenchOutput out = {.options = options};
    if (!layers_suit(options, err)) return false;
    if (options->bench.ui) return bench_ui(options, err);
    const char *warning = bench_blas_warning();
    const char *archs = options->word_count   ? options->words[0]
                        : options->model.arch ? options->model.arch
                                              : ARCHS_DEFAULT;
    if (warning) progress_say(warning);
    out.probe = probe_measure(out.probe);
    if (options->output.json) return bench_json(&out, archs, err);
    return options->bench.layers ? bench_all(&out, archs, err) : bench_text(&out, archs, err);
}
