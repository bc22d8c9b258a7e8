#include "app/explorer/bundled_session.h"

#include "app/explorer/explorer.h"
#include "views/canvas/layout.h"

bool bundled_session_open(BundledSession *out, const Options *options, bool colors, Error *err) {
    Setup any = {.seed = 0};
    ScreenConfig config = {.session = {.setup = &out->setup, .target = -1}};
    *out = (BundledSession){.screen = NULL};
    if (!explorer_find_theme(options, &config.session.theme, err) ||
        !setup_open_weights(&out->setup, &any, "resnet20", err))
        return false;
    out->screen = screen_new(&config, err);
    if (!out->screen) return false;
    bool mono = !colors || config.session.theme == THEME_MONO;
    screen_set_canvas(out->screen,
                      options->explorer.size.width ? options->explorer.size.width : LAYOUT_S_WIDTH,
                      options->explorer.size.height ? options->explorer.size.height : LAYOUT_S_HEIGHT,
                      (options->output.ascii ? CANVAS_ASCII : 0) | (mono ? CANVAS_MONO : 0));
    return true;
}

void bundled_session_close(BundledSession *bundled) {
    screen_free(bundled->screen);
    setup_close(&bundled->setup);
    *bundled = (BundledSession){.screen = NULL};
}
