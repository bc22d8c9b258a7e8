/* Small pieces that several views show the same way: how an op is called and what state it is in, the line of
 * figures under a tensor, channel maps in a grid, values as bars. All of them draw into the rectangle they
 * are given and nowhere else. */
#ifndef VIEWS_WIDGET_WIDGETS_H
#define VIEWS_WIDGET_WIDGETS_H

#include "views/canvas/canvas.h"
#include "views/scene/scene.h"

enum { WIDGET_TEXT_MAX = 96 };

/* Short texts by value, so that they can stand in a call: canvas_printf(..., "%s", widget_op_summary(op).text).
 */
typedef struct WidgetText {
    char text[WIDGET_TEXT_MAX];
} WidgetText;

WidgetText widget_op_summary(const Op *op); /* "conv 3x3 /2", "max pool 3x3 /2", "batch norm" */
/* The mean of the activation's mask: the share that is open, "53%", or the mean slope, "0.53". */
WidgetText widget_density(const Network *network, double density);
/* Inside a block without the block's name: "conv1", "downsample.0". Points into the network. */
const char *widget_op_short_name(const Network *network, int op);
const char *
widget_shortcut_name(ShortcutKind kind);    /* "identity", "zero-pad (A)", "projection (B)", "none" */
const char *widget_phase_name(Phase phase); /* "forward", "backward" */
Role widget_phase_role(Phase phase);

/* One letter: '!' NaN or Inf in what has been computed, 'G' gradient ready, 'F' forward done, ' ' neither. */
char widget_op_state(const Pass *pass, int op);
Role widget_op_state_role(char state);

/* Which "without skip" is on; never empty: "skips as built", "plain: skips removed in both directions",
 * "cut: skips carry no gradient", "lesion: layer1.0, layer2.1". */
WidgetText widget_skip_mode(const Scene *scene);
/* The same in one word or two: "skips on", "no skips", "plain", "cut", "lesion". */
const char *widget_skip_word(const Scene *scene);

/* A glyph with its ASCII likeness where text_ascii has another one. */
uint32_t widget_glyph(const Canvas *canvas, uint32_t glyph, char ascii);

/* `Title ───────`: a heading that fills its row. Returns the column after the title. */
int widget_heading(Canvas *canvas, Rect row, Style style, const char *title);
/* "label  text", the label dim and padded to label_width columns, the text wrapped. Returns the rows used. */
int widget_field(Canvas *canvas, Rect area, int label_width, const char *label, const char *text);

/* What is said in figures about a tensor or a channel of it; the percentiles may be unknown. */
typedef struct WidgetFigures {
    const char *label; /* in front of the row; NULL: none */
    Stats stats;
    Percentiles percentiles;
    bool hidden;      /* of the first row: nothing is drawn */
    bool brief;       /* of the first row: all rows are written as one line each */
    const char *norm; /* brief: how the length is called; NULL: "|x|" */
} WidgetFigures;

WidgetFigures widget_figures_of(const Scene *scene, int op, Phase phase);
/* Lines that the figures of one tensor need where a line has `width` columns; 0 where they are hidden. */
int widget_figures_lines(const Scene *scene, int width);
/* Brief: `range -1.30..2.10   37 % zero   |x| 57.1`, in front of it how many are NaN or infinite, if any. Else
 * `n 16,384  nan 0  inf 0  -41% 0:37% +22%  min -1.30  p1 -1.1 ... p99 2.0  max 2.10  mean .08  std .44  |x|2
 * 57.1`, at most four rows in common columns, each on as many lines as the area has for it. Where not all of
 * them have room they are written shorter, the percentiles as one: `p1/25/50/75/99 -1.1 -.2 0 .3 2.0`, small
 * ones with one power of ten behind them. What still has no room is left out: first the percentiles (the
 * median last of them), then |x|2, std, mean, max, min, the signs; bad news never. "not computed yet" when it
 * is not known. */
void widget_figures(Canvas *canvas, Rect area, const WidgetFigures *rows, int count);

/* What is drawn as maps: the activation or gradient of an op with the scene's scale, or any other tensor with
 * a scale of its own (the two routes of a gradient, which must share one). */
typedef struct WidgetTensor {
    Tensor tensor;
    int op;      /* -1 with a scale of its own */
    Phase phase; /* decides palette and, with the use, pooling */
    MapUse use;  /* what a legend speaks of; a montage is always drawn as an overview */
    bool as_is;  /* its maps are not shrunk: the legend has no pooling to name */
    bool images; /* each channel is a small picture of three colours, (C,H,W,3) in memory, signed around grey;
                    with a scale of its own */
    bool own_scale;
    Scale scale;       /* own_scale */
    const char *scope; /* own_scale: what it spans, for the legend; NULL: "shared" */
} WidgetTensor;

WidgetTensor widget_tensor(const Scene *scene, int op, Phase phase);
WidgetTensor widget_tensor_scaled(Tensor tensor, Scale scale);
/* `[-1.32 ▇▇▇0▇▇▇ +1.32] layer, top 0.5% clipped, shrunk by largest |x|` for one channel, with fewer words
 * where there is less room; a scale by quarters as `[0 ▇▇ .42 ▇▇ 2.10] map 1..99 %, 11 of 1,024 above, by quarters`; returns the column after it. */
int widget_legend(Canvas *canvas, Rect row, const Scene *scene, const WidgetTensor *tensor, int channel);
/* Columns that it needs at least. */
int widget_legend_least(const Scene *scene, const WidgetTensor *tensor, int channel);

/* One channel, or a part of it. `mark` highlights the scene's cell (scene->row, scene->column). */
typedef struct WidgetMap {
    int channel, zoom_max;
    bool mark;
    Rect part; /* columns and rows of the map; empty: all */
} WidgetMap;

PlotGrid widget_map(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, WidgetMap map);

/* What there is to see of a channel. */
typedef enum WidgetChannel {
    CHANNEL_SHOWN,
    CHANNEL_PADDING, /* option A's shortcut: no input leads there, it is zero for every picture */
    CHANNEL_OFF,     /* zero everywhere: never active on this picture */
    CHANNEL_BLOCKED, /* its gradient is zero everywhere */
    CHANNEL_NOT_RUN, /* not computed yet */
} WidgetChannel;

/* Of the tensor that is shown. */
WidgetChannel widget_channel(const Scene *scene, const WidgetTensor *tensor, int channel);
/* "padding", "never active on this picture", "no gradient", "not run yet"; "" for one that is shown. */
const char *widget_channel_words(WidgetChannel channel);
/* A surface that cannot be taken for values, a different one for each kind, with as much of its words as fits. */
void widget_channel_fill(Canvas *canvas, Rect area, WidgetChannel channel);

/* The same, or the surface that says what keeps the channel from being seen; a click there selects it. */
PlotGrid widget_channel_map(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                            WidgetMap map);

/* Channels in a grid with gaps of one cell: the number of each above its map, a frame around the selected
 * one; channels without values as a surface. */
typedef struct WidgetMontage {
    int first;    /* place of the page's first map; see widget_montage_first */
    int selected; /* -1: none */
    int side_max; /* maps are shrunk to at most this many pixels a side; 0: only when the area is too small */
    int zoom_min; /* maps are enlarged this often even when fewer have room on the page */
    bool mark;    /* highlight the scene's cell in the selected map */
    bool bare;    /* no numbers: the maps of a column stand one right under the other */
    bool ranked;  /* places follow the scene's order of channels; else they are channels */
    bool says_zoom; /* the page's info names the enlargement, so that it is not taken for resolution */
} WidgetMontage;

typedef struct WidgetPage {
    int columns, rows;         /* of maps */
    int map_width, map_height; /* cells of one map */
    int zoom;                  /* pixels a side for each value, to be named; 0: not */
    int first, count, total;   /* channels (places) shown and channels there are */
    int dead;                  /* all-zero channels of the whole tensor; -1 while nothing is computed */
    int padding;               /* of these, those that are zero for every picture */
    int blocked;               /* channels that receive no gradient; -1 or 0 while that is not known */
    const char *order;         /* what the channels are ranked by; NULL: they stand by number */
} WidgetPage;

/* As the scene wants them: in presenter mode cells as large as they fit, up to 4x4 pixels. */
WidgetMontage widget_montage_of(const Scene *scene, int selected);
/* How the maps will stand, without drawing: `dead` is -1. At least one map when the area is not empty. */
WidgetPage widget_montage_plan(Rect area, Shape shape, WidgetMontage montage);
/* Rows of maps of the page's size that have room in so many rows of cells. */
int widget_montage_rows(int height, const WidgetPage *page, WidgetMontage montage);
/* Rows that the page takes. */
int widget_montage_height(const WidgetPage *page, WidgetMontage montage);
/* The first place of the page (whole pages from 0) that shows place `selected`. */
int widget_montage_first(const WidgetPage *page, int selected);
WidgetPage widget_montage(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor,
                          WidgetMontage montage);
/* "channels 0-31 of 64, 3 never active, 2 no gradient", "ranks 0-31 of 64 by activation". */
WidgetText widget_page_info(const WidgetPage *page);

/* The picture in the pass, with a heat map over it or NULL; nothing while there is none. */
PlotGrid widget_picture(Canvas *canvas, Rect area, const Scene *scene, int zoom_max, const PlotHeatmap *heat);

/* Values as rows "label ████ +1.23", in as many columns of rows as fit. */
typedef struct WidgetBars {
    int count, selected; /* selected: -1 for none; kept visible, marked with > */
    int label_width, value_width;
    void *context;
    double (*value)(const void *context, int k);
    const char *(*label)(const void *context, int k, WidgetText *buffer);
    Role (*role)(const void *context, int k); /* of the bar; NULL: ROLE_ACCENT */
    bool percent;                             /* values 0..1, written as percent */
    bool tall; /* bars of several rows where there is room for all of them so */
} WidgetBars;

void widget_bars(Canvas *canvas, Rect area, const WidgetBars *bars);

#endif
