#include "core/network/weights.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/integer.h"
#include "core/base/parallel.h"
#include "core/format/torch_save.h"
#include "core/network/weights_report.h"

static bool dims_match(const StoredTensor *tensor, const Param *param) {
    if (tensor->rank != param->rank) return false;
    for (int k = 0; k < param->rank; k++) {
        if (tensor->dims[k] != (uint64_t)param->dims[k]) return false;
    }
    return true;
}

/* A parameter's expected dims, in the words of weights_names_format_dims. */
static const char *format_expected(const Param *param, char text[WEIGHTS_TEXT_MAX]) {
    StoredTensor expected = {.rank = param->rank};
    for (int k = 0; k < param->rank; k++) expected.dims[k] = (uint64_t)param->dims[k];
    return weights_names_format_dims(&expected, text);
}

static bool check_tensor(const Tensors *file, const StoredTensor *tensor, const Param *param, Error *err) {
    char found[WEIGHTS_TEXT_MAX], expected[WEIGHTS_TEXT_MAX];
    if (!dims_match(tensor, param)) {
        return error_set(err, ERROR_FILE, "%s: %s is %s, expected %s", tensors_label(file), param->name,
                         weights_names_format_dims(tensor, found), format_expected(param, expected));
    }
    if (element_is_readable(tensor->type)) return true;
    return error_set(err, ERROR_FILE, "%s: %s has the type %s, expected F32, F16, BF16 or F64",
                     tensors_label(file), param->name, element_type_name(tensor->type));
}

/* A mean or variance that batch norm keeps while it is trained. */
static bool is_running(const Param *param) {
    return param->role == PARAM_NORM_MEAN || param->role == PARAM_NORM_VAR;
}

static bool check_params(const WeightsNames *names, const Network *network, Error *err) {
    const Param *first_missing = NULL;
    int missing = 0, running = 0;
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        const StoredTensor *tensor = weights_names_find(names, param->name);
        if (!tensor) {
            if (param->role == PARAM_LINEAR_BIAS) continue; /* a classifier without: it is 0 */
            if (!first_missing) first_missing = param;
            missing++;
        } else if (!check_tensor(names->file, tensor, param, err)) {
            return false;
        } else {
            running += is_running(param);
        }
    }
    if (missing == 0) return true;
    if (running == 0 && is_running(first_missing))
        return error_set(err, ERROR_FILE,
                         "%s: has no tensor %s, nor another running mean or variance: it has GroupNorm or "
                         "InstanceNorm, which are not supported, or batch norm that keeps none",
                         tensors_label(names->file), first_missing->name);
    return error_set(err, ERROR_FILE, "%s: has no tensor %s, which %s needs (%d missing in all)",
                     tensors_label(names->file), first_missing->name, network->arch, missing);
}

bool weights_check(const Tensors *file, const Network *network, Error *err) {
    WeightsNames names;
    if (!weights_names_make(&names, file, err)) return false;
    bool good = check_params(&names, network, err);
    weights_names_free(&names);
    return good;
}

/* Values are read, looked at and put in their place piece by piece, so that a piece is still in the cache: some
 * rows of a parameter, by whichever thread is free. */
enum { PIECE_ROWS = 16, PIECE_VALUES = 1 << 16 };

typedef struct Reading {
    const Tensors *file;
    const StoredTensor *tensor;
    const Param *param;
    real *memory;
    size_t length; /* values of a row */
    int rows;      /* of a piece */
    float *buffers;
    size_t buffer_count; /* one a worker */
    atomic_size_t wild, negative;
    pthread_mutex_t mutex; /* of problem */
    Error problem;
} Reading;

static int piece_rows(const Param *param) {
    size_t length = param->count / (size_t)param->dims[0],
           rows = PIECE_VALUES / length / PIECE_ROWS * PIECE_ROWS;
    if (rows < PIECE_ROWS) rows = PIECE_ROWS;
    return rows < (size_t)param->dims[0] ? (int)rows : param->dims[0];
}

static size_t largest_piece(const Network *network) {
    size_t largest = 1;
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        size_t count = (size_t)piece_rows(param) * (param->count / (size_t)param->dims[0]);
        if (count > largest) largest = count;
    }
    return largest;
}

static void read_piece(void *context, int begin, int end, int worker) {
    Reading *reading = context;
    float *values = reading->buffers + (size_t)worker * reading->buffer_count;
    for (int piece = begin; piece < end; piece++) {
        int first = piece * reading->rows, rows = integer_min(reading->rows, reading->param->dims[0] - first);
        size_t count = (size_t)rows * reading->length, wild = 0, negative = 0;
        Error err = {0};
        if (!tensors_read_part(reading->file, reading->tensor, (size_t)first * reading->length, count, values,
                               &err)) {
            pthread_mutex_lock(&reading->mutex);
            reading->problem = err;
            pthread_mutex_unlock(&reading->mutex);
            continue;
        }
        for (size_t k = 0; k < count; k++) {
            wild += !isfinite(values[k]);
            negative += values[k] < 0;
        }
        atomic_fetch_add(&reading->wild, wild);
        atomic_fetch_add(&reading->negative, negative);
        param_rows_from_file(reading->memory, values, reading->param, first, rows);
    }
}

/* What the pieces of a parameter have found. */
static bool judge(const Reading *reading, WeightsReport *report, Error *err) {
    if (reading->problem.kind != ERROR_NONE)
        return error_set(err, reading->problem.kind, "%s", reading->problem.text);
    size_t wild = atomic_load(&reading->wild), negative = atomic_load(&reading->negative);
    if (reading->param->role != PARAM_NORM_VAR) negative = 0;
    weights_report_value(report, reading->param, wild, negative);
    return true;
}

static void read_param(Reading *reading, Network *network, const Param *param) {
    reading->param = param;
    reading->memory = network_values(network, param);
    reading->length = param->count / (size_t)param->dims[0];
    reading->rows = piece_rows(param);
    atomic_store(&reading->wild, 0);
    atomic_store(&reading->negative, 0);
    parallel_for(integer_divide_up(param->dims[0], reading->rows), 1, read_piece, reading);
}

static bool read_all(const WeightsNames *names, Network *network, WeightsReport *report, Error *err) {
    Reading reading = {
        .file = names->file, .buffer_count = largest_piece(network), .mutex = PTHREAD_MUTEX_INITIALIZER};
    reading.buffers = calloc(reading.buffer_count * (size_t)parallel_threads(), sizeof *reading.buffers);
    if (!reading.buffers)
        return error_set(err, ERROR_FAILED, "%s: not enough memory to read it", tensors_label(names->file));
    bool good = true;
    for (int k = 0; good && k < network->param_count; k++) {
        reading.tensor = weights_names_find(names, network->params[k].name);
        if (reading.tensor) read_param(&reading, network, &network->params[k]);
        good = !reading.tensor || judge(&reading, report, err);
    }
    free(reading.buffers);
    return good;
}

bool weights_read(const Tensors *file, Network *network, WeightsReport *report, Error *err) {
    WeightsNames names;
    *report = (WeightsReport){.names = ""};
    if (!weights_names_make(&names, file, err)) return false;
    bool good = read_all(&names, network, report, err) && weights_settle_biases(&names, network, report, err);
    if (good) weights_report_names(report, &names, network);
    weights_names_free(&names);
    return good;
}

static void fill_param(void *context, int entry, float *out) {
    const Network *network = context;
    const Param *param = &network->params[entry];
    param_to_file(out, network_const_values(network, param), param);
}

/* The largest number of a float16 is 65504. */
static bool fits_half(const Network *network, const Param *param) {
    const real *values = network_const_values(network, param);
    bool fits = true;
    for (size_t j = 0; j < param->count; j++) fits &= fabs((double)values[j]) <= 65504;
    return fits;
}

bool weights_save(const Network *network, const WeightsNotes *notes, const char *path, Error *err) {
    SafetensorsEntry *entries = calloc((size_t)network->param_count, sizeof *entries);
    if (!entries) return error_set(err, ERROR_FAILED, "%s: not enough memory to write it", path);
    for (int k = 0; k < network->param_count; k++) {
        const Param *param = &network->params[k];
        entries[k] = (SafetensorsEntry){.name = param->name,
                                        .rank = param->rank,
                                        .dims = param->dims,
                                        .half = notes->half && param->rank > 1 && fits_half(network, param)};
    }
    SafetensorsContent content = {.entries = entries,
                                  .entry_count = network->param_count,
                                  .pairs = notes->pairs,
                                  .pair_count = notes->pair_count,
                                  .fill = fill_param,
                                  .context = (void *)network};
    bool good = notes->torch ? torch_save(path, &content, err) : safetensors_save(path, &content, err);
    free(entries);
    return good;
}
