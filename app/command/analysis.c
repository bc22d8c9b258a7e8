/* The analyses as commands: the same question, asked on the command line. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/asset/export_file.h"
#include "app/cli/interrupt.h"
#include "app/cli/progress.h"
#include "app/command/command.h"
#include "app/measure/analysis_input.h"
#include "app/measure/analysis_print.h"
#include "core/analysis/analysis.h"

enum { BUNDLED = 64 };

/* Step by step, with progress; Ctrl-C reports what there is. Returns the signal that cut it short, else 0. */
static int work(Analysis *analysis, const char *name, bool quiet) {
    Progress progress = progress_begin(quiet, 0);
    interrupt_begin();
    while (!interrupt_signal() && analysis_step(analysis))
        progress_show(&progress, analysis_share(analysis), 1, name);
    int caught = analysis_done(analysis) < analysis_total(analysis) ? interrupt_signal() : 0;
    interrupt_end();
    progress_end(&progress);
    return caught;
}

static bool answer(AnalysisId id, const AnalysisInput *input, const Options *options, int *caught,
                   Error *err) {
    AnalysisResult result;
    Analysis *analysis = analysis_new(id, input, err);
    if (!analysis) return false;
    *caught = work(analysis, analysis_spec(id)->name, options->output.quiet);
    bool ok = analysis_report(analysis, &result) || error_set(err, ERROR_FAILED, "not enough memory");
    if (ok) {
        ok = analysis_print(analysis_spec(id), &result, options, err);
        analysis_result_clear(&result);
    }
    analysis_free(analysis);
    return ok;
}

static bool ask(AnalysisId id, const Setup *setup, const Options *options, const Batch *batch, Error *err) {
    int caught = 0;
    bool *lesioned;
    AnalysisInput input = analysis_input_of(setup, options, batch);
    if (!analysis_input_skip(&input, setup, options, &lesioned, err)) return false;
    char label[SETUP_NOTICE_MAX] = "";
    bool wants_twin = analysis_spec(id)->wants & ANALYSIS_WANTS_TWIN;
    Model *twin = wants_twin ? setup_new_twin(setup, label, err) : NULL;
    input.twin = twin;
    input.twin_label = label;
    bool ok = (twin || !wants_twin) && setup_parse_init(&options->model, &input.init, err) &&
              answer(id, &input, options, &caught, err);
    model_free(twin);
    free(lesioned);
    /* Whoever started the program is to see that a signal ended it. */
    if (ok && caught && fflush(stdout) == 0) raise(caught);
    return ok;
}

static bool run_analysis(AnalysisId id, const Options *options, Error *err) {
    Setup setup;
    Batch batch;
    if (options->output.svg && !export_file_prepare(options->output.svg, EXPORT_SVG, err)) return false;
    if (!setup_open(&setup, options, err)) return false;
    progress_say(setup.notice);
    bool single = id == ANALYSIS_GRADCHECK || id == ANALYSIS_LOGITS;
    bool ok = setup_load_batch(&batch, &setup, options, single ? 1 : BUNDLED, err);
    if (ok) {
        ok = ask(id, &setup, options, &batch, err);
        setup_free_batch(&batch);
    }
    setup_close(&setup);
    return ok;
}

#define ANALYSIS_COMMAND(ID, file)                                                                           \
    bool command_##file(const Options *options, Error *err) {                                                \
        return run_analysis(ANALYSIS_##ID, options, err);                                                    \
    }
ANALYSIS_OF_NETWORK_LIST(ANALYSIS_COMMAND)
#undef ANALYSIS_COMMAND
