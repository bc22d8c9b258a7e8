#include "views/scene/click.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/utf8.h"

/* Without memory a spot more, a click there does nothing. */
static void add_spot(Canvas *canvas, ClickSpot spot) {
    ClickMap *map = canvas->clicks;
    spot.area = rect_intersect(spot.area, canvas->clip);
    if (!map || rect_is_empty(spot.area)) return;
    if (map->count == map->room) {
        int room = map->room ? 2 * map->room : 64;
        ClickSpot *spots = realloc(map->spots, (size_t)room * sizeof *spots);
        if (!spots) return;
        map->spots = spots;
        map->room = room;
    }
    map->spots[map->count++] = spot;
}

void click_add(Canvas *canvas, Rect area, Action action) {
    if (canvas->clicks) add_spot(canvas, (ClickSpot){.area = area, .action = action});
}

void click_add_text(Canvas *canvas, Rect area, ActionId id, const char *text) {
    Action action = {.id = id};
    if (!canvas->clicks) return;
    utf8_copy(action.text, sizeof action.text, text);
    click_add(canvas, area, action);
}

void click_add_moment(Canvas *canvas, Rect area, const Scene *scene, int at) {
    const Network *network = scene->network;
    char text[OP_NAME_MAX + 16];
    if (!canvas->clicks) return;
    utf8_format(text, sizeof text, "%s %s", network->ops[scene_op_at(network, at)].name,
                at < network->op_count ? "forward" : "backward");
    click_add_text(canvas, area, ACTION_SELECT, text);
}

void click_add_map(Canvas *canvas, const PlotGrid *map, int channel) {
    if (!canvas->clicks) return;
    add_spot(canvas, (ClickSpot){.area = map->cells,
                                 .action = {.id = ACTION_CHANNEL, .number = channel},
                                 .is_map = true,
                                 .map = *map});
}

int click_find(const ClickMap *map, int x, int y, Action out[CLICK_ACTIONS_MAX]) {
    for (int k = map->count - 1; k >= 0; k--) {
        const ClickSpot *spot = &map->spots[k];
        if (!rect_contains(spot->area, x, y)) continue;
        out[0] = spot->action;
        if (!spot->is_map) return spot->action.id == ACTION_NONE ? 0 : 1;
        int column, row;
        plot_grid_at(&spot->map, x, y, &column, &row);
        out[1] = (Action){.id = ACTION_CELL};
        snprintf(out[1].text, sizeof out[1].text, "%d %d", row, column);
        return 2;
    }
    return 0;
}

void click_clear(ClickMap *map) {
    free(map->spots);
    *map = (ClickMap){.count = 0};
}
