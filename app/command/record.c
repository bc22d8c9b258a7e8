/* A lesson or a script as a recording that plays in a terminal. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/asset/export_file.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/command/command.h"
#include "app/explorer/bundled_session.h"
#include "app/explorer/record.h"
#include "app/lesson/lesson.h"
#include "core/base/file.h"

/* The name of a lesson comes first; of files, those that end in .lesson are lessons, all others scripts. */
static bool is_lesson(const char *word) {
    size_t length = strlen(word);
    if (length > 7 && strcmp(word + length - 7, ".lesson") == 0) return true;
    if (strpbrk(word, "/.") || strcmp(word, "-") == 0) return false;
    return lesson_is_bundled(word) || access(word, F_OK) != 0;
}

static bool record(Screen *screen, const Options *options, FILE *out, Error *err) {
    const char *word = options->words[0];
    RecordConfig config = {.depth = record_depth(options_color(options)), .pace = options->output.pace};
    return (is_lesson(word) ? record_lesson : record_script)(screen, word, &config, out, err);
}

/* In memory first: what cannot be recorded to its end leaves no file. */
static bool record_in_memory(Screen *screen, const Options *options, char **text, size_t *size, Error *err) {
    FILE *out = open_memstream(text, size);
    if (!out) return error_set(err, ERROR_FAILED, "not enough memory for the recording");
    bool ok = record(screen, options, out, err);
    if (fclose(out) != 0 && ok) ok = error_set(err, ERROR_FAILED, "not enough memory for the recording");
    return ok;
}

static bool write_out(const char *path, const char *text, size_t size, Error *err) {
    if (strcmp(path, "-") != 0) return file_write_atomic(path, text, size, err);
    return fwrite(text, 1, size, stdout) == size || output_refuse(err);
}

bool command_record(const Options *options, Error *err) {
    BundledSession bundled;
    char *text = NULL;
    size_t size = 0;
    if (!options->output.out)
        return error_set(err, ERROR_USAGE, "record needs --out FILE.cast; --out - is standard output");
    if (strcmp(options->output.out, "-") != 0 &&
        !export_file_prepare(options->output.out, EXPORT_RECORDING, err))
        return false;
    bool ok = bundled_session_open(&bundled, options,
                                   record_depth(options_color(options)) != COLOR_DEPTH_NONE, err) &&
              record_in_memory(bundled.screen, options, &text, &size, err) &&
              write_out(options->output.out, text, size, err);
    free(text);
    bundled_session_close(&bundled);
    return ok;
}
