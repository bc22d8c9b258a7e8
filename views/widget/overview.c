#include "views/widget/overview.h"

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/scale.h"

enum { SIDE_MIN = 8, SIDE_STEP = 2 /* a character shows two rows */ };

static WidgetMontage shrink_to_fit(Rect area, Shape shape, WidgetMontage montage) {
    int largest = integer_max(shape.w, shape.h);
    for (int side = largest; side == largest || side >= SIDE_MIN; side -= SIDE_STEP) {
        montage.side_max = side == largest ? 0 : side;
        WidgetPage page = widget_montage_plan(area, shape, montage);
        if (page.columns * page.rows >= shape.c) break;
    }
    return montage;
}

void widget_overview(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, int selected,
                     const char *name) {
    Rect heading = layout_take_top(&area, 1);
    if (rect_is_empty(area)) return;
    WidgetMontage montage = shrink_to_fit(area, tensor->tensor.shape, widget_montage_of(scene, selected));
    WidgetPage page = widget_montage_plan(area, tensor->tensor.shape, montage);
    montage.first = widget_montage_first(&page, selected);
    page = widget_montage(canvas, area, scene, tensor, montage);
    char title[2 * WIDGET_TEXT_MAX];
    utf8_format(title, sizeof title, "%s, %s, one scale", name, widget_page_info(&page).text);
    widget_heading(canvas, heading, style_role(ROLE_TITLE), title);
}
