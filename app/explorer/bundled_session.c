#include "app/explorer/bundled_session.h"

#include "app/explorer/explorer.h"
#include "views/canvas/layout.h"

bool bundled_session_open(BundledSession *out, const Options *options, bool colors, Error *err) {
    Setup any = {.seed = 0};
    SessionConfig config = {.setup = &out->setup, .target = -1};
    *out = (BundledSession){.session = NULL};
    if (!explorer_find_theme(options, &config.theme, err) ||
        !setup_open_weights(&out->setup, &any, "resnet20", err))
        return false;
    out->session = session_new(&config, err);
    if (!out->session) return false;
    bool mono = !colors || config.theme == THEME_MONO;
    session_set_screen(out->session,
                       options->explorer.size.width ? options->explorer.size.width : LAYOUT_S_WIDTH,
                       options->explorer.size.height ? options->explorer.size.height : LAYOUT_S_HEIGHT,
                       (options->output.ascii ? CANVAS_ASCII : 0) | (mono ? CANVAS_MONO : 0));
    return true;
}

void bundled_session_close(BundledSession *bundled) {
    session_free(bundled->session);
    setup_close(&bundled->setup);
    *bundled = (BundledSession){.session = NULL};
}
