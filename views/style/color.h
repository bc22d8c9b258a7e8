/* Colours as views name them: by meaning, not by number. A Color says what it is; views/style/palette turns
 * it into what a theme and a colour depth can show. */
#ifndef VIEWS_STYLE_COLOR_H
#define VIEWS_STYLE_COLOR_H

#include <stdint.h>

typedef uint32_t Color;

typedef struct Rgb {
    uint8_t r, g, b;
} Rgb;

typedef enum ColorKind {
    COLOR_KIND_DEFAULT, /* the terminal's own foreground or background */
    COLOR_KIND_ROLE,    /* a named role of the theme */
    COLOR_KIND_MAP,     /* one level of a colour map */
    COLOR_KIND_ON_MAP,  /* black or white: text on a level of a colour map */
    COLOR_KIND_RGB,     /* a pixel of a photo */
    COLOR_KIND_KEEP,    /* drawing leaves the cell's present colour; never stored in a cell */
} ColorKind;

/* How many colours the output can show. AUTO is a wish, never a result. */
typedef enum ColorDepth {
    COLOR_DEPTH_AUTO,
    COLOR_DEPTH_NONE,
    COLOR_DEPTH_16,
    COLOR_DEPTH_256,
    COLOR_DEPTH_RGB,
} ColorDepth;

typedef enum Role {
    ROLE_TEXT,
    ROLE_DIM,    /* hints, units, what matters less */
    ROLE_TITLE,  /* headings */
    ROLE_ACCENT, /* the one thing to look at */
    ROLE_KEY,    /* a key to press */
    ROLE_GOOD,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_SKIP,     /* the shortcut route */
    ROLE_BRANCH,   /* the route through F */
    ROLE_FORWARD,  /* activations, the forward pass */
    ROLE_BACKWARD, /* gradients, the backward pass */
    ROLE_PLAIN,    /* the plain twin */
    ROLE_READ,     /* about to be read */
    ROLE_WRITE,    /* about to be written */
    ROLE_BORDER,
    ROLE_FOCUS,       /* border of the pane that has the keys */
    ROLE_CURSOR,      /* background of the selected row */
    ROLE_CURSOR_TEXT, /* text on ROLE_CURSOR */
    ROLE_BAR,         /* background of title and status bars */
    ROLE_BAR_TEXT,    /* text on ROLE_BAR */
    ROLE_MARK,        /* a frame in a picture; in maps of magenta, see palette_mark */
    ROLE_INVALID,     /* NaN, infinity, dead channels */
    ROLE_COUNT,
} Role;

typedef enum PaletteId {
    PALETTE_VIRIDIS,
    PALETTE_CIVIDIS,
    PALETTE_MAGMA,
    PALETTE_GRAY,
    PALETTE_DUSK,          /* from pale to dark, for light backgrounds */
    PALETTE_RDBU,          /* diverging: blue, white, red */
    PALETTE_BLUE_ORANGE,   /* diverging with a dark centre, for dark terminals */
    PALETTE_PIYG,          /* diverging: green, white, pink */
    PALETTE_GREEN_MAGENTA, /* the same with a dark centre */
    PALETTE_PUOR,          /* diverging: purple, white, ochre */
    PALETTE_PURPLE_GOLD,   /* the same with a dark centre */
    PALETTE_COUNT,
} PaletteId;

/* Levels of a colour map: sequential maps use 0..63, diverging maps 1..63 with zero at exactly 32. */
enum { PALETTE_LEVELS = 64, PALETTE_ZERO = 32, PALETTE_INVALID = -1 };

#define COLOR_DEFAULT ((Color)0)
#define COLOR_KEEP    ((Color)COLOR_KIND_KEEP << 24)

static inline Color color_role(Role role) {
    return (Color)COLOR_KIND_ROLE << 24 | (Color)role;
}

/* A level outside 0..63 (PALETTE_INVALID) is ROLE_INVALID. */
static inline Color color_map(PaletteId palette, int level) {
    if (level < 0 || level >= PALETTE_LEVELS) return color_role(ROLE_INVALID);
    return (Color)COLOR_KIND_MAP << 24 | (Color)palette << 8 | (Color)level;
}

/* Black or white, whichever reads better there at the depth that is shown. */
static inline Color color_on_map(PaletteId palette, int level) {
    return (Color)COLOR_KIND_ON_MAP << 24 | (Color)palette << 8 | (Color)level;
}

static inline Color color_rgb(uint8_t r, uint8_t g, uint8_t b) {
    return (Color)COLOR_KIND_RGB << 24 | (Color)r << 16 | (Color)g << 8 | b;
}

/* What a COLOR_KIND_RGB colour holds. */
static inline Rgb color_to_rgb(Color color) {
    return (Rgb){.r = (uint8_t)(color >> 16), .g = (uint8_t)(color >> 8), .b = (uint8_t)color};
}

static inline ColorKind color_kind(Color color) {
    return (ColorKind)(color >> 24);
}

double color_lightness(Rgb rgb); /* CIE 1976 L*, 0..100 */

/* xterm's 256 colours: 16 of the user's own (here as xterm has them), a 6x6x6 cube, 24 greys. */
Rgb color_of_index_256(int index);
int color_nearest_256(Rgb rgb); /* in the cube and the greys */
int color_nearest_16(Rgb rgb);

typedef enum CellAttribute {
    CELL_BOLD = 1,
    CELL_DIM = 2,
    CELL_UNDERLINE = 4,
    CELL_REVERSE = 8,
} CellAttribute;

#endif
