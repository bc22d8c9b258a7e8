/* Where things stand in the maps view. */
#ifndef VIEWS_MAPS_PLAN_H
#define VIEWS_MAPS_PLAN_H

#include "views/maps/panel.h"
#include "views/widget/focus.h"
#include "views/widget/widgets_detail.h"

enum { MAPS_ZOOM_MAX = 16 };

typedef enum MapsKind {
    MAPS_FOCUS,    /* one channel large, all of them small */
    MAPS_ENLARGED, /* one channel alone, a part of it where it is larger than the screen */
    MAPS_BARS,     /* a channel is one number */
} MapsKind;

/* An empty rectangle is not drawn. */
typedef struct MapsPlan {
    MapsKind kind;
    Rect heading, cell;    /* rows: what is shown, and the selected value */
    Rect body;             /* MAPS_ENLARGED: with the axes' gutters; MAPS_BARS */
    Rect map;              /* MAPS_ENLARGED: without them */
    Rect legend, line;     /* rows under the large map: its legend, its figures in brief */
    Rect note;             /* a row: what there is to know about the channel */
    Rect stats;            /* all figures, or without `line` those in brief */
    Rect details;          /* what else there is, where a screen has room */
    MapsFigures figures;   /* stats: whose */
    Rect part;             /* MAPS_ENLARGED: columns and rows of the map that are shown; empty: all */
    WidgetFocusPlan focus; /* MAPS_FOCUS */
    WidgetBarsPlan bars;   /* MAPS_BARS */
    WidgetPage page;       /* what the heading says is shown */
} MapsPlan;

MapsKind maps_kind(bool enlarged, Shape shape);
MapsPlan maps_plan(bool enlarged, const Scene *scene, Rect area);

#endif
