#include "core/network/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/network/weights_names.h"

static bool dims_match(const SafetensorsTensor *tensor, const Param *param) {
    if (tensor->rank != param->rank) return false;
    for (int k = 0; k < param->rank; k++) {
        if (tensor->dims[k] != (uint64_t)param->dims[k]) return false;
    }
    return true;
}

/* A parameter's expected dims, in the words of weights_names_format_dims. */
static const char *format_expected(const Param *param, char text[WEIGHTS_TEXT_MAX]) {
    SafetensorsTensor expected = {.rank = param->rank};
    for (int k = 0; k < param->rank; k++) expected.dims[k] = (uint64_t)param->dims[k];
    return weights_names_format_dims(&expected, text);
}

static bool check_tensor(const Safetensors *file, const SafetensorsTensor *tensor, const Param *param,
                         Error *err) {
    char found[WEIGHTS_TEXT_MAX], expected[WEIGHTS_TEXT_MAX];
    if (!dims_match(tensor, param)) {
        return error_set(err, ERROR_FILE, "%s: %s is %s, expected %s", safetensors_label(file), param->name,
                         weights_names_format_dims(tensor, found), format_expected(param, expected));
    }
    SafetensorsType type = tensor->type;
    if (type == SAFETENSORS_F32 || type == SAFETENSORS_F16 || type == SAFETENSORS_BF16 ||
        type == SAFETENSORS_F64) {
        return true;
    }
    return error_set(err, ERROR_FILE, "%s: %s has the type %s, expected F32, F16, BF16 or F64",
                     safetensors_label(file), param->name, safetensors_type_name(type));
}

static bool check_params(const WeightsNames *names, const Network *network, Error *err) {
    const char *first_missing = NULL;
    int missing = 0;
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        const SafetensorsTensor *tensor = weights_names_find(names, param->name);
        if (!tensor) {
            if (!first_missing) first_missing = param->name;
            missing++;
        } else if (!check_tensor(names->file, tensor, param, err)) {
            return false;
        }
    }
    if (missing == 0) return true;
    return error_set(err, ERROR_FILE, "%s: has no tensor %s, which %s needs (%d missing in all)",
                     safetensors_label(names->file), first_missing, network->arch, missing);
}

static bool is_batch_counter(const char *name) {
    static const char suffix[] = ".num_batches_tracked";
    size_t length = strlen(name);
    return length >= sizeof suffix && strcmp(name + length - (sizeof suffix - 1), suffix) == 0;
}

static bool check_unexpected(const WeightsNames *names, const Network *network, Error *err) {
    char name[WEIGHTS_TEXT_MAX];
    for (int k = 0; k < safetensors_count(names->file); k++) {
        weights_names_get(names, k, name);
        if (is_batch_counter(name) || network_find_param(network, name)) continue;
        return error_set(err, ERROR_FILE, "%s: has the tensor %s, which %s does not have",
                         safetensors_label(names->file), name, network->arch);
    }
    return true;
}

bool weights_check(const Safetensors *file, const Network *network, Error *err) {
    WeightsNames names = weights_names_of(file);
    return check_params(&names, network, err) && check_unexpected(&names, network, err);
}

static bool check_values(const Safetensors *file, const Param *param, const float *values, Error *err) {
    size_t wild = 0, negative = 0;
    for (size_t k = 0; k < param->count; k++) {
        if (!isfinite(values[k])) wild++;
        if (values[k] < 0) negative++;
    }
    if (wild > 0) {
        return error_set(err, ERROR_FILE, "%s: %zu of the %zu values of %s are NaN or infinite",
                         safetensors_label(file), wild, param->count, param->name);
    }
    if (param->role != PARAM_NORM_VAR || negative == 0) return true;
    return error_set(err, ERROR_FILE, "%s: %zu of the %zu values of %s are negative, expected variances",
                     safetensors_label(file), negative, param->count, param->name);
}

static size_t largest_param(const Network *network) {
    size_t largest = 1;
    for (int k = 0; k < network->param_count; k++) {
        if (network->params[k].count > largest) largest = network->params[k].count;
    }
    return largest;
}

bool weights_read(const Safetensors *file, Network *network, Error *err) {
    WeightsNames names = weights_names_of(file);
    float *values = calloc(largest_param(network), sizeof *values);
    if (!values)
        return error_set(err, ERROR_FAILED, "%s: not enough memory to read it", safetensors_label(file));
    bool good = true;
    for (int k = 0; good && k < network->param_count; k++) {
        const Param *param = &network->params[k];
        const SafetensorsTensor *tensor = weights_names_find(&names, param->name);
        good = safetensors_read(file, tensor, values, err) && check_values(file, param, values, err);
        if (good) param_from_file(network_values(network, param), values, param);
    }
    free(values);
    return good;
}

static void fill_param(void *context, int entry, float *out) {
    const Network *network = context;
    const Param *param = &network->params[entry];
    param_to_file(out, network_const_values(network, param), param);
}

bool weights_save(const Network *network, const SafetensorsPair *pairs, int pair_count, const char *path,
                  Error *err) {
    SafetensorsEntry *entries = calloc((size_t)network->param_count, sizeof *entries);
    if (!entries) return error_set(err, ERROR_FAILED, "%s: not enough memory to write it", path);
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        entries[k] = (SafetensorsEntry){.name = param->name, .rank = param->rank, .dims = param->dims};
    }
    SafetensorsContent content = {.entries = entries,
                                  .entry_count = network->param_count,
                                  .pairs = pairs,
                                  .pair_count = pair_count,
                                  .fill = fill_param,
                                  .context = (void *)network};
    bool good = safetensors_save(path, &content, err);
    free(entries);
    return good;
}
