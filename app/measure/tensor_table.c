#include "app/measure/tensor_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/table.h"
#include "core/base/json_write.h"
#include "core/base/utf8.h"
#include "core/network/weights.h"
#include "core/network/weights_names.h"

enum { PIECE = 1 << 16, LINE_MAX = 600 };

/* Of a tensor's values; those that are not finite count and are not in the range. */
typedef struct Range {
    bool known; /* its type can be read */
    double least, most;
    uint64_t wild;
} Range;

typedef struct Listing {
    const Tensors *file;
    WeightsNames names;
    const Options *options;
    float *piece;
    char refusal[LINE_MAX]; /* why the tensors are no network; "" when they are one */
} Listing;

static bool find_range(const Listing *listing, const StoredTensor *tensor, Range *range, Error *err) {
    *range = (Range){.known = element_is_readable(tensor->type), .least = NAN, .most = NAN};
    for (uint64_t at = 0; range->known && at < tensor->count; at += PIECE) {
        uint64_t count = tensor->count - at < PIECE ? tensor->count - at : PIECE;
        if (!tensors_read_part(listing->file, tensor, at, count, listing->piece, err)) return false;
        for (uint64_t k = 0; k < count; k++) {
            double value = (double)listing->piece[k];
            range->wild += !isfinite(value);
            if (!isfinite(value)) continue;
            if (!(value >= range->least)) range->least = value;
            if (!(value <= range->most)) range->most = value;
        }
    }
    return true;
}

static const char *taken_for(const Listing *listing, int index) {
    const char *meaning = listing->names.meanings[index].text;
    if (weights_names_is_counter(tensors_get(listing->file, index)->name)) return "counter, not read";
    return *meaning ? meaning : "left out";
}

static void write_tensor(JsonWriter *json, const Listing *listing, int index, const Range *range) {
    const StoredTensor *tensor = tensors_get(listing->file, index);
    json_write_object_begin(json);
    json_write_key_string(json, "name", tensor->name);
    json_write_key(json, "shape");
    json_write_array_begin(json);
    for (int k = 0; k < tensor->rank; k++) json_write_int(json, (int64_t)tensor->dims[k]);
    json_write_array_end(json);
    json_write_key_string(json, "type", element_type_name(tensor->type));
    json_write_key_string(json, "taken_for", taken_for(listing, index));
    json_write_key_float(json, "min", range->least);
    json_write_key_float(json, "max", range->most);
    if (range->known) json_write_key_int(json, "not_finite", (int64_t)range->wild);
    json_write_object_end(json);
}

static bool print_json(const Listing *listing, Error *err) {
    JsonWriter json;
    bool good = true;
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key_string(&json, "file", tensors_label(listing->file));
    json_write_key_string(&json, "kind", tensors_kind(listing->file));
    if (*listing->refusal) json_write_key_string(&json, "refused", listing->refusal);
    json_write_key(&json, "tensors");
    json_write_array_begin(&json);
    for (int k = 0; good && k < tensors_count(listing->file); k++) {
        Range range;
        good = find_range(listing, tensors_get(listing->file, k), &range, err);
        if (good) write_tensor(&json, listing, k, &range);
    }
    json_write_array_end(&json);
    json_write_object_end(&json);
    if (!good || !json_write_end(&json)) {
        free(json.text);
        return good ? error_set(err, ERROR_FAILED, "not enough memory for the list") : false;
    }
    puts(json.text);
    free(json.text);
    return true;
}

static bool print_csv(const Listing *listing, Error *err) {
    puts("name,shape,type,taken_for,min,max,not_finite");
    for (int k = 0; k < tensors_count(listing->file); k++) {
        const StoredTensor *tensor = tensors_get(listing->file, k);
        char dims[WEIGHTS_TEXT_MAX];
        Range range;
        if (!find_range(listing, tensor, &range, err)) return false;
        table_put_csv(stdout, tensor->name, false);
        table_put_csv(stdout, weights_names_format_dims(tensor, dims), false);
        table_put_csv(stdout, element_type_name(tensor->type), false);
        table_put_csv(stdout, taken_for(listing, k), false);
        if (range.known)
            printf("%.9g,%.9g,%llu\n", range.least, range.most, (unsigned long long)range.wild);
        else
            puts(",,");
    }
    return true;
}

static bool add_row(Table *table, const Listing *listing, int index, Error *err) {
    const StoredTensor *tensor = tensors_get(listing->file, index);
    char dims[WEIGHTS_TEXT_MAX], name[TABLE_CELL_MAX];
    Range range;
    if (!find_range(listing, tensor, &range, err)) return false;
    utf8_escape(name, sizeof name, tensor->name, strlen(tensor->name));
    table_cell(table, "%s", name);
    table_cell(table, "%s", weights_names_format_dims(tensor, dims));
    table_cell(table, "%s", element_type_name(tensor->type));
    table_cell(table, "%s", taken_for(listing, index));
    for (int k = 0; k < 2; k++) {
        double value = k == 0 ? range.least : range.most;
        if (isfinite(value))
            table_cell(table, "%.4g", value);
        else
            table_cell(table, "%s", "");
    }
    if (range.wild > 0)
        table_cell(table, "%llu", (unsigned long long)range.wild);
    else
        table_cell(table, "%s", "");
    return true;
}

static bool print_table(const Listing *listing, Error *err) {
    static const char *const heads[] = {"<tensor", "<shape",  "<type",    "<taken for",
                                        "least",   "largest", "NaN, inf", NULL};
    bool ascii = listing->options->output.ascii, good = true;
    char line[LINE_MAX];
    Table table;
    utf8_format(line, sizeof line, "%s: %s, %d tensors", tensors_label(listing->file),
                tensors_kind(listing->file), tensors_count(listing->file));
    table_put(stdout, line, ascii);
    puts("\n");
    table_init(&table, heads, ascii);
    for (int k = 0; good && k < tensors_count(listing->file); k++) good = add_row(&table, listing, k, err);
    if (good && !table_print(&table, stdout))
        good = error_set(err, ERROR_FAILED, "not enough memory for the table");
    table_clear(&table);
    if (good && *listing->refusal) {
        printf("\n");
        utf8_format(line, sizeof line, "Not opened as a network: %s", listing->refusal);
        table_put_wrapped(stdout, line, 0, 100, ascii);
    }
    return good;
}

/* Why the file is no network here. */
static void find_refusal(Listing *listing) {
    ResnetConfig config;
    Error err = {0};
    Network *network =
        weights_find_config(listing->file, NULL, &config, &err) ? resnet_new(&config, &err) : NULL;
    if (network && weights_check(listing->file, network, &err)) err.text[0] = '\0';
    utf8_copy(listing->refusal, sizeof listing->refusal, err.text);
    network_free(network);
}

static bool print_opened(Listing *listing, Error *err) {
    const OutputOptions *output = &listing->options->output;
    find_refusal(listing);
    return output->json  ? print_json(listing, err)
           : output->csv ? print_csv(listing, err)
                         : print_table(listing, err);
}

bool tensor_table_print(const char *path, const Options *options, Error *err) {
    TensorsOptions how = {.key = options->model.key};
    Tensors *file = tensors_open_file(path, &how, err);
    Listing listing = {.file = file, .options = options};
    if (!file) return false;
    listing.piece = malloc(PIECE * sizeof *listing.piece);
    bool good = listing.piece || error_set(err, ERROR_FAILED, "%s: not enough memory to read it", path);
    good = good && weights_names_make(&listing.names, file, err) && print_opened(&listing, err);
    weights_names_free(&listing.names);
    free(listing.piece);
    tensors_close(file);
    return good;
}

bool tensor_table_print_names(bool ascii, Error *err) {
    static const char *const heads[] = {"<module", "<torchvision's name", "<so called by", NULL};
    static const char notes[] = "{stage}, {block} and {i} are numbers, {stage-1} is one less than the stage; "
                                "a * at the end stands for further "
                                "names, or none. After a module comes weight, bias, running_mean or "
                                "running_var. Whatever stands in front of all "
                                "of it, as module. or model.backbone., is found from the tensors: the prefix "
                                "with which the most of them are "
                                "recognised; of equal ones the copy that is no average. What is no tensor of "
                                "the network is left out and listed.";
    Table table;
    table_init(&table, heads, ascii);
    for (int k = 0; k < weights_rule_count(); k++) {
        const WeightsRule *rule = weights_rule(k);
        table_cell(&table, "%s", rule->pattern);
        table_cell(&table, "%s", rule->meaning);
        table_cell(&table, "%s", rule->users);
    }
    bool good = table_print(&table, stdout);
    table_clear(&table);
    putchar('\n');
    table_put_wrapped(stdout, notes, 0, 100, ascii);
    return good || error_set(err, ERROR_FAILED, "not enough memory for the table");
}
