/* Snapshots of a training as points on the plane that they span, and that plane in a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/output.h"
#include "app/cli/table.h"
#include "app/command/command.h"
#include "app/load/setup.h"
#include "core/analysis/weight_path.h"
#include "core/base/json_write.h"
#include "core/network/model.h"

typedef struct Trajectory {
    const Options *options;
    Model *models[WEIGHT_PATH_POINTS_MAX];
    int count;
    WeightPath path;
} Trajectory;

static bool load_points(Trajectory *run, Error *err) {
    const Options *options = run->options;
    if (options->word_count > WEIGHT_PATH_POINTS_MAX)
        return error_set(err, ERROR_USAGE, "%d weights files: expected at most %d", options->word_count,
                         WEIGHT_PATH_POINTS_MAX);
    for (int k = 0; k < options->word_count; k++, run->count++) {
        run->models[k] = setup_load_weights(options->words[k], NULL, err);
        if (!run->models[k]) return false;
        const Network *first = run->models[0]->network, *this = run->models[k]->network;
        if (strcmp(first->arch, this->arch) != 0 || first->shortcut != this->shortcut ||
            first->value_count != this->value_count)
            return error_set(err, ERROR_FILE,
                             "%s: is a %s, the files before it are a %s: expected one network",
                             options->words[k], this->arch, first->arch);
    }
    return true;
}

static bool find_path(Trajectory *run, Error *err) {
    const real *points[WEIGHT_PATH_POINTS_MAX];
    for (int k = 0; k < run->count; k++) points[k] = network_const_all_values(run->models[k]->network);
    return weight_path_find(run->models[0]->network, points, run->count, &run->path, err);
}

/* The epoch that a snapshot is of; NULL: the file does not say. */
static const char *epoch_of(const Trajectory *run, int k) {
    return model_value(run->models[k], "epoch");
}

static void write_points(const Trajectory *run, JsonWriter *json) {
    json_write_key(json, "points");
    json_write_array_begin(json);
    for (int k = 0; k < run->count; k++) {
        json_write_object_begin(json);
        json_write_key_string(json, "epoch", epoch_of(run, k));
        json_write_key_float(json, "x", run->path.coordinate[k][0]);
        json_write_key_float(json, "y", run->path.coordinate[k][1]);
        json_write_object_end(json);
    }
    json_write_array_end(json);
    json_write_key(json, "explained");
    json_write_array_begin(json);
    for (int axis = 0; axis < WEIGHT_PATH_AXES; axis++) json_write_float(json, run->path.explained[axis]);
    json_write_array_end(json);
}

static bool print_json(const Trajectory *run, Error *err) {
    JsonWriter json;
    json_write_init(&json, stdout);
    json_write_object_begin(&json);
    json_write_key_int(&json, "schema", 1);
    json_write_key_string(&json, "arch", run->models[0]->network->arch);
    write_points(run, &json);
    json_write_object_end(&json);
    return json_write_end(&json) || output_refuse(err);
}

static bool print_text(const Trajectory *run, Error *err) {
    static const char *const heads[] = {"<weights", "epoch", "x", "y", NULL};
    Table table;
    table_init(&table, heads, run->options->output.ascii);
    for (int k = 0; k < run->count; k++) {
        const char *epoch = epoch_of(run, k);
        table_cell(&table, "%s", run->options->words[k]);
        table_cell(&table, "%s", epoch ? epoch : "");
        table_cell(&table, "%.4f", run->path.coordinate[k][0]);
        table_cell(&table, "%.4f", run->path.coordinate[k][1]);
    }
    bool ok = table_print(&table, stdout);
    table_clear(&table);
    if (!ok) return error_set(err, ERROR_FAILED, "not enough memory");
    printf("\nThe plane shows %.1f %% of how the points lie apart: %.1f %% along x, %.1f %% along y. Its "
           "unit is that of\n"
           "the weights; the last point is its middle.\n",
           100 * (run->path.explained[0] + run->path.explained[1]), 100 * run->path.explained[0],
           100 * run->path.explained[1]);
    return true;
}

/* What is written: both directions of each weight, as "x.NAME" and "y.NAME". */
typedef struct Entries {
    const Trajectory *run;
    const Param **params; /* of entry / WEIGHT_PATH_AXES */
    char (*names)[PARAM_NAME_MAX + 2];
    SafetensorsEntry *list;
    int count;
} Entries;

static void fill_entry(void *context, int entry, float *out) {
    const Entries *entries = context;
    const Param *param = entries->params[entry / WEIGHT_PATH_AXES];
    param_to_file(out, entries->run->path.direction[entry % WEIGHT_PATH_AXES] + param->offset, param);
}

static bool make_entries(Entries *entries) {
    const Network *network = entries->run->models[0]->network;
    const size_t most = WEIGHT_PATH_AXES * (size_t)network->param_count;
    entries->params = calloc(most, sizeof *entries->params);
    entries->names = calloc(most, sizeof *entries->names);
    entries->list = calloc(most, sizeof *entries->list);
    if (!entries->params || !entries->names || !entries->list) return false;
    for (int p = 0; p < network->param_count; p++) {
        const Param *param = &network->params[p];
        if (param->rank < 2) continue;
        entries->params[entries->count / WEIGHT_PATH_AXES] = param;
        for (int axis = 0; axis < WEIGHT_PATH_AXES; axis++, entries->count++) {
            snprintf(entries->names[entries->count], sizeof *entries->names, "%c.%s", "xy"[axis],
                     param -> name);
            entries->list[entries->count] = (SafetensorsEntry){.name = entries->names[entries->count],
                                                               .rank = param->rank,
                                                               .dims = param->dims,
                                                               .half = true};
        }
    }
    return true;
}

static char *points_text(const Trajectory *run) {
    JsonWriter json;
    json_write_init(&json, NULL);
    json_write_object_begin(&json);
    write_points(run, &json);
    json_write_object_end(&json);
    return json_write_end(&json) ? json.text : NULL;
}

static bool write_entries(const Trajectory *run, Entries *entries, const char *points, Error *err) {
    const Model *last = run->models[run->count - 1];
    const SafetensorsPair pairs[] = {{"arch", last->network->arch},
                                     {"shortcut", model_shortcut_name(last)},
                                     {"trajectory", points},
                                     {"recipe", model_value(last, "recipe")}};
    const SafetensorsContent content = {.entries = entries->list,
                                        .entry_count = entries->count,
                                        .pairs = pairs,
                                        .pair_count = pairs[3].value ? 4 : 3,
                                        .fill = fill_entry,
                                        .context = entries};
    return safetensors_save(run->options->output.out, &content, err);
}

/* Float16 is enough: a direction's values are all far smaller than 1, and rounded to a share of 2^-11 each. */
static bool write_plane(const Trajectory *run, Error *err) {
    Entries entries = {.run = run};
    char *points = points_text(run);
    bool ok = points && make_entries(&entries);
    ok = ok ? write_entries(run, &entries, points, err) : error_set(err, ERROR_FAILED, "not enough memory");
    free(points);
    free(entries.params);
    free(entries.names);
    free(entries.list);
    return ok;
}

bool command_trajectory(const Options *options, Error *err) {
    Trajectory run = {.options = options};
    bool ok = load_points(&run, err) && find_path(&run, err) &&
              (options->output.json ? print_json(&run, err) : print_text(&run, err)) &&
              (!options->output.out || write_plane(&run, err));
    weight_path_free(&run.path);
    for (int k = 0; k < WEIGHT_PATH_POINTS_MAX; k++) model_free(run.models[k]);
    return ok;
}
