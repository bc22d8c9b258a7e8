#include "views/widget/overview.h"

#include "core/base/integer.h"
#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/style/text.h"

enum { SIDE_MIN = 8, SIDE_STEP = 2 /* a character shows two rows */ };

/* Numbers are left out before something is left to other pages. */
static WidgetMontage shrink_to_fit(Rect area, Shape shape, int selected) {
    int largest = integer_max(shape.w, shape.h);
    WidgetMontage montage = {.selected = selected};
    for (int bare = 0; bare < 2; bare++)
        for (int side = largest; side == largest || side >= SIDE_MIN; side -= SIDE_STEP) {
            montage.bare = bare;
            montage.side_max = side == largest ? 0 : side;
            WidgetPage page = widget_montage_plan(area, shape, montage);
            if (page.columns * page.rows >= shape.c) return montage;
        }
    montage.bare = false;
    return montage;
}

void widget_overview(Canvas *canvas, Rect area, const Scene *scene, const WidgetTensor *tensor, int selected,
                     const char *name) {
    Rect heading = layout_take_top(&area, 1);
    if (rect_is_empty(area)) return;
    WidgetMontage montage = shrink_to_fit(area, tensor->tensor.shape, selected);
    WidgetPage page = widget_montage_plan(area, tensor->tensor.shape, montage);
    montage.first = widget_montage_first(&page, selected);
    page = widget_montage(canvas, area, scene, tensor, montage);
    char title[2 * WIDGET_TEXT_MAX];
    utf8_format(title, sizeof title, "%s, %s, one scale", name, widget_page_info(&page).text);
    if (text_width(title) > heading.w)
        utf8_format(title, sizeof title, "%s %d-%d of %d", name, page.first, page.first + page.count - 1,
                    page.total);
    widget_heading(canvas, heading, style_role(ROLE_TITLE), title);
}
