#include "views/term/colors.h"

#include <stdlib.h>

enum {
    PAIRS_MAX = 32000,  /* curses grows its table without limit, with stalls of 25 ms and more beyond this */
    INKS_MAX = 1 << 16, /* remembered combinations of Colors */
    TABLE_SIZE_FIRST = 1 << 10,
    WHITE = 7,
    BLACK = 0,
};

/* An open-addressing hash table from two 32-bit numbers to an ink. */
typedef struct Entry {
    uint64_t key;
    TermInk ink;
    bool used;
} Entry;

typedef struct Table {
    Entry *entries;
    size_t size, count; /* size is a power of two, at most half full */
} Table;

struct TermColors {
    TermColorsConfig config;
    Table inks;  /* of (fg Color, bg Color) */
    Table pairs; /* of (resolved fg, resolved bg) */
    int next_pair;
    bool thrifty;
};

static uint64_t color_key(uint32_t a, uint32_t b) {
    return (uint64_t)a << 32 | b;
}

/* Finalising step of MurmurHash3 (A. Appleby, public domain): neighbouring colours spread over the table. */
static size_t hash_of(uint64_t key) {
    key ^= key >> 33;
    key *= 0xff51afd7ed558ccdu;
    key ^= key >> 33;
    return (size_t)key;
}

/* The entry of the key, or the free one where it belongs. The table has a size. */
static Entry *table_slot(const Table *table, uint64_t key) {
    size_t at = hash_of(key) & (table->size - 1);
    while (table->entries[at].used && table->entries[at].key != key) at = (at + 1) & (table->size - 1);
    return &table->entries[at];
}

static bool table_grow(Table *table) {
    Table larger = {.size = table->size == 0 ? TABLE_SIZE_FIRST : 2 * table->size, .count = table->count};
    larger.entries = calloc(larger.size, sizeof *larger.entries);
    if (larger.entries == NULL) return false;
    for (size_t k = 0; k < table->size; k++) {
        if (table->entries[k].used) *table_slot(&larger, table->entries[k].key) = table->entries[k];
    }
    free(table->entries);
    *table = larger;
    return true;
}

static bool table_get(const Table *table, uint64_t key, TermInk *ink) {
    if (table->size == 0) return false;
    const Entry *entry = table_slot(table, key);
    if (entry->used) *ink = entry->ink;
    return entry->used;
}

static bool pair_table_put(Table *table, uint64_t key, TermInk ink) {
    if (2 * (table->count + 1) > table->size && !table_grow(table)) return false;
    *table_slot(table, key) = (Entry){.key = key, .ink = ink, .used = true};
    table->count++;
    return true;
}

static void pair_table_clear(Table *table) {
    free(table->entries);
    *table = (Table){.entries = NULL};
}

TermColors *term_colors_new(const TermColorsConfig *config) {
    TermColors *colors = malloc(sizeof *colors);
    if (colors == NULL) return NULL;
    *colors = (TermColors){.config = *config, .next_pair = 1};
    if (colors->config.pairs > PAIRS_MAX) colors->config.pairs = PAIRS_MAX;
    return colors;
}

void term_colors_free(TermColors *colors) {
    if (colors == NULL) return;
    term_colors_start_over(colors, false);
    free(colors);
}

void term_colors_start_over(TermColors *colors, bool thrifty) {
    pair_table_clear(&colors->inks);
    pair_table_clear(&colors->pairs);
    colors->next_pair = 1;
    colors->thrifty = thrifty;
}

void term_colors_set_theme(TermColors *colors, ThemeId theme) {
    colors->config.theme = theme;
    pair_table_clear(&colors->inks);
}

/* Photos keep 5 bits a channel (3 when thrifty), with the top bits repeated so that white stays white. */
static Color quantise(Color color, bool thrifty) {
    if (color_kind(color) != COLOR_KIND_RGB) return color;
    Rgb rgb = color_to_rgb(color);
    unsigned keep = thrifty ? 0xE0 : 0xF8, shift = thrifty ? 3 : 5;
    unsigned r = rgb.r & keep, g = rgb.g & keep, b = rgb.b & keep;
    return color_rgb((uint8_t)(r | r >> shift), (uint8_t)(g | g >> shift), (uint8_t)(b | b >> shift));
}

/* The pair for two resolved colours; false when the table is full. Without memory to remember it, pair 0. */
static bool find_pair(TermColors *colors, int fg, int bg, int *pair) {
    TermInk known;
    *pair = 0;
    if (colors->thrifty && colors->config.depth == COLOR_DEPTH_16) {
        if (fg < 0) fg = WHITE;
        if (bg < 0) bg = BLACK;
        if (fg == WHITE && bg == BLACK) return true;
    }
    if (fg < 0 && bg < 0) return true;
    uint64_t key = color_key((uint32_t)fg, (uint32_t)bg);
    if (table_get(&colors->pairs, key, &known)) {
        *pair = known.pair;
        return true;
    }
    if (colors->next_pair >= colors->config.pairs) return colors->thrifty;
    if (!pair_table_put(&colors->pairs, key, (TermInk){.pair = colors->next_pair})) return true;
    *pair = colors->next_pair++;
    colors->config.define(*pair, fg, bg);
    return true;
}

/* On 8 colours a bright foreground is bold; a map keeps to its base colours so that both halves of a cell
 * agree. */
static TermInk reduce_to_8(const TermColors *colors, Color fg_color, int *fg, int *bg) {
    TermInk ink = {.pair = 0};
    if (colors->config.colors >= 16) return ink;
    if (*fg >= 8 && color_kind(fg_color) == COLOR_KIND_ROLE) ink.attributes = CELL_BOLD;
    if (*fg >= 8) *fg &= 7;
    if (*bg >= 8) *bg &= 7;
    return ink;
}

static bool make_ink(TermColors *colors, Color fg_color, Color bg_color, TermInk *ink) {
    const TermColorsConfig *config = &colors->config;
    bool shows_color = config->depth != COLOR_DEPTH_NONE && config->theme != THEME_MONO;
    if (!shows_color) {
        *ink = (TermInk){.attributes = theme_mono_attributes(fg_color, bg_color)};
        return true;
    }
    int fg = theme_resolve(config->theme, fg_color, config->depth);
    int bg = theme_resolve(config->theme, bg_color, config->depth);
    *ink = reduce_to_8(colors, fg_color, &fg, &bg);
    return find_pair(colors, fg, bg, &ink->pair);
}

bool term_colors_find(TermColors *colors, const Cell *cell, TermInk *ink) {
    Color fg = quantise(cell->fg, colors->thrifty), bg = quantise(cell->bg, colors->thrifty);
    if (colors->thrifty && color_kind(bg) == COLOR_KIND_RGB) fg = bg;
    uint64_t key = color_key(fg, bg);
    if (!table_get(&colors->inks, key, ink)) {
        if (!make_ink(colors, fg, bg, ink)) return false;
        if (colors->inks.count >= INKS_MAX) pair_table_clear(&colors->inks);
        pair_table_put(&colors->inks, key, *ink); /* only a cache: without memory it is made again */
    }
    ink->attributes |= cell->attributes;
    return true;
}
