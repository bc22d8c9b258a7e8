#include "app/measure/analysis_input.h"

AnalysisInput analysis_input_of(const Setup *setup, const Options *options, const Batch *batch) {
    const AnalysisOptions *asked = &options->analysis;
    const OptionCounts *target = &options->input.target;
    return (AnalysisInput){.model = setup->model,
                           .images = batch->values,
                           .targets = batch->targets,
                           .labels = batch->labels,
                           .image_count = batch->count,
                           .images_label = batch->label,
                           .weights_label = setup->untrained ? setup->init : "trained",
                           .target_class = batch->targets && target->count > 0 ? batch->targets[0] : -1,
                           .samples = asked->samples,
                           .seed = options->model.seed,
                           .depths = asked->depths.values,
                           .depth_count = asked->depths.count,
                           .lr = options->train.lr,
                           .plane = asked->plane,
                           .place = asked->op,
                           .index = asked->index.values,
                           .index_count = asked->index.count,
                           .untrained = setup->untrained};
}

bool analysis_input_skip(AnalysisInput *input, const Setup *setup, const Options *options, bool **lesioned,
                         Error *err) {
    PassConfig config;
    if (!setup_pass_config(setup, options, &config, lesioned, err)) return false;
    input->batch_statistics = config.batch_statistics;
    input->skip = config.skip;
    input->lesioned = *lesioned;
    return true;
}
