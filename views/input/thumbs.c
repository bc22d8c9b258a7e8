#include "views/input/thumbs.h"

#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "views/canvas/layout.h"
#include "views/scene/click.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

/* Cells of a picture of SCENE_THUMB_SIDE values: one value, then two and four values a pixel. */
static const int thumb_widths[] = {SCENE_THUMB_SIDE, SCENE_THUMB_SIDE / 2, SCENE_THUMB_SIDE / 4};
enum { SIZES = sizeof thumb_widths / sizeof thumb_widths[0], GAP = 1 };

static ThumbPlan plan_of_size(Rect area, int width, bool named) {
    ThumbPlan plan = {.width = width, .height = width / 2, .named = named};
    plan.columns = (area.w - GAP) / (width + GAP);
    plan.rows = area.h / (plan.height + named);
    return plan;
}

ThumbPlan input_thumbs_plan(Rect area, int count, int cursor) {
    ThumbPlan plan = {.columns = 0};
    for (int k = 0; k < SIZES; k++) {
        plan = plan_of_size(area, thumb_widths[k], true);
        if (plan.columns * plan.rows >= count) return plan;
    }
    if (plan.rows < 2) plan = plan_of_size(area, thumb_widths[SIZES - 1], false);
    if (plan.columns < 1 || plan.rows < 1) return (ThumbPlan){.columns = 0};
    int total = (count + plan.columns - 1) / plan.columns, row = cursor / plan.columns;
    plan.first = plan.columns * layout_scroll(row - plan.rows / 2, row, total, plan.rows);
    return plan;
}

static bool is_shown(const Scene *scene, int k) {
    return strcmp(scene->image_list[k], scene->image_name) == 0;
}

/* While a lesson asks what a picture shows, its name would tell. */
static WidgetText name_of(const Scene *scene, int k) {
    WidgetText out;
    if (scene->hides_answer)
        snprintf(out.text, sizeof out.text, "no. %d", k + 1);
    else
        utf8_copy(out.text, sizeof out.text, scene->image_list[k]);
    return out;
}

static Style cursor_style(void) {
    return (Style){
        .fg = color_role(ROLE_CURSOR_TEXT), .bg = color_role(ROLE_CURSOR), .attributes = CELL_BOLD};
}

static void draw_list_row(Canvas *canvas, Rect row, const Scene *scene, int k) {
    bool in_pass = is_shown(scene, k);
    Style style = in_pass ? style_bold(ROLE_TEXT) : style_role(ROLE_TEXT);
    if (k == scene->image_cursor) {
        canvas_put(canvas, row.x, row.y, style_bold(ROLE_ACCENT), U'▸');
        style = cursor_style();
        canvas_set_cursor(canvas, row.x + 2, row.y);
    }
    click_add_text(canvas, row, ACTION_IMAGE, scene->image_list[k]);
    int x = canvas_text_fit(canvas, row.x + 2, row.y, row.w - 2, style, name_of(scene, k).text);
    if (in_pass) canvas_text_fit(canvas, x + 2, row.y, row.x + row.w - x - 2, style_role(ROLE_DIM), "shown");
}

static void draw_list(Canvas *canvas, Rect area, const Scene *scene) {
    int count = scene->image_count, cursor = scene->image_cursor;
    int first = layout_scroll(cursor - area.h / 2, cursor, count, area.h);
    for (int k = 0; k < area.h && first + k < count; k++)
        draw_list_row(canvas, (Rect){.x = area.x, .y = area.y + k, .w = area.w, .h = 1}, scene, first + k);
}

/* A picture of the user's own has no small one: its frame is empty. */
static void draw_picture(Canvas *canvas, Rect area, const SceneThumb *thumb) {
    if (!thumb->known) {
        canvas_box(canvas, area, style_role(ROLE_BORDER), NULL);
        return;
    }
    plot_image(canvas, area,
               &(PlotImage){.data = thumb->rgb,
                            .width = SCENE_THUMB_SIDE,
                            .height = SCENE_THUMB_SIDE,
                            .std = {1, 1, 1},
                            .zoom_max = 1});
}

static void draw_thumb(Canvas *canvas, Rect area, const Scene *scene, const ThumbPlan *plan, int k) {
    bool selected = k == scene->image_cursor;
    draw_picture(canvas, (Rect){area.x, area.y, plan->width, plan->height}, &scene->image_thumbs[k]);
    click_add_text(canvas, area, ACTION_IMAGE, scene->image_list[k]);
    if (selected) {
        Style frame = style_bold(ROLE_ACCENT);
        canvas_line_down(canvas, area.x - 1, area.y, plan->height, frame);
        canvas_line_down(canvas, area.x + plan->width, area.y, plan->height, frame);
        canvas_set_cursor(canvas, area.x, area.y + (plan->named ? plan->height : 0));
    }
    if (!plan->named) return;
    Style style = selected             ? cursor_style()
                  : is_shown(scene, k) ? style_bold(ROLE_TEXT)
                                       : style_role(ROLE_DIM);
    WidgetText name = name_of(scene, k);
    /* The number before a bundled picture's name says less than its last letters. */
    size_t number = strspn(name.text, "0123456789");
    bool short_of = text_width(name.text) > plan->width && number > 0 && name.text[number] == '-';
    canvas_text_fit(canvas, area.x, area.y + plan->height, plan->width, style,
                    name.text + (short_of ? number + 1 : 0));
}

static void draw_grid(Canvas *canvas, Rect area, const Scene *scene, const ThumbPlan *plan) {
    int cell_height = plan->height + plan->named;
    for (int place = 0; place < plan->columns * plan->rows; place++) {
        int k = plan->first + place;
        if (k >= scene->image_count) return;
        Rect cell = {area.x + GAP + place % plan->columns * (plan->width + GAP),
                     area.y + place / plan->columns * cell_height, plan->width, cell_height};
        draw_thumb(canvas, cell, scene, plan, k);
    }
}

/* `Pictures, 4 of 15: 04-cat, shown; j k choose, Enter takes it` */
static void draw_heading(Canvas *canvas, Rect row, const Scene *scene, bool grid) {
    char title[2 * WIDGET_TEXT_MAX] = "Pictures";
    int count = scene->image_count, cursor = scene->image_cursor;
    if (count > 0) snprintf(title, sizeof title, "Pictures, %d of %d", cursor + 1, count);
    size_t used = strlen(title);
    if (count > 0 && grid)
        utf8_format(title + used, sizeof title - used, ": %s%s", name_of(scene, cursor).text,
                    is_shown(scene, cursor) ? "" : ", Enter takes it");
    widget_heading(canvas, row, style_role(ROLE_TITLE), title);
}

void input_thumbs_draw(Canvas *canvas, Rect area, const Scene *scene) {
    if (area.h < 2) return;
    Rect row = layout_take_top(&area, 1);
    ThumbPlan plan = input_thumbs_plan(area, scene->image_count, scene->image_cursor);
    bool grid = scene->image_thumbs && scene->image_count > 0 && plan.columns > 1;
    draw_heading(canvas, row, scene, grid);
    if (scene->image_count == 0)
        canvas_text_wrapped(canvas, area, style_role(ROLE_DIM),
                            "None to choose from; the action `image` loads a file.", 0);
    else if (grid)
        draw_grid(canvas, area, scene, &plan);
    else
        draw_list(canvas, area, scene);
}
