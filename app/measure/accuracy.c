#include "app/measure/accuracy.h"

#include <stdio.h>

#include "app/cli/progress.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"

bool accuracy_measure(Accuracy *accuracy, const Model *model, const Dataset *dataset,
                      const PassConfig *config, bool quiet, Error *err) {
    Evaluator *evaluator = evaluate_new(model, dataset, config, err);
    if (!evaluator) return false;
    Progress progress = progress_begin(quiet, 0);
    while (evaluate_step(evaluator)) {
        Evaluation so_far = evaluate_result(evaluator);
        char text[120];
        utf8_format(text, sizeof text, "%s: %d of %d images, %.2f %% right", model->network->arch,
                    so_far.seen, dataset_count(dataset), 100.0 * so_far.right / so_far.seen);
        progress_show(&progress, so_far.seen, dataset_count(dataset), text);
    }
    progress_end(&progress);
    *accuracy =
        (Accuracy){.evaluation = evaluate_result(evaluator), .seconds = clock_seconds() - progress.begun_s};
    evaluate_free(evaluator);
    return true;
}
