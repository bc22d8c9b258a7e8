/* The line of core/image/preprocess.h: written, with where its parts come from, and read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/utf8.h"
#include "core/image/preprocess.h"

static const char *const channel_words[] = {
    [IMAGE_CHANNELS_RGB] = "RGB", [IMAGE_CHANNELS_BGR] = "BGR", [IMAGE_CHANNELS_GRAY] = "gray"};
static const char *const channel_options[] = {
    [IMAGE_CHANNELS_RGB] = "rgb", [IMAGE_CHANNELS_BGR] = "bgr", [IMAGE_CHANNELS_GRAY] = "gray"};
static const char *const filter_words[] = {
    [IMAGE_FILTER_BILINEAR] = "bilinear", [IMAGE_FILTER_BICUBIC] = "bicubic"};

typedef struct Writer {
    const Preprocess *preprocess;
    bool origins;
    char *out;
} Writer;

/* In brackets behind what it belongs to. */
static void write_origin(const Writer *writer, PreprocessPart part) {
    static const char *const words[] = {[PREPROCESS_GUESSED] = " (guess)",
                                        [PREPROCESS_FROM_FILE] = " (file)",
                                        [PREPROCESS_FROM_FOLDER] = " (folder)",
                                        [PREPROCESS_FROM_OPTION] = ""};
    if (writer->origins)
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, "%s", words[writer->preprocess->origins[part]]);
}

/* As short as the float that it is allows, for it may have been multiplied on its way. */
static void write_triple(const Writer *writer, const char *before, const float values[3]) {
    double factor = preprocess_factor(writer->preprocess);
    utf8_append(writer->out, PREPROCESS_TEXT_MAX, "%s%.7g,%.7g,%.7g", before, (double)values[0] * factor,
                (double)values[1] * factor, (double)values[2] * factor);
}

static void write_resize(const Writer *writer) {
    const Preprocess *p = writer->preprocess;
    if (p->resize == 0)
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, "none");
    else if (p->resize_height > 0)
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, "%dx%d", p->resize, p->resize_height);
    else
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, "%d", p->resize);
}

static void write_scale(const Writer *writer) {
    const Preprocess *p = writer->preprocess;
    if (preprocess_factor(p) == 1)
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, "1/255");
    else
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, "%.9g", p->scale);
}

/* Behind the last part, for all of them. */
static bool same_origin(const Preprocess *preprocess) {
    for (int part = 1; part < PREPROCESS_PARTS; part++)
        if (preprocess->origins[part] != preprocess->origins[0]) return false;
    return true;
}

static void write_geometry(const Writer *writer) {
    const Preprocess *p = writer->preprocess;
    bool apart = p->origins[PREPROCESS_RESIZE] != p->origins[PREPROCESS_FILTER];
    utf8_copy(writer->out, PREPROCESS_TEXT_MAX, "resize ");
    write_resize(writer);
    if (p->resize == 0 || apart) write_origin(writer, PREPROCESS_RESIZE);
    if (p->resize > 0) {
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, " %s", filter_words[p->filter]);
        write_origin(writer, PREPROCESS_FILTER);
    }
    utf8_append(writer->out, PREPROCESS_TEXT_MAX, ", crop %d", p->crop);
    write_origin(writer, PREPROCESS_CROP);
    utf8_append(writer->out, PREPROCESS_TEXT_MAX, ", %s", channel_words[p->channels]);
    write_origin(writer, PREPROCESS_CHANNELS);
    if (preprocess_factor(p) == 1) return;
    utf8_append(writer->out, PREPROCESS_TEXT_MAX, ", scale ");
    write_scale(writer);
    write_origin(writer, PREPROCESS_SCALE);
}

/* The line, with mean and std as numbers or without. */
static void write_line(Writer *writer, bool numbers) {
    const Preprocess *preprocess = writer->preprocess;
    const PreprocessOrigin *from = preprocess->origins;
    static const char *const all[] = {[PREPROCESS_GUESSED] = " (all of it a guess)",
                                      [PREPROCESS_FROM_FILE] = " (all from the file)",
                                      [PREPROCESS_FROM_FOLDER] = " (all from the folder)",
                                      [PREPROCESS_FROM_OPTION] = ""};
    bool same = writer->origins && same_origin(preprocess);
    if (same) writer->origins = false;
    write_geometry(writer);
    if (numbers)
        write_triple(writer, ", mean ", preprocess->normalise.mean);
    else
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, ", mean");
    if (from[PREPROCESS_MEAN] != from[PREPROCESS_STD]) write_origin(writer, PREPROCESS_MEAN);
    if (numbers)
        write_triple(writer, ", std ", preprocess->normalise.std);
    else
        utf8_append(writer->out, PREPROCESS_TEXT_MAX, " and std");
    write_origin(writer, PREPROCESS_STD);
    if (same) utf8_append(writer->out, PREPROCESS_TEXT_MAX, "%s", all[from[0]]);
}

const char *preprocess_format(const Preprocess *preprocess, bool origins, char out[PREPROCESS_TEXT_MAX]) {
    Writer writer = {.preprocess = preprocess, .origins = origins, .out = out};
    write_line(&writer, true);
    return out;
}

const char *preprocess_format_short(const Preprocess *preprocess, char out[PREPROCESS_TEXT_MAX]) {
    Writer writer = {.preprocess = preprocess, .origins = true, .out = out};
    write_line(&writer, false);
    return out;
}

const char *preprocess_format_geometry(const Preprocess *preprocess, char out[PREPROCESS_TEXT_MAX]) {
    Writer writer = {.preprocess = preprocess, .out = out};
    write_geometry(&writer);
    return out;
}

bool preprocess_is_usual(const Preprocess *preprocess) {
    Preprocess usual = preprocess_guess(preprocess->crop, 0);
    return preprocess->resize == usual.resize && preprocess->resize_height == 0 &&
           preprocess->filter == usual.filter && preprocess->channels == usual.channels &&
           preprocess_factor(preprocess) == 1;
}

const char *preprocess_format_options(const Preprocess *preprocess, char out[PREPROCESS_TEXT_MAX]) {
    Writer writer = {.preprocess = preprocess, .out = out};
    utf8_copy(out, PREPROCESS_TEXT_MAX, "--resize ");
    write_resize(&writer);
    utf8_append(out, PREPROCESS_TEXT_MAX, " --interpolation %s --crop %d --channels %s --scale ",
                filter_words[preprocess->filter], preprocess->crop, channel_options[preprocess->channels]);
    write_scale(&writer);
    write_triple(&writer, " --mean ", preprocess->normalise.mean);
    write_triple(&writer, " --std ", preprocess->normalise.std);
    return out;
}

bool preprocess_has_guess(const Preprocess *preprocess) {
    for (int part = 0; part < PREPROCESS_PARTS; part++)
        if (preprocess->origins[part] == PREPROCESS_GUESSED) return true;
    return false;
}

/* 1 .. PREPROCESS_SIDE_MAX, with `after` behind it; 0 for anything else. */
static int parse_side(const char *text, char after, const char **end) {
    char *last;
    long value = *text >= '0' && *text <= '9' ? strtol(text, &last, 10) : 0;
    if (value < 1 || value > PREPROCESS_SIDE_MAX || *last != after) return 0;
    *end = last;
    return (int)value;
}

bool preprocess_parse_resize(Preprocess *preprocess, const char *text) {
    const char *end = text;
    int width = parse_side(text, '\0', &end), height = 0;
    if (width == 0 && strcmp(text, "none") != 0) {
        width = parse_side(text, 'x', &end);
        height = width ? parse_side(end + 1, '\0', &end) : 0;
        if (height == 0) return false;
    }
    preprocess->resize = width;
    preprocess->resize_height = height;
    return true;
}

bool preprocess_parse_scale(const char *text, double *scale) {
    double parts[2] = {0, 1};
    const char *slash = strchr(text, '/');
    for (int k = 0; k < (slash ? 2 : 1); k++) {
        const char *from = k == 0 ? text : slash + 1;
        char *end;
        if (strspn(from, "0123456789.e-/") != strlen(from)) return false;
        parts[k] = strtod(from, &end);
        bool whole = end != from && (*end == '\0' || (k == 0 && end == slash));
        if (!whole || !(parts[k] > 0) || parts[k] > 1e6) return false;
    }
    *scale = parts[0] / parts[1];
    return true;
}

static int find_word(const char *const *words, int count, const char *word, size_t length) {
    for (int k = 0; k < count; k++)
        if (strlen(words[k]) == length && strncasecmp(words[k], word, length) == 0) return k;
    return -1;
}

/* "256 bicubic", the second word being optional where nothing is scaled. */
static bool parse_resize_part(Preprocess *preprocess, char *text) {
    char *space = strchr(text, ' ');
    if (space) *space = '\0';
    int filter = space ? find_word(filter_words, 2, space + 1, strlen(space + 1)) : 0;
    if (filter < 0 || !preprocess_parse_resize(preprocess, text)) return false;
    preprocess->filter = (ImageFilter)filter;
    return true;
}

/* One part of the line between its commas; marks what it has named. */
static bool parse_part(Preprocess *preprocess, char *text, bool named[PREPROCESS_PARTS]) {
    const char *end;
    int channels = find_word(channel_words, 3, text, strlen(text));
    if (channels >= 0) {
        preprocess->channels = (ImageChannels)channels;
        return named[PREPROCESS_CHANNELS] = true;
    }
    if (strncmp(text, "resize ", 7) == 0) {
        named[PREPROCESS_RESIZE] = named[PREPROCESS_FILTER] = true;
        return parse_resize_part(preprocess, text + 7);
    }
    if (strncmp(text, "crop ", 5) == 0) {
        preprocess->crop = parse_side(text + 5, '\0', &end);
        return named[PREPROCESS_CROP] = preprocess->crop > 0;
    }
    named[PREPROCESS_SCALE] = true;
    return strncmp(text, "scale ", 6) == 0 && preprocess_parse_scale(text + 6, &preprocess->scale);
}

bool preprocess_parse(Preprocess *preprocess, const char *text, PreprocessOrigin origin) {
    Preprocess read = *preprocess;
    bool named[PREPROCESS_PARTS] = {false};
    char copy[PREPROCESS_TEXT_MAX];
    if (strlen(text) >= sizeof copy) return false;
    strcpy(copy, text);
    for (char *part = copy, *next; part; part = next) {
        next = strchr(part, ',');
        if (next) *next++ = '\0';
        while (next && *next == ' ') next++;
        if (!parse_part(&read, part, named)) return false;
    }
    for (int part = 0; part < PREPROCESS_PARTS; part++)
        if (named[part]) read.origins[part] = origin;
    *preprocess = read;
    return true;
}
