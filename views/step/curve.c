#include "views/step/curve.h"

#include <math.h>

/* Half blocks: two dots in a cell, one above the other, which every font has. */
enum { DOT_ROWS = 2, SAMPLES = 16 };

typedef struct Frame {
    Rect area;
    int columns, rows; /* of dots */
    double y_lo, y_hi;
} Frame;

static double x_at(const StepCurve *curve, const Frame *frame, double column) {
    return curve->lo + (curve->hi - curve->lo) * column / (frame->columns - 1);
}

static Frame frame_of(const Canvas *canvas, Rect area, const StepCurve *curve) {
    bool ascii = (canvas->flags & CANVAS_ASCII) != 0;
    Frame frame = {.area = area, .columns = area.w, .rows = area.h * (ascii ? 1 : DOT_ROWS)};
    for (int column = 0; column < frame.columns; column++) {
        double y = curve->value(curve->context, x_at(curve, &frame, column));
        frame.y_lo = fmin(frame.y_lo, y);
        frame.y_hi = fmax(frame.y_hi, y);
    }
    if (!(frame.y_hi > frame.y_lo)) frame.y_hi = frame.y_lo + 1;
    return frame;
}

static int row_of(const Frame *frame, double y) {
    return (int)lround((frame->y_hi - y) / (frame->y_hi - frame->y_lo) * (frame->rows - 1));
}

/* Through zero, where zero is in the plot. */
static void draw_axes(Canvas *canvas, const Frame *frame, const StepCurve *curve) {
    Rect area = frame->area;
    int y = area.y + row_of(frame, 0) / (frame->rows / area.h);
    canvas_line_across(canvas, area.x, y, area.w, style_role(ROLE_BORDER));
    if (curve->lo >= 0 || curve->hi <= 0) return;
    int x = area.x + (int)(-curve->lo / (curve->hi - curve->lo) * (frame->columns - 1));
    canvas_line_down(canvas, x, area.y, area.h, style_role(ROLE_BORDER));
    canvas_put(canvas, x, y, style_role(ROLE_BORDER), canvas->flags & CANVAS_ASCII ? '+' : U'┼');
}

static void put_dot(Canvas *canvas, const Frame *frame, Style style, int column, int row) {
    int x = frame->area.x + column, y = frame->area.y + row / DOT_ROWS;
    const Cell *cell = canvas_get(canvas, x, y);
    if (canvas->flags & CANVAS_ASCII) {
        canvas_put(canvas, x, frame->area.y + row, style, '*');
        return;
    }
    uint32_t half = row % DOT_ROWS == 0 ? U'▀' : U'▄', there = cell ? cell->glyph : ' ';
    bool other = there == U'█' || there == (half == U'▀' ? U'▄' : U'▀');
    canvas_put(canvas, x, y, style, other ? U'█' : half);
}

void step_curve_draw(Canvas *canvas, Rect area, const StepCurve *curve) {
    if (area.w < 2 || area.h < 2 || !(curve->hi > curve->lo)) return;
    Frame frame = frame_of(canvas, area, curve);
    draw_axes(canvas, &frame, curve);
    int count = (frame.columns - 1) * SAMPLES + 1;
    for (int k = 0; k < count; k++) {
        double column = (double)k / SAMPLES, y = curve->value(curve->context, x_at(curve, &frame, column));
        if (isfinite(y))
            put_dot(canvas, &frame, style_role(curve->role), (int)(column + 0.5), row_of(&frame, y));
    }
}
