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
    FIELD_TEXT,    /* `limit` bytes */
    FIELD_NUMBER,  /* `base` .. `limit`; base is the default */
    FIELD_WORD,    /* one of word(0), word(1) ... until NULL; 0 is the default */
    FIELD_SETTING, /* one of the setting's words */
} FieldKind;

enum { NO_GROUP = -1, NETWORK = 1 };

typedef struct StateField {
    const char *name;
    FieldKind kind;
    size_t offset;
    int base, limit;
    const char *(*word)(int k);
    SettingId setting;
    int group;   /* LockGroup; NO_GROUP; a setting has that of its action */
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

static const char *twin_word(int k) {
    static const char *const words[] = {"both", "other", "difference", NULL};
    return pick(words, k);
}

#define TEXT(field)                                                                                          \
    .kind = FIELD_TEXT, .offset = offsetof(StatePlan, field), .limit = (int)sizeof((StatePlan *)0)->field
#define WORD(field, words) .kind = FIELD_WORD, .offset = offsetof(StatePlan, field), .word = words
#define NUMBER(field)      .kind = FIELD_NUMBER, .offset = offsetof(StatePlan, field), .limit = STATE_INDEX_MAX
#define OF_VIEW(ID, file)  {.name = #file, TEXT(look.views[VIEW_##ID]), .group = NO_GROUP},

/* In the order in which they are written; the first two without their names. */
static const StateField before_settings[] = {
    {.name = "model", TEXT(model.arch), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "image", TEXT(picture.name), .group = LOCK_IMAGE},
    {.name = "weights", TEXT(model.weights), .group = LOCK_WEIGHTS, .network = NETWORK},
    {.name = "key", TEXT(model.key), .group = LOCK_WEIGHTS, .network = NETWORK},
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
    {.name = "ch", NUMBER(place.channel), .base = -1, .group = NO_GROUP},
    {.name = "row", NUMBER(place.row), .base = -1, .group = NO_GROUP},
    {.name = "col", NUMBER(place.column), .base = -1, .group = NO_GROUP},
    {.name = "view", WORD(look.view, view_word), .group = LOCK_VIEW},
    VIEW_LIST(OF_VIEW)};
static const StateField after_settings[] = {
    {.name = "twin", TEXT(twin.what), .group = LOCK_SKIP},
    {.name = "twin-as", WORD(twin.shown, twin_word), .group = LOCK_SKIP},
    {.name = "analysis", TEXT(look.analysis), .group = LOCK_VIEW},
    {.name = "cursor", NUMBER(picture.cursor), .group = NO_GROUP},
    {.name = "watch", TEXT(stops.watches), .group = NO_GROUP},
    {.name = "break", TEXT(stops.breaks), .group = NO_GROUP},
};
static const StateField after_readers[] = {
    {.name = "lock", TEXT(handout.lock), .group = NO_GROUP},
    {.name = "hide", TEXT(handout.hide), .group = NO_GROUP},
};

enum {
    FIELDS_MAX = sizeof before_settings / sizeof *before_settings +
                 sizeof after_settings / sizeof *after_settings +
                 sizeof after_readers / sizeof *after_readers + SETTING_COUNT,
    NAMELESS = 2
};

static void add_fields(StateField *fields, int *count, const StateField *more, size_t more_count) {
    memcpy(&fields[*count], more, more_count * sizeof *more);
    *count += (int)more_count;
}

static void add_settings(StateField *fields, int *count, SettingKept kept) {
    for (int id = 0; id < SETTING_COUNT; id++) {
        const SettingSpec *spec = setting_spec((SettingId)id);
        if (spec->kept != kept) continue;
        fields[(*count)++] = (StateField){.name = spec->name,
                                          .kind = FIELD_SETTING,
                                          .setting = (SettingId)id,
                                          .group = handout_lock_of(spec->action)};
    }
}

/* All of them; NULL after the last. */
static const StateField *field_at(int k) {
    static StateField fields[FIELDS_MAX];
    static int count;
    if (count == 0) {
        add_fields(fields, &count, before_settings, sizeof before_settings / sizeof *before_settings);
        add_settings(fields, &count, SETTING_KEPT_STATE);
        add_fields(fields, &count, after_settings, sizeof after_settings / sizeof *after_settings);
        add_settings(fields, &count, SETTING_KEPT_BOTH);
        add_fields(fields, &count, after_readers, sizeof after_readers / sizeof *after_readers);
    }
    return k < count ? &fields[k] : NULL;
}

StatePlan state_plan_default(void) {
    return (StatePlan){.model.arch = "resnet20",
                       .picture.target = -1,
                       .place = {.channel = -1, .row = -1, .column = -1},
                       .look.settings = setting_defaults()};
}

static void set_number(StatePlan *plan, const StateField *field, int number) {
    if (field->kind == FIELD_SETTING)
        setting_set(&plan->look.settings, field->setting, number);
    else
        *(int *)(void *)((char *)plan + field->offset) = number;
}

static int number_in(const StatePlan *plan, const StateField *field) {
    if (field->kind == FIELD_SETTING) return setting_get(&plan->look.settings, field->setting);
    return *(const int *)(const void *)((const char *)plan + field->offset);
}

static int default_of(const StateField *field) {
    return field->kind == FIELD_SETTING ? setting_spec(field->setting)->initial : field->base;
}

static const char *word_of(const StateField *field, int k) {
    return field->kind == FIELD_SETTING ? setting_word(field->setting, k) : field->word(k);
}

static const char *text_in(const StatePlan *plan, const StateField *field) {
    return (const char *)plan + field->offset;
}

/* The value as it is written; "" for the default. */
static void write_value(const StatePlan *plan, const StateField *field, char out[STATE_VALUE_MAX]) {
    out[0] = '\0';
    if (field->kind == FIELD_TEXT) {
        utf8_copy(out, STATE_VALUE_MAX, text_in(plan, field));
        return;
    }
    int number = number_in(plan, field);
    if (number == default_of(field)) return;
    if (field->kind == FIELD_NUMBER)
        snprintf(out, STATE_VALUE_MAX, "%d", number);
    else
        utf8_copy(out, STATE_VALUE_MAX, word_of(field, number));
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
    const StateField *field;
    for (int k = 0; (field = field_at(k)); k++) {
        char value[STATE_VALUE_MAX];
        write_value(plan, field, value);
        if (*value == '\0' || used + 2 * strlen(field->name) + 4 > out_size) continue;
        if (k > 0) used += (size_t)snprintf(out + used, out_size - used, ",");
        if (k >= NAMELESS) used += utf8_format(out + used, out_size - used, "%s=", field->name);
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
    for (int k = 0; word_of(field, k); k++) {
        size_t used = strlen(list);
        if (*word_of(field, k))
            utf8_format(list + used, sizeof list - used, "%s%s", used ? ", " : "", word_of(field, k));
    }
    return error_set(err, ERROR_USAGE, "state: field '%s': expected one of %s, found '%.*s'", field->name,
                     list, utf8_first(value, 60), value);
}

static bool read_word(const StateField *field, const char *value, StatePlan *plan, Error *err) {
    for (int k = 0; word_of(field, k); k++)
        if (*value && strcmp(value, word_of(field, k)) == 0) {
            set_number(plan, field, k);
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
    set_number(plan, field, (int)number);
    return true;
}

static bool read_value(const StateField *field, const char *value, StatePlan *plan, Error *err) {
    if (field->kind == FIELD_WORD || field->kind == FIELD_SETTING) return read_word(field, value, plan, err);
    if (field->kind == FIELD_NUMBER) return read_number(field, value, plan, err);
    if (*value == '\0') return error_set(err, ERROR_USAGE, "state: field '%s' is empty", field->name);
    if (strlen(value) >= (size_t)field->limit)
        return error_set(err, ERROR_USAGE, "state: field '%s' has more than %d bytes", field->name,
                         field->limit - 1);
    memcpy((char *)plan + field->offset, value, strlen(value) + 1);
    return true;
}

static const StateField *find_field(const char *name, int *place, Error *err) {
    Suggestion suggestion = suggest_begin(name);
    const StateField *field;
    for (*place = 0; (field = field_at(*place)); (*place)++) {
        if (strcmp(field->name, name) == 0) return field;
        suggest_offer(&suggestion, field->name);
    }
    const char *best = suggest_best(&suggestion);
    error_set(err, ERROR_USAGE, "state: there is no field '%s'%s%s%s", name, best ? "; the nearest is '" : "",
              best ? best : "", best ? "'" : "");
    return NULL;
}

/* What has been read so far. */
typedef struct Reader {
    StatePlan plan;
    bool seen[FIELDS_MAX];
    int place; /* of the field in the string, from 0 */
} Reader;

static bool read_field(Reader *reader, const char *text, size_t length, Error *err) {
    char name[STATE_WORD_MAX], value[STATE_VALUE_MAX];
    const char *equals = memchr(text, '=', length);
    const StateField *field = NULL;
    int number = reader->place; /* of the field among all there are */
    if (equals) {
        utf8_format(name, sizeof name, "%.*s", (int)(equals - text), text);
        field = find_field(name, &number, err);
        if (!field) return false;
        length -= (size_t)(equals + 1 - text);
        text = equals + 1;
    } else if (reader->place < NAMELESS) {
        field = field_at(number);
    } else {
        return error_set(err, ERROR_USAGE,
                         "state: expected NAME=VALUE after network and picture, found '%.*s'",
                         length < 60 ? (int)length : 60, text);
    }
    if (reader->seen[number])
        return error_set(err, ERROR_USAGE, "state: field '%s' stands there twice", field->name);
    reader->seen[number] = true;
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
            return error_set(err, ERROR_USAGE, "state: nothing stands after the last comma");
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
    const StateField *field;
    for (int k = 0; (field = field_at(k)); k++)
        if (field->group == (int)group && !same_field(a, b, field)) return false;
    return true;
}

bool state_plan_same_network(const StatePlan *a, const StatePlan *b) {
    const StateField *field;
    for (int k = 0; (field = field_at(k)); k++)
        if (field->network == NETWORK && !same_field(a, b, field)) return false;
    return true;
}
