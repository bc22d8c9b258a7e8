#include "core/train/history_cut.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/file.h"

/* Of the longest training a few megabytes. */
static const size_t FILE_MAX = (size_t)1 << 30;

static long number(const json_t *line, const char *key) {
    return (long)json_integer_value(json_object_get(line, key));
}

static bool is_text(const json_t *line, const char *key, const char *text) {
    const char *found = json_string_value(json_object_get(line, key));
    return found && text && strcmp(found, text) == 0;
}

static bool is_type(const json_t *line, const char *type) {
    return is_text(line, "type", type);
}

static bool check_networks(const json_t *line, const HistoryRun *run) {
    const json_t *networks = json_object_get(line, "networks");
    if (json_array_size(networks) != (size_t)run->network_count) return false;
    for (int k = 0; k < run->network_count; k++)
        if (!is_text(json_array_get(networks, (size_t)k), "name", run->networks[k].name)) return false;
    return true;
}

/* The first line of a history says whose it is. */
static bool check_run(const char *path, const json_t *line, const HistoryRun *run, Error *err) {
    if (!is_type(line, "run")) return error_set(err, ERROR_FILE, "%s: is no history of a training", path);
    if (number(line, "schema") != HISTORY_SCHEMA)
        return error_set(err, ERROR_FILE, "%s: is a history of schema %ld, expected %d", path,
                         number(line, "schema"), HISTORY_SCHEMA);
    if (is_text(line, "recipe", run->recipe) && is_text(line, "dataset", run->dataset) &&
        check_networks(line, run))
        return true;
    return error_set(err, ERROR_FILE, "%s: is the history of another training", path);
}

/* Does the line stay? */
static bool stays(const json_t *line, long step) {
    if (is_type(line, "resume")) return number(line, "step") < step;
    if (is_type(line, "gap")) return number(line, "to") < step;
    return number(line, "step") <= step;
}

/* The lines of all networks come together; the last one's ends them. */
static void count(HistoryCut *cut, const json_t *line, const HistoryRun *run) {
    bool last = number(line, "network") == run->network_count - 1;
    if (is_type(line, "gap")) cut->last_step = number(line, "to");
    if (is_type(line, "step") && last) cut->last_step = number(line, "step");
    if (is_type(line, "epoch") && last) cut->last_epoch = number(line, "epoch");
}

/* NULL where the text does not begin with a whole line; else *size is that of the line with its end. */
static json_t *next_line(const char *text, size_t left, size_t *size) {
    const char *end = memchr(text, '\n', left);
    if (!end) return NULL;
    *size = (size_t)(end - text) + 1;
    json_t *line = json_loadb(text, *size, 0, NULL);
    if (json_is_object(line)) return line;
    json_decref(line);
    return NULL;
}

/* What is looked for, in the text of the file. */
typedef struct Search {
    const char *path, *text;
    size_t size;
    const HistoryRun *run;
    long step;
} Search;

static bool find(const Search *search, HistoryCut *cut, Error *err) {
    bool ok = true, more = true;
    while (ok && more) {
        size_t length = 0;
        json_t *line = next_line(search->text + cut->size, search->size - cut->size, &length);
        if (line && cut->size == 0) ok = check_run(search->path, line, search->run, err);
        more = ok && line && stays(line, search->step);
        if (more) {
            count(cut, line, search->run);
            cut->size += length;
        }
        json_decref(line);
    }
    return ok;
}

bool history_find_cut(const char *path, const HistoryRun *run, long step, HistoryCut *cut, Error *err) {
    Search search = {.path = path, .run = run, .step = step};
    *cut = (HistoryCut){0};
    if (access(path, F_OK) != 0) return true;
    char *text = (char *)file_read_all(path, FILE_MAX, &search.size, err);
    search.text = text;
    bool ok = text && find(&search, cut, err);
    free(text);
    return ok;
}
