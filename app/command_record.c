/* A lesson or a script as a recording that plays in a terminal. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/explorer.h"
#include "app/options.h"
#include "app/record.h"
#include "core/file.h"

enum { WIDTH = 80, HEIGHT = 24 };

static bool is_lesson(const char *word) {
    size_t length = strlen(word);
    if (length > 7 && strcmp(word + length - 7, ".lesson") == 0) return true;
    return !strpbrk(word, "/.") && strcmp(word, "-") != 0;
}

static bool record(Session *session, const Options *options, FILE *out, Error *err) {
    const char *word = options->words[0];
    ColorDepth depth = options_color(options);
    RecordConfig config = {.depth = depth == COLOR_DEPTH_AUTO ? COLOR_DEPTH_RGB : depth,
                           .pace = options->pace};
    bool mono = config.depth == COLOR_DEPTH_NONE || session_theme(session) == THEME_MONO;
    session_set_screen(session, options->size.width ? options->size.width : WIDTH,
                       options->size.height ? options->size.height : HEIGHT,
                       (options->ascii ? CANVAS_ASCII : 0) | (mono ? CANVAS_MONO : 0));
    return (is_lesson(word) ? record_lesson : record_script)(session, word, &config, out, err);
}

/* In memory first: what cannot be recorded to its end leaves no file. */
static bool record_in_memory(Session *session, const Options *options, char **text, size_t *size,
                             Error *err) {
    FILE *out = open_memstream(text, size);
    if (!out) return error_set(err, ERROR_FAILED, "not enough memory for the recording");
    bool ok = record(session, options, out, err);
    if (fclose(out) != 0 && ok) ok = error_set(err, ERROR_FAILED, "not enough memory for the recording");
    return ok;
}

static bool write_out(const char *path, const char *text, size_t size, Error *err) {
    if (strcmp(path, "-") != 0) return file_write_atomic(path, text, size, err);
    return fwrite(text, 1, size, stdout) == size ||
           error_set(err, ERROR_FAILED, "standard output cannot be written");
}

bool command_record(const Options *options, Error *err) {
    Setup setup, any = {.seed = 0};
    SessionConfig config = {.setup = &setup, .target = -1};
    char *text = NULL;
    size_t size = 0;
    if (!options->out)
        return error_set(err, ERROR_USAGE, "record needs --out FILE.cast; --out - is standard output");
    if (!explorer_find_theme(options, &config.theme, err) ||
        !setup_open_weights(&setup, &any, "resnet20", err))
        return false;
    Session *session = session_new(&config, err);
    bool ok = session && record_in_memory(session, options, &text, &size, err) &&
              write_out(options->out, text, size, err);
    free(text);
    session_free(session);
    setup_close(&setup);
    return ok;
}
