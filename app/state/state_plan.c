#include "app/state/state_plan.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/suggest.h"
#include "core/base/utf8.h"
#include "core/pass/pass.h"
#include "views/scene/scene.h"
#include "views/style/palette.h"

static const char VERSION[] = "v1:";

typedef enum FieldKind {
    FIELD_TEXT,   /* `limit` bytes */
    FIELD_NUMBER, /* `base` .. `limit`; base is the default */
    FIELD_WORD,   /* one of word(0), word(1) ... until NULL; 0 is the default */
} FieldKind;

enum { NO_GROUP = -1, NETWORK = 1 };

typedef struct StateField {
    const char *name;
    FieldKind kind;
    size_t offset;
    int base, limit;
    const char *(*word)(int k);
    int group;   /* LockGroup; NO_GROUP */
    int network; /* NETWORK: the network is another one when it differs */
} StateField;

static const char *pick(const char *const *words, int k) {
    for (int j = 0; j < k; j++)
        if (!words[j]) return NULL;
    return words[k];
}

static const char *shortcut_word(int k) {
    static const char *const words[] = {"", "A", "B", "C", NULL};
    return pick(words, k);
}

static const char *stride_word(int k) {
    static const char *const words[] = {"", "3x3", "1x1", NULL};
    return pick(words, k);
}

static const char *bn_word(int k) {
    static const char *const words[] = {"", "eval", "train", NULL};
    return pick(words, k);
}

static const char *skip_word(int k) {
    return k <= SKIP_LESION ? skip_mode_name((SkipMode)k) : NULL;
}

static const char *view_word(int k) {
    return k < VIEW_COUNT ? view_ops((ViewId)k)->name : NULL;
}

/* The default comes first. */
static const char *scope_word(int k) {
    static const char *const words[] = {"layer", "map", "group", "stage", "network", NULL};
    return pick(words, k);
}

static const char *order_word(int k) {
    return k < ORDER_COUNT ? order_name((ChannelOrder)k) : NULL;
}

static const char *pooling_word(int k) {
    static const char *const words[] = {"auto", "mean", "largest", NULL};
    return pick(words, k);
}

static const char *clip_word(int k) {
    static const char *const words[] = {"auto", "off", "on", NULL};
    return pick(words, k);
}

static const char *overlay_word(int k) {
    return k < OVERLAY_COUNT ? overlay_name((OverlayKind)k) : NULL;
}

static const char *explain_word(int k) {
    static const char *const words[] = {"off", "1", "2", "3", NULL};
    return pick(words, k);
}

static const char *versus_word(int k) {
    static const char *const words[] = {"cut", "plain", NULL};
    return pick(words, k);
}

/* Sequential palettes come first, then the diverging ones. */
static const char *sequential_word(int k) {
    if (k == 0) return "";
    return k <= PALETTE_RDBU ? palette_name((PaletteId)(k - 1)) : NULL;
}

static const char *diverging_word(int k) {
    if (k == 0) return "";
    return k <= PALETTE_COUNT - PALETTE_RDBU ? palette_name((PaletteId)(PALETTE_RDBU + k - 1)) : NULL;
}

static const char *twin_word(int k) {
    static const char *const words[] = {"both", "other", "difference", NULL};
    return pick(words, k);
}

static const char *switch_word(int k) {
    static const char *const words[] = {"off", "on", NULL};
    return pick(words, k);
}

#define TEXT(field)                                                                                          \
    .kind = FIELD_TEXT, .offset = offsetof(StatePlan, field), .limit = (int)sizeof((StatePlan *)0)->field
#define WORD(field, words) .kind = FIELD_WORD, .offset = offsetof(StatePlan, field), .word = words
#define NUMBER(field)      .kind = FIELD_NUMBER, .offset = offsetof(StatePlan, field), .limit = STATE_INDEX_MAX
#define OF_VIEW(ID, file)  {.name = #file, TEXT(look.views[VIEW_##ID]), .group = NO_GROUP},

/* The first two are written without their names. */
static const StateField fields[] = {
    {.name = "model", TEXT(model.arch), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "image", TEXT(picture.name), .group = LOCK_IMAGE},
    {.name = "weights", TEXT(model.weights), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "init", TEXT(model.init), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "seed", TEXT(model.seed), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "shortcut", WORD(model.shortcut, shortcut_word), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "stride-in", WORD(model.stride_in, stride_word), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "bn", WORD(model.bn, bn_word), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "skip", WORD(skips.mode, skip_word), .group = LOCK_SKIP},
    {.name = "lesion", TEXT(skips.lesions), .group = LOCK_SKIP},
    {.name = "swap", TEXT(skips.swaps), .group = LOCK_WEIGHTS},
    {.name = "target", NUMBER(picture.target), .base = -1, .group = LOCK_IMAGE},
    {.name = "at", TEXT(place.at), .group = NO_GROUP},
    {.name = "done", TEXT(place.done), .group = LOCK_RUN},
    {.name = "ch", NUMBER(place.channel), .group = NO_GROUP},
    {.name = "row", NUMBER(place.row), .group = NO_GROUP},
    {.name = "col", NUMBER(place.column), .group = NO_GROUP},
    {.name = "view", WORD(look.view, view_word), .group = LOCK_VIEW},
    VIEW_LIST(OF_VIEW){.name = "scope", WORD(look.scope, scope_word), .group = LOCK_SETTINGS},
    {.name = "order", WORD(look.order, order_word), .group = LOCK_SETTINGS},
    {.name = "pooling", WORD(look.pooling, pooling_word), .group = LOCK_SETTINGS},
    {.name = "clip", WORD(look.clip, clip_word), .group = LOCK_SETTINGS},
    {.name = "overlay", WORD(look.overlay, overlay_word), .group = LOCK_SETTINGS},
    {.name = "explain", WORD(look.explain, explain_word), .group = NO_GROUP},
    {.name = "versus", WORD(skips.versus, versus_word), .group = LOCK_SKIP},
    {.name = "palette", WORD(look.palettes[0], sequential_word), .group = LOCK_SETTINGS},
    {.name = "palette-signed", WORD(look.palettes[1], diverging_word), .group = LOCK_SETTINGS},
    {.name = "palette-gradients", WORD(look.palettes[2], diverging_word), .group = LOCK_SETTINGS},
    {.name = "palette-weights", WORD(look.palettes[3], diverging_word), .group = LOCK_SETTINGS},
    {.name = "twin", TEXT(twin.what), .group = LOCK_SKIP},
    {.name = "twin-as", WORD(twin.shown, twin_word), .group = LOCK_SKIP},
    {.name = "analysis", TEXT(look.analysis), .group = LOCK_VIEW},
    {.name = "cursor", NUMBER(picture.cursor), .group = NO_GROUP},
    {.name = "watch", TEXT(stops.watches), .group = NO_GROUP},
    {.name = "break", TEXT(stops.breaks), .group = NO_GROUP},
    {.name = "presenter", WORD(presenter, switch_word), .group = NO_GROUP},
    {.name = "lock", TEXT(handout.lock), .group = NO_GROUP},
    {.name = "hide", TEXT(handout.hide), .group = NO_GROUP},
};

enum { FIELD_COUNT = sizeof fields / sizeof fields[0], NAMELESS = 2 };

StatePlan state_plan_default(void) {
    return (StatePlan){.model.arch = "resnet20", .picture.target = -1};
}

static int *number_of(StatePlan *plan, const StateField *field) {
    return (int *)(void *)((char *)plan + field->offset);
}

static int number_in(const StatePlan *plan, const StateField *field) {
    return *(const int *)(const void *)((const char *)plan + field->offset);
}

static const char *text_in(const StatePlan *plan, const StateField *field) {
    return (const char *)plan + field->offset;
}

/* The value as it is written; "" for the default. */
static void write_value(const StatePlan *plan, const StateField *field, char out[STATE_VALUE_MAX]) {
    int number = field->kind == FIELD_TEXT ? 0 : number_in(plan, field);
    out[0] = '\0';
    if (field->kind == FIELD_TEXT)
        utf8_copy(out, STATE_VALUE_MAX, text_in(plan, field));
    else if (field->kind == FIELD_NUMBER && number != field->base)
        snprintf(out, STATE_VALUE_MAX, "%d", number);
    else if (field->kind == FIELD_WORD && number != 0)
        utf8_copy(out, STATE_VALUE_MAX, field->word(number));
}

static bool is_plain(char c) {
    return isalnum((unsigned char)c) || (c != '\0' && strchr("._-/:+", c));
}

/* Nothing that a shell would take for itself. */
static void encode(char *out, size_t out_size, size_t *used, const char *text) {
    for (; *text && *used + 4 < out_size; text++)
        *used += (size_t)snprintf(out + *used, out_size - *used, is_plain(*text) ? "%c" : "%%%02X",
                                  (unsigned char)*text);
}

size_t state_plan_format(const StatePlan *plan, char *out, size_t out_size) {
    size_t used = (size_t)snprintf(out, out_size, "%s", VERSION);
    for (int k = 0; k < FIELD_COUNT; k++) {
        char value[STATE_VALUE_MAX];
        write_value(plan, &fields[k], value);
        if (*value == '\0' || used + 2 * strlen(fields[k].name) + 4 > out_size) continue;
        if (k > 0) used += (size_t)snprintf(out + used, out_size - used, ",");
        if (k >= NAMELESS) used += utf8_format(out + used, out_size - used, "%s=", fields[k].name);
        encode(out, out_size, &used, value);
    }
    return used;
}

static int hex_digit(char c) {
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 32) - 'a' + 10 : -1;
}

/* Takes the %XX away; false when one is broken or stands for a control character. */
static bool decode(const char *text, size_t length, char *out, size_t out_size) {
    size_t used = 0;
    for (size_t k = 0; k < length; k++) {
        int code = (unsigned char)text[k];
        if (code == '%') {
            int high = k + 2 < length + 1 ? hex_digit(text[k + 1]) : -1;
            int low = high >= 0 && k + 2 < length ? hex_digit(text[k + 2]) : -1;
            if (low < 0) return false;
            code = 16 * high + low;
            k += 2;
        }
        if (code < ' ' || code == 0x7F || used + 1 >= out_size) return false;
        out[used++] = (char)code;
    }
    out[used] = '\0';
    return true;
}

static bool refuse_word(const StateField *field, const char *value, Error *err) {
    char list[256] = "";
    for (int k = 0; field->word(k); k++) {
        size_t used = strlen(list);
        if (*field->word(k))
            utf8_format(list + used, sizeof list - used, "%s%s", used ? ", " : "", field->word(k));
    }
    return error_set(err, ERROR_USAGE, "state: field '%s': expected one of %s, found '%.*s'", field->name,
                     list, utf8_first(value, 60), value);
}

static bool read_word(const StateField *field, const char *value, StatePlan *plan, Error *err) {
    for (int k = 0; field->word(k); k++)
        if (*value && strcmp(value, field->word(k)) == 0) {
            *number_of(plan, field) = k;
            return true;
        }
    return refuse_word(field, value, err);
}

static bool read_number(const StateField *field, const char *value, StatePlan *plan, Error *err) {
    size_t digits = strspn(value, "0123456789");
    long number = digits > 0 && digits <= 7 && value[digits] == '\0' ? strtol(value, NULL, 10) : -1;
    if (number < 0 || number > field->limit)
        return error_set(err, ERROR_USAGE, "state: field '%s': expected a number from 0 to %d, found '%.*s'",
                         field->name, field->limit, utf8_first(value, 60), value);
    *number_of(plan, field) = (int)number;
    return true;
}

static bool read_value(const StateField *field, const char *value, StatePlan *plan, Error *err) {
    if (field->kind == FIELD_WORD) return read_word(field, value, plan, err);
    if (field->kind == FIELD_NUMBER) return read_number(field, value, plan, err);
    if (*value == '\0') return error_set(err, ERROR_USAGE, "state: field '%s' is empty", field->name);
    if (strlen(value) >= (size_t)field->limit)
        return error_set(err, ERROR_USAGE, "state: field '%s' has more than %d bytes", field->name,
                         field->limit - 1);
    memcpy((char *)plan + field->offset, value, strlen(value) + 1);
    return true;
}

static const StateField *find_field(const char *name, Error *err) {
    Suggestion suggestion = suggest_begin(name);
    for (int k = 0; k < FIELD_COUNT; k++) {
        if (strcmp(fields[k].name, name) == 0) return &fields[k];
        suggest_offer(&suggestion, fields[k].name);
    }
    const char *best = suggest_best(&suggestion);
    error_set(err, ERROR_USAGE, "state: there is no field '%s'%s%s%s", name, best ? "; the nearest is '" : "",
              best ? best : "", best ? "'" : "");
    return NULL;
}

/* What has been read so far. */
typedef struct Reader {
    StatePlan plan;
    bool seen[FIELD_COUNT];
    int place; /* of the field in the string, from 0 */
} Reader;

static bool read_field(Reader *reader, const char *text, size_t length, Error *err) {
    char name[STATE_WORD_MAX], value[STATE_VALUE_MAX];
    const char *equals = memchr(text, '=', length);
    const StateField *field = NULL;
    if (equals) {
        utf8_format(name, sizeof name, "%.*s", (int)(equals - text), text);
        field = find_field(name, err);
        if (!field) return false;
        length -= (size_t)(equals + 1 - text);
        text = equals + 1;
    } else if (reader->place < NAMELESS) {
        field = &fields[reader->place];
    } else {
        return error_set(err, ERROR_USAGE,
                         "state: expected NAME=VALUE behind network and picture, found '%.*s'",
                         length < 60 ? (int)length : 60, text);
    }
    if (reader->seen[field - fields])
        return error_set(err, ERROR_USAGE, "state: field '%s' stands there twice", field->name);
    reader->seen[field - fields] = true;
    if (!decode(text, length, value, sizeof value))
        return error_set(err, ERROR_USAGE, "state: field '%s' is too long, or has a broken %%XX in it",
                         field->name);
    return read_value(field, value, &reader->plan, err);
}

bool state_plan_parse(const char *text, StatePlan *plan, Error *err) {
    Reader reader = {.plan = state_plan_default()};
    if (strncmp(text, VERSION, sizeof VERSION - 1) != 0)
        return error_set(
            err, ERROR_USAGE,
            "state: expected a text that begins with %s, as in v1:resnet20,cat,view=maps; found '%.*s'",
            VERSION, utf8_first(text, 60), text);
    if (strlen(text) >= STATE_TEXT_MAX)
        return error_set(err, ERROR_USAGE, "state: longer than %d bytes", STATE_TEXT_MAX - 1);
    text += sizeof VERSION - 1;
    while (*text) {
        size_t length = strcspn(text, ",");
        if (!read_field(&reader, text, length, err)) return false;
        text += length;
        if (*text && text[1] == '\0')
            return error_set(err, ERROR_USAGE, "state: nothing stands behind the last comma");
        text += *text != '\0';
        reader.place++;
    }
    *plan = reader.plan;
    return true;
}

static bool same_field(const StatePlan *a, const StatePlan *b, const StateField *field) {
    char mine[STATE_VALUE_MAX], yours[STATE_VALUE_MAX];
    write_value(a, field, mine);
    write_value(b, field, yours);
    return strcmp(mine, yours) == 0;
}

bool state_plan_same(const StatePlan *a, const StatePlan *b, LockGroup group) {
    for (int k = 0; k < FIELD_COUNT; k++)
        if (fields[k].group == (int)group && !same_field(a, b, &fields[k])) return false;
    return true;
}

bool state_plan_same_network(const StatePlan *a, const StatePlan *b) {
    for (int k = 0; k < FIELD_COUNT; k++)
        if (fields[k].network == NETWORK && !same_field(a, b, &fields[k])) return false;
    return true;
}
