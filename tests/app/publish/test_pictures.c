/* The pictures of the screen in README.md and MANUAL.md are what the program draws: SVG files in assets/, written
 * again by 'make screens'. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/file.h"
#include "tests/support/assert_close.h"
#include "tests/support/program.h"
#include "tests/support/screen_golden.h"
#include "tests/support/temp_dir.h"
#include "tests/support/xml_check.h"

enum { BYTES_MAX = 1 << 22, MARGIN = 8, SIDE_MAX = 2048, SHARE = 20 };

/* How one came about: a script, and the size of the screen. */
typedef struct Picture {
    const char *path, *size, *lines;
} Picture;

static const Picture pictures[] = {
    {"assets/screen.svg", "80x24", "finish\nselect layer1.1.conv1\nview step\n"},
    {"assets/maps.svg", "80x24", "finish\nselect relu\nchannel 14\nview maps\n"},
    {"assets/block.svg", "120x30", "finish\nselect layer1.2.add\nchannel 2\nview block\n"},
    {"assets/gradients.svg", "80x24", "finish\nfinish\nview gradients\n"},
};

static char *read_text(const char *path) {
    Error err = {0};
    char *text = (char *)file_read_all(path, BYTES_MAX, &(size_t){0}, &err);
    if (!text) fail_msg("%s", err.text);
    return text;
}

/* The picture as the program draws it now; heap. */
static char *draw(TempDir *dir, const Picture *picture) {
    char script[512];
    const char *path = temp_dir_join(dir, "now.svg");
    int size = snprintf(script, sizeof script, "%sexport %s\n", picture->lines, path);
    ProgramRun run = program_run_input(script, (size_t)size,
                                       ARGS("--no-config", "--script", "-", "--size", picture->size));
    if (run.status != 0) fail_msg("%s: %s", picture->path, run.err);
    program_free(&run);
    return read_text(path);
}

/* The colours of its shapes, pixel by pixel; those of one opacity only, for a shade is never a map's. */
typedef struct Raster {
    int *pixels; /* SIDE_MAX x SIDE_MAX; -1: nothing */
} Raster;

static void fill(Raster *raster, int x, int y, int w, int h, unsigned color) {
    for (int row = y + MARGIN; row < y + MARGIN + h && row < SIDE_MAX; row++)
        for (int column = x + MARGIN; column < x + MARGIN + w && column < SIDE_MAX; column++)
            raster->pixels[row * SIDE_MAX + column] = (int)color;
}

static Raster rasterise(const char *svg) {
    Raster raster = {.pixels = malloc(sizeof *raster.pixels * SIDE_MAX * SIDE_MAX)};
    assert_non_null(raster.pixels);
    for (int k = 0; k < SIDE_MAX * SIDE_MAX; k++) raster.pixels[k] = -1;
    for (const char *at = svg; (at = strstr(at, "<rect ")); at++) {
        int x, y, w, h;
        unsigned color;
        if (sscanf(at, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%x\"/>", &x, &y, &w, &h,
                   &color) == 5)
            fill(&raster, x, y, w, h, color);
    }
    return raster;
}

/* Another processor adds in another order, so that a value near the border of two colours gets the other one:
 * as for the stored screens, up to one in twenty of the pixels that are not the ground. */
static bool same_shapes(const char *golden, const char *now) {
    Raster before = rasterise(golden), after = rasterise(now);
    long shown = 0, differing = 0;
    int ground = before.pixels[0];
    for (int k = 0; k < SIDE_MAX * SIDE_MAX; k++) {
        shown += before.pixels[k] != -1 && before.pixels[k] != ground;
        differing += before.pixels[k] != after.pixels[k];
    }
    free(before.pixels);
    free(after.pixels);
    return differing * SHARE <= shown;
}

static bool same_words(const char *golden, const char *now) {
    char *before = xml_text(golden), *after = xml_text(now);
    bool same = screen_golden_is_same(before, after);
    free(before);
    free(after);
    return same;
}

static void pictures_are_what_the_program_draws(void **state) {
    for (size_t k = 0; k < sizeof pictures / sizeof *pictures; k++) {
        const char *path = pictures[k].path;
        Error err = {0};
        char *now = draw(*state, &pictures[k]);
        char *golden = (char *)file_read_all(path, BYTES_MAX, &(size_t){0}, &err);
        assert_well_formed(now);
        bool same = golden && same_words(golden, now) && same_shapes(golden, now);
        if (!same && !screen_golden_is_writing())
            fail_msg("%s is not what the program draws: 'make screens' writes it anew; look at it", path);
        if (!same && !file_write_atomic(path, now, strlen(now), &err)) fail_msg("%s", err.text);
        free(golden);
        free(now);
    }
}

static void another_picture_is_noticed(void **state) {
    char *cat = draw(*state, &pictures[0]);
    Picture other = pictures[0];
    other.lines = "image 08-horse\nfinish\nselect layer1.1.conv1\nview step\n";
    char *horse = draw(*state, &other);
    assert_true(same_shapes(cat, cat) && same_words(cat, cat));
    assert_false(same_shapes(cat, horse));
    assert_false(same_words(cat, horse));
    free(cat);
    free(horse);
}

/* Each is shown somewhere, and no other is. */
static void documents_show_these_pictures(void **state) {
    (void)state;
    static const char *const documents[] = {"README.md", "MANUAL.md"};
    size_t shown = 0;
    for (size_t d = 0; d < sizeof documents / sizeof *documents; d++) {
        char *text = read_text(documents[d]);
        for (const char *at = text; (at = strstr(at, "](assets/")) && (at = at + 2);) {
            bool known = strncmp(at + strcspn(at, ")") - 4, ".svg", 4) != 0;
            for (size_t k = 0; k < sizeof pictures / sizeof *pictures; k++)
                if (strncmp(at, pictures[k].path, strlen(pictures[k].path)) == 0)
                    known = true, shown |= 1u << k;
            if (!known) fail_msg("%s shows %.*s", documents[d], (int)strcspn(at, ")"), at);
        }
        free(text);
    }
    assert_int_equal(shown, (1u << sizeof pictures / sizeof *pictures) - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(pictures_are_what_the_program_draws),
        IN_TEMP_DIR(another_picture_is_noticed),
        cmocka_unit_test(documents_show_these_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
