#include "views/value/grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/integer.h"
#include "views/style/text.h"
#include "views/widget/widgets.h"

enum {
    GAP = 3,
    CELL_MAX = 9,
    CELL_GOOD = 6, /* "+0.41" and a space */
    CELL_MIN = 5,  /* "+.41" and a space */
    BOX_MIN = 17,  /* "gradient dy ×1e-3" */
    DECIMALS_MAX = 5,
    BESIDE_MIN = 28, /* columns that are worth using beside a map */
};

typedef enum Column { COLUMN_VALUE, COLUMN_WEIGHT, COLUMN_PRODUCT } Column;

static int grid_count(const ArithmeticGrid *grid) {
    if (grid->rows == 0) return 0;
    return grid->weight_name ? VALUE_GRIDS_MAX : 1;
}

/* Widest cell with which `across` grids stand side by side; 0 when they do not fit. */
static int widest_cell(int width, int across, const ArithmeticGrid *grid) {
    int box = (width - (across - 1) * GAP) / across;
    if (box < integer_min(BOX_MIN, width)) return 0;
    int cell = integer_min(CELL_MAX, box / grid->columns);
    return cell < CELL_MIN ? 0 : cell;
}

static int box_width(const ValueGridPlan *plan, const ArithmeticGrid *grid) {
    return integer_max(BOX_MIN, plan->cell_width * grid->columns);
}

/* Places the grids in rows of `across`. */
static void place(ValueGridPlan *plan, Rect area, const ArithmeticGrid *grid, int across) {
    int width = box_width(plan, grid), height = grid->rows + 1;
    for (int k = 0; k < plan->count; k++)
        plan->box[k] = (Rect){.x = area.x + k % across * (width + GAP),
                              .y = area.y + k / across * height,
                              .w = width,
                              .h = height};
    plan->rows = (plan->count + across - 1) / across * height;
}

/* Two grids above, the third below with room beside it. */
static void place_dense(ValueGridPlan *plan, Rect area, const ArithmeticGrid *grid) {
    place(plan, area, grid, 2);
    int used = box_width(plan, grid) + GAP;
    plan->beside = (Rect){
        .x = area.x + used, .y = area.y + grid->rows + 1, .w = area.w - used, .h = area.h - grid->rows - 1};
}

/* A map of many columns alone, and room beside it. */
static void place_map(ValueGridPlan *plan, Rect area, const ArithmeticGrid *grid) {
    plan->cell_width = CELL_GOOD;
    place(plan, area, grid, 1);
    int used = plan->box[0].w + GAP;
    plan->beside = (Rect){.x = area.x + used, .y = area.y, .w = area.w - used, .h = area.h};
}

ValueGridPlan value_grid_plan(Rect area, const ArithmeticGrid *grid) {
    int count = grid_count(grid), height = grid->rows + 1;
    ValueGridPlan plan = {.count = count};
    if (count == 0 || area.h < height) return (ValueGridPlan){.count = 0};
    int in_row = widest_cell(area.w, count, grid), in_pair = widest_cell(area.w, 2, grid),
        alone = widest_cell(area.w, 1, grid);
    if (count == 1 && grid->columns > 3 && area.w >= CELL_GOOD * grid->columns + GAP + BESIDE_MIN) {
        place_map(&plan, area, grid);
    } else if (in_row >= CELL_GOOD || (in_row > 0 && count == 1)) {
        plan.cell_width = in_row;
        place(&plan, area, grid, count);
    } else if (alone > 0 && area.h >= count * height) {
        plan.cell_width = alone;
        place(&plan, area, grid, 1);
    } else if (in_pair > 0 && area.h >= 2 * height) {
        plan.cell_width = in_pair;
        place_dense(&plan, area, grid);
    } else if (alone > 0) {
        plan.count = 1;
        plan.first = count - 1;
        plan.cell_width = alone;
        place(&plan, area, grid, 1);
    } else {
        plan.count = 0;
    }
    return plan;
}

int value_grid_width(const ArithmeticGrid *grid) {
    enum { SMALL = 3 };
    int cell = grid->columns <= SMALL ? CELL_GOOD + 1 : CELL_MIN;
    return VALUE_GRIDS_MAX * integer_max(BOX_MIN, grid->columns * cell) + (VALUE_GRIDS_MAX - 1) * GAP;
}

void value_grid_move(ValueGridPlan *plan, int y) {
    int by = plan->count > 0 ? y - plan->box[0].y : 0;
    for (int k = 0; k < plan->count; k++) plan->box[k].y += by;
    plan->beside.y += by;
}

static const double *grid_column(const ArithmeticGrid *grid, Column column) {
    const double *const columns[] = {grid->value, grid->weight, grid->product};
    return columns[column];
}

/* How the numbers of one grid are written: all times 10^-exponent, with the same decimals. */
typedef struct Form {
    int exponent, decimals, width;
    bool bare; /* ".41" for 0.41 */
} Form;

static double largest_of(const ArithmeticGrid *grid, const double *values) {
    double largest = 0;
    for (int k = 0; k < grid->rows * grid->columns; k++)
        if (isfinite(values[k])) largest = fmax(largest, fabs(values[k]));
    return largest;
}

static Form form_of(const ArithmeticGrid *grid, const double *values, int cell_width) {
    double largest = largest_of(grid, values);
    int power = largest > 0 ? (int)floor(log10(largest)) : 0;
    Form form = {.width = cell_width - 1, .bare = cell_width < CELL_GOOD};
    if (form.bare) {
        form.exponent = power == -1 || power == 0 ? 0 : power + 1;
        form.decimals = form.width - (power == 0 ? 3 : 2);
        return form;
    }
    form.exponent = power < -1 || power > 2 ? power : 0;
    int digits = power > form.exponent ? power - form.exponent + 1 : 1;
    form.decimals = integer_max(0, integer_min(DECIMALS_MAX, form.width - 2 - digits));
    return form;
}

/* Zero stands out as a single digit: after a ReLU most are. */
static TextNumber format_cell(double value, Form form) {
    TextNumber out;
    char digits[64];
    if (value == 0)
        snprintf(digits, sizeof digits, "0");
    else if (!isfinite(value))
        snprintf(digits, sizeof digits, isnan(value) ? "nan" : "%+g", value);
    else
        snprintf(digits, sizeof digits, "%+.*f", form.decimals, value * pow(10, -form.exponent));
    if (form.bare && (digits[0] == '+' || digits[0] == '-') && digits[1] == '0')
        memmove(digits + 1, digits + 2, strlen(digits + 1));
    snprintf(out.text, sizeof out.text, "%*.*s", form.width, form.width, digits);
    return out;
}

static void draw_title(Canvas *canvas, Rect box, const ArithmeticGrid *grid, Column column, Form form) {
    const char *const names[] = {grid->value_name, grid->weight_name, grid->product_name};
    int x = canvas_text(canvas, box.x + 1, box.y, style_bold(ROLE_TITLE), names[column]);
    if (form.exponent != 0)
        canvas_printf(canvas, x + 1, box.y, style_role(ROLE_WARN), "×1e%d", form.exponent);
}

static Style cell_style(const ArithmeticGrid *grid, Column column, int k, double value) {
    Style style = style_role(column == COLUMN_PRODUCT ? ROLE_ACCENT : ROLE_TEXT);
    if (grid->state[k] != ARITHMETIC_INSIDE || value == 0) style = style_role(ROLE_DIM);
    if (!isfinite(value)) style = style_bold(ROLE_BAD);
    if (k == grid->winner || k == grid->self) style.attributes |= CELL_BOLD;
    if (k == grid->winner) style.attributes |= CELL_REVERSE;
    return style;
}

static uint32_t cell_mark(const Canvas *canvas, const ArithmeticGrid *grid, int k) {
    if (k == grid->winner) return widget_glyph(canvas, U'▸', '>');
    return k == grid->self ? '=' : ' ';
}

/* Cell `k` of the grid, in a box of cells of that width. */
static void draw_cell(Canvas *canvas, Rect box, const ArithmeticGrid *grid, Column column, int k, Form form) {
    int x = box.x + k % grid->columns * (box.w / grid->columns), y = box.y + 1 + k / grid->columns;
    double value = grid_column(grid, column)[k];
    Style style = cell_style(grid, column, k, value);
    if (column != COLUMN_WEIGHT && grid->state[k] != ARITHMETIC_INSIDE) {
        canvas_text_right(canvas, x + 1 + form.width, y, style,
                          grid->state[k] == ARITHMETIC_OUTSIDE ? "·" : "–");
        return;
    }
    canvas_put(canvas, x, y, style, cell_mark(canvas, grid, k));
    canvas_text(canvas, x + 1, y, style, format_cell(value, form).text);
}

void value_grid_draw(Canvas *canvas, const ValueGridPlan *plan, const ArithmeticGrid *grid) {
    static const char *const joints[] = {"×", "="};
    for (int j = 0; j < plan->count; j++) {
        Column column = (Column)(plan->first + j);
        Rect box = plan->box[j];
        Form form = form_of(grid, grid_column(grid, column), plan->cell_width);
        draw_title(canvas, box, grid, column, form);
        Rect cells = box;
        cells.w = grid->columns * plan->cell_width;
        for (int k = 0; k < grid->rows * grid->columns; k++) draw_cell(canvas, cells, grid, column, k, form);
        if (j > 0 && plan->box[j].y == plan->box[j - 1].y)
            canvas_text(canvas, box.x - 2, box.y + 1 + grid->rows / 2, style_role(ROLE_DIM), joints[j - 1]);
    }
}

const char *value_grid_marks(const ArithmeticGrid *grid) {
    bool outside = false, between = false;
    for (int k = 0; k < grid->rows * grid->columns; k++) {
        outside = outside || grid->state[k] == ARITHMETIC_OUTSIDE;
        between = between || grid->state[k] == ARITHMETIC_BETWEEN;
    }
    if (grid->winner >= 0 && grid->winner == grid->self) return "▸ won: this cell";
    if (grid->winner >= 0)
        return grid->self >= 0 ? "▸ won, = this cell" : outside ? "▸ won, · outside: never" : "▸ won";
    if (outside && between) return "· outside, – skipped by the stride: 0";
    if (between) return "– skipped by the stride: 0";
    return outside ? "· outside: 0" : "";
}
