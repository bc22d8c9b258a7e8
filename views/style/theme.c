#include "views/style/theme.h"

#include <assert.h>
#include <stddef.h>
#include <strings.h>

#include "views/style/palette.h"

enum { DEFAULT = -1 };

/* A role in 256 and in 16 colours; the RGB form is that of the 256-colour index, so that both agree. */
typedef struct RoleColor {
    short index_256, index_16;
} RoleColor;

const char *const theme_names[THEME_COUNT + 1] = {
    [THEME_DARK] = "dark", [THEME_LIGHT] = "light", [THEME_CONTRAST] = "contrast", [THEME_MONO] = "mono"};

static const RoleColor dark_roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {DEFAULT, DEFAULT}, [ROLE_DIM] = {246, 7},      [ROLE_TITLE] = {231, 15},
    [ROLE_ACCENT] = {221, 11},        [ROLE_KEY] = {117, 14},     [ROLE_GOOD] = {114, 10},
    [ROLE_WARN] = {215, 11},          [ROLE_BAD] = {210, 9},      [ROLE_SKIP] = {80, 14},
    [ROLE_BRANCH] = {179, 11},        [ROLE_FORWARD] = {111, 14}, [ROLE_BACKWARD] = {216, 13},
    [ROLE_PLAIN] = {176, 13},         [ROLE_READ] = {87, 14},     [ROLE_WRITE] = {203, 9},
    [ROLE_BORDER] = {244, 7},         [ROLE_FOCUS] = {117, 14},   [ROLE_CURSOR] = {24, 4},
    [ROLE_CURSOR_TEXT] = {231, 15},   [ROLE_BAR] = {236, 7},      [ROLE_BAR_TEXT] = {252, 0},
    [ROLE_MARK] = {201, 13},          [ROLE_INVALID] = {203, 9},
};

static const RoleColor light_roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {DEFAULT, DEFAULT},
    [ROLE_DIM] = {241, 0},
    [ROLE_TITLE] = {16, 0},
    [ROLE_ACCENT] = {90, 5},
    [ROLE_KEY] = {25, 4},
    [ROLE_GOOD] = {22, 4},
    [ROLE_WARN] = {94, 5},
    [ROLE_BAD] = {124, 1},
    [ROLE_SKIP] = {24, 4},
    [ROLE_BRANCH] = {94, 5},
    [ROLE_FORWARD] = {25, 4},
    [ROLE_BACKWARD] = {125, 1},
    [ROLE_PLAIN] = {53, 5},
    [ROLE_READ] = {23, 4},
    [ROLE_WRITE] = {124, 1},
    [ROLE_BORDER] = {243, 8},
    [ROLE_FOCUS] = {25, 4},
    [ROLE_CURSOR] = {153, 6},
    [ROLE_CURSOR_TEXT] = {16, 0},
    [ROLE_BAR] = {254, 7},
    [ROLE_BAR_TEXT] = {236, 0},
    [ROLE_MARK] = {201, 13},
    [ROLE_INVALID] = {124, 1},
};

static const RoleColor contrast_roles[ROLE_COUNT] = {
    [ROLE_TEXT] = {231, 15},      [ROLE_DIM] = {252, 7},      [ROLE_TITLE] = {231, 15},
    [ROLE_ACCENT] = {226, 11},    [ROLE_KEY] = {123, 14},     [ROLE_GOOD] = {120, 10},
    [ROLE_WARN] = {220, 11},      [ROLE_BAD] = {217, 11},     [ROLE_SKIP] = {51, 14},
    [ROLE_BRANCH] = {214, 11},    [ROLE_FORWARD] = {117, 14}, [ROLE_BACKWARD] = {219, 11},
    [ROLE_PLAIN] = {183, 7},      [ROLE_READ] = {51, 14},     [ROLE_WRITE] = {217, 11},
    [ROLE_BORDER] = {252, 7},     [ROLE_FOCUS] = {226, 11},   [ROLE_CURSOR] = {226, 11},
    [ROLE_CURSOR_TEXT] = {16, 0}, [ROLE_BAR] = {231, 15},     [ROLE_BAR_TEXT] = {16, 0},
    [ROLE_MARK] = {201, 13},      [ROLE_INVALID] = {213, 15},
};

static const RoleColor *const themes[THEME_COUNT] = {
    [THEME_DARK] = dark_roles, [THEME_LIGHT] = light_roles, [THEME_CONTRAST] = contrast_roles};

bool theme_find(const char *name, ThemeId *theme) {
    for (int k = 0; k < THEME_COUNT; k++) {
        if (strcasecmp(name, theme_names[k]) == 0) {
            *theme = (ThemeId)k;
            return true;
        }
    }
    return false;
}

/* A state is never told by colour alone, so only emphasis has to survive. */
unsigned theme_mono_attributes(Color fg, Color bg) {
    unsigned attributes = 0;
    if (fg == color_role(ROLE_TITLE) || fg == color_role(ROLE_KEY) || fg == color_role(ROLE_ACCENT) ||
        fg == color_role(ROLE_FOCUS) || fg == color_role(ROLE_BAD)) {
        attributes |= CELL_BOLD;
    }
    if (fg == color_role(ROLE_DIM)) attributes |= CELL_DIM;
    if (fg == color_role(ROLE_MARK) || bg == color_role(ROLE_MARK)) attributes |= CELL_REVERSE;
    if (bg == color_role(ROLE_CURSOR) || bg == color_role(ROLE_BAR)) attributes |= CELL_REVERSE;
    return attributes;
}

PaletteId theme_palette(ThemeId theme, PaletteUse use) {
    bool light = theme == THEME_LIGHT;
    switch (use) {
    case PALETTE_USE_MAGNITUDE: return light ? PALETTE_DUSK : PALETTE_VIRIDIS;
    case PALETTE_USE_ACTIVATION: return light ? PALETTE_RDBU : PALETTE_BLUE_ORANGE;
    case PALETTE_USE_GRADIENT: return light ? PALETTE_PIYG : PALETTE_GREEN_MAGENTA;
    case PALETTE_USE_WEIGHT: return light ? PALETTE_PUOR : PALETTE_PURPLE_GOLD;
    }
    return PALETTE_VIRIDIS;
}

static int pack(Rgb rgb) {
    return rgb.r << 16 | rgb.g << 8 | rgb.b;
}

static int resolve_role(ThemeId theme, Role role, ColorDepth depth) {
    RoleColor color = themes[theme][role];
    if (color.index_256 == DEFAULT) return DEFAULT;
    if (depth == COLOR_DEPTH_RGB) return pack(color_of_index_256(color.index_256));
    return depth == COLOR_DEPTH_256 ? color.index_256 : color.index_16;
}

static int resolve_map(PaletteId palette, int level, ColorDepth depth) {
    if (depth == COLOR_DEPTH_RGB) return pack(palette_rgb(palette, level));
    return depth == COLOR_DEPTH_256 ? palette_index_256(palette, level) : palette_index_16(palette, level);
}

static int resolve_rgb(Rgb rgb, ColorDepth depth) {
    if (depth == COLOR_DEPTH_RGB) return pack(rgb);
    return depth == COLOR_DEPTH_256 ? color_nearest_256(rgb) : color_nearest_16(rgb);
}

static int resolve_on_map(PaletteId palette, int level, ColorDepth depth) {
    enum { LIGHT = 49 }; /* L* above which black reads better than white, both at 4.5:1 or more there */
    int drawn = resolve_map(palette, level, depth);
    Rgb ground = depth == COLOR_DEPTH_RGB ? palette_rgb(palette, level) : color_of_index_256(drawn);
    bool black = color_lightness(ground) > LIGHT;
    return resolve_rgb(black ? (Rgb){0, 0, 0} : (Rgb){255, 255, 255}, depth);
}

int theme_resolve(ThemeId theme, Color color, ColorDepth depth) {
    assert(theme < THEME_COUNT);
    if (depth == COLOR_DEPTH_NONE || theme == THEME_MONO) return DEFAULT;
    switch (color_kind(color)) {
    case COLOR_KIND_ROLE: return resolve_role(theme, (Role)(color & 0xFF), depth);
    case COLOR_KIND_MAP: return resolve_map((PaletteId)(color >> 8 & 0xFF), (int)(color & 0xFF), depth);
    case COLOR_KIND_ON_MAP:
        return resolve_on_map((PaletteId)(color >> 8 & 0xFF), (int)(color & 0xFF), depth);
    case COLOR_KIND_RGB: return resolve_rgb(color_to_rgb(color), depth);
    case COLOR_KIND_DEFAULT:
    case COLOR_KIND_KEEP: break;
    }
    return DEFAULT;
}
