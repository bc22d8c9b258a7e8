/* Every user action: ACTION(ID, name, argument, help). The name is what scripts, the : prompt and tests say;
 * the key bindings are in app/input/keymap; the help screen is made from both. */
#ifndef VIEWS_SCENE_ACTION_LIST_H
#define VIEWS_SCENE_ACTION_LIST_H

#define ACTION_LIST(ACTION)                                                                                  \
    ACTION(STEP, "step", COUNT, "run one operation and look at it")                                          \
    ACTION(STEP_BACK, "step-back", COUNT, "look at the operation before")                                    \
    ACTION(BLOCK, "block", COUNT, "run to the end of this block")                                            \
    ACTION(BLOCK_BACK, "block-back", COUNT, "look at the start of this block, or of the one before")         \
    ACTION(FINISH, "finish", NONE,                                                                           \
           "run to the end of this pass: forward to the loss, then backward to the image")                   \
    ACTION(REWIND, "rewind", NONE, "look at the start of this pass")                                         \
    ACTION(RUN_HERE, "run-here", NONE, "run up to the selected operation")                                   \
    ACTION(RESTART, "restart", NONE, "forget the pass and start again at the image")                         \
    ACTION(DIRECTION, "direction", NONE, "switch between forward (activation) and backward (gradient)")      \
    ACTION(NEXT_OP, "next-op", COUNT, "select the next operation, keeping channel and cell")                 \
    ACTION(PREVIOUS_OP, "previous-op", COUNT, "select the previous operation, keeping channel and cell")     \
    ACTION(UP, "up", COUNT, "up")                                                                            \
    ACTION(DOWN, "down", COUNT, "down")                                                                      \
    ACTION(LEFT, "left", COUNT, "left")                                                                      \
    ACTION(RIGHT, "right", COUNT, "right")                                                                   \
    ACTION(PAGE_UP, "page-up", COUNT, "a page up")                                                           \
    ACTION(PAGE_DOWN, "page-down", COUNT, "a page down")                                                     \
    ACTION(FIRST, "first", NONE, "to the first")                                                             \
    ACTION(LAST, "last", NONE, "to the last")                                                                \
    ACTION(OPEN, "open", NONE, "open what is selected")                                                      \
    ACTION(CLOSE, "close", NONE, "back out")                                                                 \
    ACTION(CONTINUE, "continue", NONE, "run to the next breakpoint, or to the end")                          \
    ACTION(CONTINUE_BACK, "continue-back", NONE, "look at the breakpoint before")                            \
    ACTION(BREAK, "break", TEXT,                                                                             \
           "stop here, at OP [backward], or if grad < 1e-6, act > 100, dead > 50%, cos < 0, nan; 'off' "     \
           "forgets all")                                                                                    \
    ACTION(BREAKS, "breaks", NONE, "say where runs stop")                                                    \
    ACTION(MARK, "mark", TEXT, "remember this place under a letter")                                         \
    ACTION(GO_MARK, "go-mark", TEXT,                                                                         \
           "go back to the place of that letter; ' goes where the last jump began")                          \
    ACTION(WATCH, "watch", TEXT,                                                                             \
           "keep a number in sight: the selected one, or OP CHANNEL ROW COLUMN; 'off'")                      \
    ACTION(GRADCHECK, "gradcheck", NONE,                                                                     \
           "check the selected gradient against central differences of the loss")                            \
    ACTION(PLAY, "play", NONE, "play one operation after the other; again: twice as fast")                   \
    ACTION(SLOWER, "slower", NONE, "play half as fast; slower than one a second: pause")                     \
    ACTION(PAUSE, "pause", NONE, "stop playing")                                                             \
    ACTION(GO, "go", NUMBER, "select an operation by number")                                                \
    ACTION(SELECT, "select", TEXT,                                                                           \
           "select an operation by name, e.g. layer2.0.add, or layer2.0.add backward")                       \
    ACTION(CHANNEL, "channel", NUMBER, "select a channel")                                                   \
    ACTION(CELL, "cell", TEXT, "select a cell of the map: ROW COLUMN")                                       \
    ACTION(VIEW, "view", TEXT, "show a view: architecture, step, maps, value, block, gradients, input, ...") \
    ACTION(NEXT_VIEW, "next-view", NONE, "the next view")                                                    \
    ACTION(PREVIOUS_VIEW, "previous-view", NONE, "the previous view")                                        \
    ACTION(IMAGE, "image", TEXT, "load a picture: a file, or the name of a bundled one")                     \
    ACTION(WEIGHTS, "weights", TEXT,                                                                         \
           "load trained weights: a safetensors file, or resnet20 or plain20, which are built in")           \
    ACTION(ARCH, "arch", TEXT, "another architecture with random weights, e.g. resnet56, plain20, resnet50") \
    ACTION(FILES, "files", TEXT,                                                                             \
           "list pictures, weights or architectures to choose from; without a word: the last list")          \
    ACTION(TARGET, "target", TEXT, "the class the loss asks for: a number, a name, or 'predicted'")          \
    ACTION(WITHOUT_SKIP, "without-skip", TEXT,                                                               \
           "none, plain, cut or lesion[:BLOCK]; without a word: the next one")                               \
    ACTION(VERSUS, "versus", TEXT,                                                                           \
           "what the gradients are compared with: cut or plain; without a word: the other")                  \
    ACTION(TWIN, "twin", TEXT,                                                                               \
           "compare side by side: plain, cut, built, image NAME, weights NAME, difference, off; without a "  \
           "word: the next way to look")                                                                     \
    ACTION(ANALYSIS, "analysis", TEXT,                                                                       \
           "run one of the laboratory's analyses: [NAME], or slice plane; without a name: list them")        \
    ACTION(LESION, "lesion", TEXT, "take a block's branch away and keep its skip, or give it back: [BLOCK]") \
    ACTION(SWAP, "swap", TEXT,                                                                               \
           "two blocks of the same shape change places: [BLOCK [BLOCK]]; one waits for the other")           \
    ACTION(SCOPE, "scope", TEXT,                                                                             \
           "colour scale over a map, group, layer, stage or the network; without a word: the next one")      \
    ACTION(ORDER, "order", TEXT,                                                                             \
           "channels by index, activation or gradient (largest l2 first); without a word: the next one")     \
    ACTION(                                                                                                  \
        PALETTE, "palette", TEXT,                                                                            \
        "colours of what is shown, or of activations, gradients, weights: [WHAT] NAME; without: the next")   \
    ACTION(POOLING, "pooling", TEXT,                                                                         \
           "shrink maps by mean or largest magnitude, auto: gradients by largest; without a word: the next") \
    ACTION(CLIP, "clip", TEXT, "a layer's scale leaves out its largest 0.5%: on, off, auto: for gradients")  \
    ACTION(FOLD, "fold", TEXT,                                                                               \
           "fold the architecture: stages, blocks, none (every operation); without a word: the next")        \
    ACTION(OTHER, "other", NONE, "another drawing of what is shown")                                         \
    ACTION(OVERLAY, "overlay", TEXT,                                                                         \
           "over the picture in the input view: none, grad-cam or gradient; without a word: the next")       \
    ACTION(EXPLAIN, "explain", TEXT,                                                                         \
           "explain what is selected, for anyone, in code or in mathematics: 1, 2, 3, off; again: off")      \
    ACTION(HELP, "help", NONE, "the keys and what they do")                                                  \
    ACTION(PROMPT, "prompt", NONE, "type an action by name")                                                 \
    ACTION(SEARCH, "search", TEXT, "select the next operation whose name, kind or shape contains the words") \
    ACTION(SEARCH_NEXT, "search-next", NONE, "the next one that matches")                                    \
    ACTION(SEARCH_PREVIOUS, "search-previous", NONE, "the one before that matches")                          \
    ACTION(SCREEN, "screen", TEXT, "write the screen as text to a file, or to - for standard output")        \
    ACTION(                                                                                                  \
        EXPORT, "export", TEXT,                                                                              \
        "write the screen (.txt .ans .svg), the selected tensor (.npy .csv .png) or the .state to a file")   \
    ACTION(DESCRIBE, "describe", TEXT, "say in words what is shown, to a file, or to - for standard output") \
    ACTION(COPY, "copy", TEXT, "offer the screen as text, or the state, to the terminal's clipboard")        \
    ACTION(EXPORT_CHART, "export-chart", TEXT, "write the analysis that is shown to a .svg or .csv file")    \
    ACTION(THEME, "theme", TEXT, "dark, light, contrast or mono; without a word: the next one")              \
    ACTION(BIND, "bind", TEXT,                                                                               \
           "give a key another meaning: KEY ACTION, e.g. X arch resnet56; KEY alone: its own again")         \
    ACTION(MOUSE, "mouse", TEXT, "a click selects and the wheel moves: on, off; without a word: the other")  \
    ACTION(PRESENTER, "presenter", TEXT,                                                                     \
           "presenter mode for a class: large cells, keys shown as pressed: on, off; without a word: the "   \
           "other")                                                                                          \
    ACTION(                                                                                                  \
        POINTER, "pointer", TEXT,                                                                            \
        "point at a place: arrows move it, Enter selects there, other keys keep their meaning; again: off")  \
    ACTION(STATE, "state", TEXT,                                                                             \
           "the whole state as one short string, to note and to send, or - to print it; with a STRING: go "  \
           "there")                                                                                          \
    ACTION(CLICK, "click", TEXT, "select what stands at COLUMN ROW of the screen, counted from 0")           \
    ACTION(QUESTIONS, "questions", TEXT,                                                                     \
           "the book of questions and answers: a number, or words to look for; again: close it")             \
    ACTION(LESSON, "lesson", TEXT, "begin a lesson: a NAME (Tab lists them) or a file; 'off' leaves it")     \
    ACTION(LESSON_NEXT, "lesson-next", NONE, "in a lesson: let the view follow, then turn the page")         \
    ACTION(LESSON_BACK, "lesson-back", NONE, "in a lesson: back to what was shown before")                   \
    ACTION(LESSON_RETURN, "lesson-return", NONE, "in a lesson: from an excursion back to the page's view")   \
    ACTION(ANSWER, "answer", TEXT, "in a lesson: answer its question; without a word: skip it")              \
    ACTION(REDRAW, "redraw", NONE, "draw the screen anew")                                                   \
    ACTION(QUIT, "quit", NONE, "leave")

#endif
