#include "views/scene/setting.h"

#include <string.h>

#include "core/base/utf8.h"

enum { SEQUENTIAL = PALETTE_RDBU, DIVERGING = PALETTE_COUNT - PALETTE_RDBU };

/* The first value is the theme's own, which has no word. */
static const char *sequential_word(int value) {
    if (value == 0) return "";
    return value <= SEQUENTIAL ? palette_name((PaletteId)(value - 1)) : NULL;
}

static const char *diverging_word(int value) {
    if (value == 0) return "";
    return value <= DIVERGING ? palette_name((PaletteId)(PALETTE_RDBU + value - 1)) : NULL;
}

#define SETTING_ROW(TO, ID, type, field_, first, keep, touches, label, help, list, says)                     \
    [SETTING_##ID] = {.name = label,                                                                         \
                      .action = ACTION_##ID,                                                                 \
                      .kept = SETTING_KEPT_##keep,                                                           \
                      .offset = offsetof(Settings, field_),                                                  \
                      .initial = first,                                                                      \
                      .words = list,                                                                         \
                      .sentences = says},
#define PALETTE_ROW(ID, label, use, list)                                                                    \
    [SETTING_##ID] = {.name = label,                                                                         \
                      .action = ACTION_PALETTE,                                                              \
                      .kept = SETTING_KEPT_STATE,                                                            \
                      .offset = offsetof(Settings, palettes[PALETTE_USE_##use]),                             \
                      .word = list},

static const SettingSpec specs[SETTING_COUNT] = {
    SETTING_LIST(SETTING_ROW, 0) PALETTE_ROW(PALETTE, "palette", MAGNITUDE, sequential_word)
        PALETTE_ROW(PALETTE_SIGNED, "palette-signed", ACTIVATION, diverging_word)
            PALETTE_ROW(PALETTE_GRADIENTS, "palette-gradients", GRADIENT, diverging_word)
                PALETTE_ROW(PALETTE_WEIGHTS, "palette-weights", WEIGHT, diverging_word)};

#define SETTING_IS_INT(TO, ID, type, ...)                                                                    \
    _Static_assert(sizeof(type) == sizeof(int), "a setting is read and written as an int");
SETTING_LIST(SETTING_IS_INT, 0)

const SettingSpec *setting_spec(SettingId id) {
    return &specs[id];
}

SettingId setting_of(ActionId action) {
    for (int id = 0; id < SETTING_PALETTE; id++)
        if (specs[id].action == action) return (SettingId)id;
    return SETTING_COUNT;
}

Settings setting_defaults(void) {
    Settings settings = {.scope = SCOPE_MAP};
    for (int id = 0; id < SETTING_COUNT; id++) setting_set(&settings, (SettingId)id, specs[id].initial);
    return settings;
}

int setting_get(const Settings *settings, SettingId id) {
    int value;
    memcpy(&value, (const char *)settings + specs[id].offset, sizeof value);
    return value;
}

void setting_set(Settings *settings, SettingId id, int value) {
    memcpy((char *)settings + specs[id].offset, &value, sizeof value);
}

const char *setting_word(SettingId id, int value) {
    const SettingSpec *spec = &specs[id];
    if (spec->word) return spec->word(value);
    for (int k = 0; k < value; k++)
        if (!spec->words[k]) return NULL;
    return spec->words[value];
}

const char *setting_offer(SettingId id, int place) {
    const char *first = setting_word(id, 0);
    if (strcmp(first, "off") != 0 && *first) return setting_word(id, place);
    const char *word = setting_word(id, place + 1);
    if (word || *first == '\0') return word;
    return setting_word(id, place) ? first : NULL;
}

void setting_list_words(SettingId id, char *out, size_t size) {
    size_t used = 0;
    for (int k = 0; setting_offer(id, k) && used < size; k++) {
        const char *separator = setting_offer(id, k + 1) ? ", " : " or ";
        used += utf8_format(out + used, size - used, "%s%s", k == 0 ? "" : separator, setting_offer(id, k));
    }
}

static bool refuse_setting(SettingId id, const char *word, Error *err) {
    char list[SETTING_LIST_MAX];
    setting_list_words(id, list, sizeof list);
    return error_set(err, ERROR_USAGE, "%s: expected %s, found '%s'", specs[id].name, list, word);
}

static bool find_setting_value(SettingId id, const char *word, int *value, Error *err) {
    for (int k = 0; setting_word(id, k); k++) {
        if (strcmp(word, setting_word(id, k)) != 0) continue;
        *value = k;
        return true;
    }
    return refuse_setting(id, word, err);
}

bool setting_choose(Settings *settings, SettingId id, const char *word, Error *err) {
    int value = setting_get(settings, id) + 1;
    if (*word && !find_setting_value(id, word, &value, err)) return false;
    setting_set(settings, id, setting_word(id, value) ? value : 0);
    return true;
}

void setting_copy(Settings *to, const Settings *from, SettingKept kept) {
    for (int id = 0; id < SETTING_COUNT; id++)
        if (specs[id].kept == kept) setting_set(to, (SettingId)id, setting_get(from, (SettingId)id));
}

static PaletteId first_for(PaletteUse use) {
    return use == PALETTE_USE_MAGNITUDE ? PALETTE_VIRIDIS : PALETTE_RDBU;
}

PaletteId setting_palette(const Settings *settings, PaletteUse use) {
    int place = settings->palettes[use];
    return place == 0 ? theme_palette(settings->theme, use) : (PaletteId)((int)first_for(use) + place - 1);
}

const char *setting_palette_use(PaletteUse use) {
    static const char *const words[PALETTE_USES] = {[PALETTE_USE_ACTIVATION] = "activations",
                                                    [PALETTE_USE_GRADIENT] = "gradients",
                                                    [PALETTE_USE_WEIGHT] = "weights"};
    return words[use];
}

PaletteUse setting_set_palette(Settings *settings, PaletteUse use, PaletteId palette) {
    if (!palette_is_diverging(palette))
        use = PALETTE_USE_MAGNITUDE;
    else if (use == PALETTE_USE_MAGNITUDE)
        use = PALETTE_USE_ACTIVATION;
    bool own = palette == theme_palette(settings->theme, use);
    settings->palettes[use] = own ? 0 : (int)palette - (int)first_for(use) + 1;
    return use;
}
