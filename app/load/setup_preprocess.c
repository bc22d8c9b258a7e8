/* What the command line says about how pictures are made ready. */
#include "app/load/setup.h"
#include "core/base/utf8.h"

static bool apply_resize(Preprocess *preprocess, const char *text, Error *err) {
    if (!text) return true;
    if (!preprocess_parse_resize(preprocess, text))
        return error_set(
            err, ERROR_USAGE,
            "--resize: expected pixels of the short side (256), of both sides (224x224) or none, at "
            "most %d, found '%.*s'",
            PREPROCESS_SIDE_MAX, utf8_first(text, 60), text);
    preprocess->origins[PREPROCESS_RESIZE] = PREPROCESS_FROM_OPTION;
    return true;
}

static bool apply_scale(Preprocess *preprocess, const char *text, Error *err) {
    double scale;
    if (!text) return true;
    if (!preprocess_parse_scale(text, &scale))
        return error_set(err, ERROR_USAGE,
                         "--scale: expected a number or a fraction like 1/255, found '%.*s'",
                         utf8_first(text, 60), text);
    preprocess_set_scale(preprocess, scale);
    preprocess->origins[PREPROCESS_SCALE] = PREPROCESS_FROM_OPTION;
    return true;
}

bool setup_apply_preprocess(Preprocess *preprocess, const Options *options, Error *err) {
    const InputOptions *input = &options->input;
    if (!apply_resize(preprocess, input->resize, err) || !apply_scale(preprocess, input->scale, err))
        return false;
    if (options->model.side) preprocess->origins[PREPROCESS_CROP] = PREPROCESS_FROM_OPTION;
    if (input->filter) {
        preprocess->filter =
            input->filter == FILTER_IS_BICUBIC ? IMAGE_FILTER_BICUBIC : IMAGE_FILTER_BILINEAR;
        preprocess->origins[PREPROCESS_FILTER] = PREPROCESS_FROM_OPTION;
    }
    if (input->channels) {
        preprocess->channels = input->channels == CHANNELS_ARE_BGR    ? IMAGE_CHANNELS_BGR
                               : input->channels == CHANNELS_ARE_GRAY ? IMAGE_CHANNELS_GRAY
                                                                      : IMAGE_CHANNELS_RGB;
        preprocess->origins[PREPROCESS_CHANNELS] = PREPROCESS_FROM_OPTION;
    }
    if (input->mean.known) preprocess_set_mean(preprocess, input->mean.values, PREPROCESS_FROM_OPTION);
    if (input->std.known) preprocess_set_std(preprocess, input->std.values, PREPROCESS_FROM_OPTION);
    return true;
}
