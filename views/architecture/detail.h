/* All that is known about one op, in words and with the arithmetic of its counts; part of the architecture
 * view. */
#ifndef VIEWS_ARCHITECTURE_DETAIL_H
#define VIEWS_ARCHITECTURE_DETAIL_H

#include "views/widget/widgets.h"

/* "16*3*3*3 = 432", "16 + 16 = 32" for a batch norm's weight and bias; "none". */
WidgetText architecture_param_sum(const Network *network, int op);
/* Outputs times what each of them adds up: "16*32*32 * 3*3*3 = 442,368"; "none". */
WidgetText architecture_mac_sum(const Network *network, int op);

/* The selected op; lines that do not fit are left out, the last first. Returns what it leaves of the area. */
Rect architecture_detail_draw(Canvas *canvas, Rect area, const Scene *scene);

#endif
