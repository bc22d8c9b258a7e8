/* Settings: choices of a word that change how things are shown, and the action of the same name that makes
 * each choice. One row says all there is to say of one; the prompt and its completion, state strings, the
 * config file, lessons and help read it here.
 *
 * SETTING(TO, ID, type, field, value at the start, kept, touches, name, help, words, sentences)
 *
 * A value is the index of its word. `kept` is STATE when the value is part of a state string, READER when it
 * belongs to whoever sits at the screen, so that neither states nor lessons change it, and BOTH when states
 * have it but lessons leave it alone. Sentences answer a choice, one a word; SETTING_SHOWN: the screen shows it
 * anyway. TO is passed on to SETTING. */
#ifndef VIEWS_SCENE_SETTING_LIST_H
#define VIEWS_SCENE_SETTING_LIST_H

#define SETTING_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SETTING_SHOWN      NULL

#define SETTING_LIST(SETTING, TO)                                                                            \
    SETTING(TO, SCOPE, ScopeKind, scope, SCOPE_AUTO, STATE, TOUCH_LOOK, "scope",                             \
            "colour scale over a map, group, layer, stage, the network, or auto; without a word: the next",  \
            SETTING_WORDS("auto", "map", "group", "layer", "stage", "network"),                              \
            SETTING_WORDS("colour scale auto: a large map by itself, overviews over the layer, 1..99 %",     \
                          "colour scale over the map: each map by itself",                                   \
                          "colour scale over the group: groups of 16 channels, as they stand",               \
                          "colour scale over the layer: all channels of the operation",                      \
                          "colour scale over the stage: all operations of the stage that are computed",      \
                          "colour scale over the network: all operations of the network that are computed")) \
    SETTING(                                                                                                 \
        TO, ORDER, ChannelOrder, order, ORDER_INDEX, STATE, TOUCH_LOOK, "order",                             \
        "channels by index, or the largest first: by energy (l2) of what is shown, of the activation or of " \
        "the gradient; without a word: the next one",                                                        \
        SETTING_WORDS("index", "energy", "activation", "gradient"),                                          \
        SETTING_WORDS("channels by index", "channels by the energy of what is shown, largest first",         \
                      "channels by the l2 of their activation, largest first",                               \
                      "channels by the l2 of their gradient, largest first"))                                \
    SETTING(                                                                                                 \
        TO, POOLING, PoolingChoice, pooling, POOLING_AUTO, STATE, TOUCH_LOOK, "pooling",                     \
        "shrink maps by mean or largest magnitude, auto: overviews of activations by mean; without a "       \
        "word: the next",                                                                                    \
        SETTING_WORDS("auto", "mean", "largest"),                                                            \
        SETTING_WORDS("maps are shrunk auto: overviews of activations by mean, else by largest magnitude",   \
                      "maps are shrunk mean: by mean", "maps are shrunk largest: by largest magnitude"))     \
    SETTING(TO, CLIP, ClipChoice, clip, CLIP_AUTO, STATE, TOUCH_LOOK, "clip",                                \
            "a layer's scale leaves out its largest 0.5%: on, off, auto: for gradients",                     \
            SETTING_WORDS("auto", "off", "on"),                                                              \
            SETTING_WORDS("the scale of a layer leaves out its largest 0.5%: for gradients only (auto)",     \
                          "the scale of a layer leaves out its largest 0.5%: off",                           \
                          "the scale of a layer leaves out its largest 0.5%: on"))                           \
    SETTING(TO, FIGURES, FiguresChoice, figures, FIGURES_ONE, STATE, TOUCH_LOOK, "figures",                  \
            "figures under a tensor: one line, or all of them; without a word: the other",                   \
            SETTING_WORDS("one", "all"),                                                                     \
            SETTING_WORDS("figures one: range, share of zeros and length",                                   \
                          "figures all: counts, signs, percentiles, mean, spread and length"))               \
    SETTING(TO, OVERLAY, OverlayKind, overlay, OVERLAY_NONE, STATE, TOUCH_LOOK, "overlay",                   \
            "over the picture in the input view: none, grad-cam or gradient; without a word: the next",      \
            SETTING_WORDS("none", "grad-cam", "gradient"),                                                   \
            SETTING_WORDS("the picture as it is",                                                            \
                          "Grad-CAM: where the last block's output speaks for the target class",             \
                          "input gradient: how strongly the loss would follow each pixel"))                  \
    SETTING(TO, EXPLAIN, ExplainLevel, explain, EXPLAIN_OFF, STATE, TOUCH_SHOWN, "explain",                  \
            "explain what is selected, for anyone, in code or in mathematics: 1, 2, 3, off; again: off",     \
            SETTING_WORDS("off", "1", "2", "3"), SETTING_SHOWN)                                              \
    SETTING(TO, VERSUS, Versus, versus, VERSUS_CUT, STATE, TOUCH_SKIP, "versus",                             \
            "what the gradients are compared with: cut or plain; without a word: the other",                 \
            SETTING_WORDS("cut", "plain"), SETTING_SHOWN)                                                    \
    SETTING(TO, THEME, ThemeId, theme, THEME_DARK, READER, TOUCH_LOOK | TOUCH_SCREEN, "theme",               \
            "dark, light, contrast or mono; without a word: the next one", theme_names,                      \
            SETTING_WORDS("theme dark", "theme light", "theme contrast", "theme mono"))                      \
    SETTING(TO, DOTS, Switch, dots, SWITCH_OFF, READER, TOUCH_LOOK | TOUCH_SCREEN, "dots",                   \
            "maps and pictures in the dots of braille, eight a cell: on, off; without a word: the other",    \
            SETTING_WORDS("off", "on"),                                                                      \
            SETTING_WORDS("maps as colours or characters", "maps as dots: the more, the larger"))            \
    SETTING(TO, MOUSE, Switch, mouse, SWITCH_OFF, READER, TOUCH_LOOK | TOUCH_SCREEN, "mouse",                \
            "a click selects and the wheel moves: on, off; without a word: the other",                       \
            SETTING_WORDS("off", "on"),                                                                      \
            SETTING_WORDS("mouse off: it selects text",                                                      \
                          "mouse on: a click selects, the wheel moves; with Shift the terminal selects "     \
                          "text"))                                                                           \
    SETTING(TO, PRESENTER, Switch, presenter, SWITCH_OFF, BOTH, TOUCH_SCREEN, "presenter",                   \
            "presenter mode for a class: large cells, keys shown as pressed: on, off; without a word: the "  \
            "other",                                                                                         \
            SETTING_WORDS("off", "on"),                                                                      \
            SETTING_WORDS("presenter mode off",                                                              \
                          "presenter mode: large cells, keys are shown, . points; ':presenter off' ends "    \
                          "it"))

#endif
