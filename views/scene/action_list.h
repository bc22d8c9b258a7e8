/* Every user action: ACTION(ID, name, argument, touches, follows, help). The name is what scripts, the
 * : prompt and tests say. What it touches (views/scene/action.h) decides who may do it, and when. What follows
 * its name (views/scene/action_words.h) is what Tab offers. The key bindings are in app/input/keymap; the help
 * screen is made from both. */
#ifndef VIEWS_SCENE_ACTION_LIST_H
#define VIEWS_SCENE_ACTION_LIST_H

#include "views/scene/setting_list.h"

/* Each setting has an action of its name. */
#define SETTING_ACTION(ACTION, ID, type, field, first, kept, touches, name, help, ...)                       \
    ACTION(ID, name, TEXT, touches, FOLLOWS(WORDS_SETTING), help)

#define ACTION_LIST(ACTION)                                                                                  \
    ACTION(STEP, "step", COUNT, TOUCH_RUN, FOLLOWS_NOTHING, "run one operation and look at it")              \
    ACTION(STEP_BACK, "step-back", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "look at the operation before")      \
    ACTION(BLOCK, "block", COUNT, TOUCH_RUN, FOLLOWS_NOTHING, "run to the end of this block")                \
    ACTION(BLOCK_BACK, "block-back", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING,                                    \
           "look at the start of this block, or of the one before")                                          \
    ACTION(FINISH, "finish", NONE, TOUCH_RUN, FOLLOWS_NOTHING,                                               \
           "run to the end of this pass: forward to the loss, then backward to the image")                   \
    ACTION(REWIND, "rewind", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING, "look at the start of this pass")           \
    ACTION(RUN_HERE, "run-here", NONE, TOUCH_RUN, FOLLOWS_NOTHING, "run up to the selected operation")       \
    ACTION(RESTART, "restart", NONE, TOUCH_RUN, FOLLOWS_NOTHING,                                             \
           "forget the pass and start again at the image")                                                   \
    ACTION(DIRECTION, "direction", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING,                                       \
           "switch between forward (activation) and backward (gradient)")                                    \
    ACTION(NEXT_OP, "next-op", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING,                                          \
           "select the next operation, keeping channel and cell")                                            \
    ACTION(PREVIOUS_OP, "previous-op", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING,                                  \
           "select the previous operation, keeping channel and cell")                                        \
    ACTION(UP, "up", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "up")                                              \
    ACTION(DOWN, "down", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "down")                                        \
    ACTION(LEFT, "left", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "left")                                        \
    ACTION(RIGHT, "right", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "right")                                     \
    ACTION(PAGE_UP, "page-up", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "a page up")                             \
    ACTION(PAGE_DOWN, "page-down", COUNT, TOUCH_SHOWN, FOLLOWS_NOTHING, "a page down")                       \
    ACTION(FIRST, "first", NONE, TOUCH_SHOWN | TAKES_DIGITS, FOLLOWS_NOTHING, "to the first")                \
    ACTION(LAST, "last", NONE, TOUCH_SHOWN | TAKES_DIGITS, FOLLOWS_NOTHING, "to the last")                   \
    ACTION(OPEN, "open", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING, "open what is selected")                        \
    ACTION(CLOSE, "close", NONE, TOUCH_SHOWN | TAKES_DIGITS, FOLLOWS_NOTHING, "back out")                    \
    ACTION(CONTINUE, "continue", NONE, TOUCH_RUN, FOLLOWS_NOTHING,                                           \
           "run to the next breakpoint, or to the end")                                                      \
    ACTION(CONTINUE_BACK, "continue-back", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING,                               \
           "look at the breakpoint before")                                                                  \
    ACTION(BREAK, "break", TEXT, TOUCH_SHOWN,                                                                \
           FOLLOWS(WORDS_BREAK, WORDS_BREAK_NEXT, WORDS_RELATION, WORDS_LIMIT),                              \
           "stop here, at OP [backward], or if grad < 1e-6, act > 100, dead > 50%, cos < 0, nan; 'off' "     \
           "forgets all")                                                                                    \
    ACTION(BREAKS, "breaks", NONE, TOUCH_NOTHING, FOLLOWS_NOTHING, "say where runs stop")                    \
    ACTION(MARK, "mark", TEXT, TOUCH_SHOWN, FOLLOWS(WORDS_LETTER), "remember this place under a letter")     \
    ACTION(GO_MARK, "go-mark", TEXT, TOUCH_VIEW, FOLLOWS(WORDS_LETTER),                                      \
           "go back to the place of that letter; ' goes where the last jump began")                          \
    ACTION(WATCH, "watch", TEXT, TOUCH_SHOWN,                                                                \
           FOLLOWS(WORDS_OP_OR_OFF, WORDS_CHANNEL, WORDS_ROW, WORDS_COLUMN),                                 \
           "keep a number in sight: the selected one, or OP CHANNEL ROW COLUMN; 'off'")                      \
    ACTION(GRADCHECK, "gradcheck", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING,                                       \
           "check the selected gradient against central differences of the loss")                            \
    ACTION(PLAY, "play", NONE, TOUCH_RUN | TOUCH_PACE, FOLLOWS_NOTHING,                                      \
           "play one operation after the other; again: twice as fast")                                       \
    ACTION(SLOWER, "slower", NONE, TOUCH_RUN | TOUCH_PACE, FOLLOWS_NOTHING,                                  \
           "play half as fast; slower than one a second: pause")                                             \
    ACTION(PAUSE, "pause", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING, "stop playing")                               \
    ACTION(GO, "go", NUMBER, TOUCH_SHOWN, FOLLOWS_NOTHING, "select an operation by number")                  \
    ACTION(SELECT, "select", TEXT, TOUCH_SHOWN, FOLLOWS(WORDS_OP, WORDS_DIRECTION),                          \
           "select an operation by name, e.g. layer2.0.add, or layer2.0.add backward")                       \
    ACTION(CHANNEL, "channel", NUMBER, TOUCH_SHOWN, FOLLOWS_NOTHING, "select a channel")                     \
    ACTION(CELL, "cell", TEXT, TOUCH_SHOWN, FOLLOWS(WORDS_OWN), "select a cell of the map: ROW COLUMN")      \
    ACTION(VIEW, "view", TEXT, TOUCH_VIEW, FOLLOWS(WORDS_VIEW),                                              \
           "show a view: architecture, step, maps, value, block, gradients, input, ...")                     \
    ACTION(NEXT_VIEW, "next-view", NONE, TOUCH_VIEW, FOLLOWS_NOTHING, "the next view")                       \
    ACTION(PREVIOUS_VIEW, "previous-view", NONE, TOUCH_VIEW, FOLLOWS_NOTHING, "the previous view")           \
    ACTION(IMAGE, "image", TEXT, TOUCH_PICTURE | ONLY_ONCE, FOLLOWS_LINE(1, WORDS_PICTURE),                  \
           "load a picture: a file, or the name of a bundled one")                                           \
    ACTION(WEIGHTS, "weights", TEXT, TOUCH_MODEL | ONLY_ONCE, FOLLOWS_LINE(1, WORDS_MODEL),                  \
           "load trained weights: a safetensors file, or resnet20 or plain20, which are built in")           \
    ACTION(ARCH, "arch", TEXT, TOUCH_MODEL | ONLY_ONCE, FOLLOWS(WORDS_ARCH),                                 \
           "another architecture with random weights, e.g. resnet56, plain20, resnet50")                     \
    ACTION(FILES, "files", TEXT, TOUCH_SCREEN | ONLY_ONCE, FOLLOWS(WORDS_FILE_GROUP),                        \
           "list pictures, weights or architectures to choose from; without a word: the last list")          \
    ACTION(TARGET, "target", TEXT, TOUCH_PICTURE, FOLLOWS_LINE(1, WORDS_CLASS),                              \
           "the class the loss asks for: a number, a name, or 'predicted'")                                  \
    ACTION(WITHOUT_SKIP, "without-skip", TEXT, TOUCH_SKIP, FOLLOWS(WORDS_SKIP),                              \
           "take the skips away: plain, cut or lesion[:BLOCK]; none: as built; without a word: the next")    \
    ACTION(TWIN, "twin", TEXT, TOUCH_SKIP, FOLLOWS_LINE(2, WORDS_TWIN, WORDS_TWIN_NAME),                     \
           "compare side by side: plain, cut, built, image NAME, weights NAME, difference, off; without a "  \
           "word: the next way to look")                                                                     \
    ACTION(ANALYSIS, "analysis", TEXT, TOUCH_VIEW, FOLLOWS(WORDS_ANALYSIS, WORDS_PLANE),                     \
           "run one of the laboratory's analyses: [NAME], or slice plane; without a name: list them")        \
    ACTION(LESION, "lesion", TEXT, TOUCH_SKIP, FOLLOWS(WORDS_BLOCK),                                         \
           "take a block's branch away and keep its skip, or give it back: [BLOCK]")                         \
    ACTION(SWAP, "swap", TEXT, TOUCH_MODEL, FOLLOWS(WORDS_BLOCK, WORDS_BLOCK_LIKE),                          \
           "two blocks of the same shape change places: [BLOCK [BLOCK]]; one waits for the other")           \
    SETTING_LIST(SETTING_ACTION, ACTION)                                                                     \
    ACTION(                                                                                                  \
        PALETTE, "palette", TEXT, TOUCH_LOOK, FOLLOWS(WORDS_PALETTE_OR_USE, WORDS_PALETTE_OF_USE),           \
        "colours of what is shown, or of activations, gradients, weights: [WHAT] NAME; without: the next")   \
    ACTION(FOLD, "fold", TEXT, TOUCH_SHOWN, FOLLOWS(WORDS_FOLD),                                             \
           "fold the architecture: stages, blocks, none (every operation); without a word: the next")        \
    ACTION(OTHER, "other", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING, "another drawing of what is shown")           \
    ACTION(HELP, "help", NONE, TOUCH_SCREEN, FOLLOWS_NOTHING, "the keys and what they do")                   \
    ACTION(PROMPT, "prompt", NONE, TOUCH_SCREEN | ONLY_ONCE, FOLLOWS_NOTHING, "type an action by name")      \
    ACTION(SEARCH, "search", TEXT, TOUCH_SHOWN, FOLLOWS_LINE(1, WORDS_OP),                                   \
           "select the next operation whose name, kind or shape contains the words")                         \
    ACTION(SEARCH_NEXT, "search-next", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING, "the next one that matches")      \
    ACTION(SEARCH_PREVIOUS, "search-previous", NONE, TOUCH_SHOWN, FOLLOWS_NOTHING,                           \
           "the one before that matches")                                                                    \
    ACTION(SCREEN, "screen", TEXT, TOUCH_FILES | TOUCH_SCREEN, FOLLOWS_LINE(1, WORDS_FILE),                  \
           "write the screen as text to a file, or to - for standard output")                                \
    ACTION(                                                                                                  \
        EXPORT, "export", TEXT, TOUCH_FILES | TOUCH_SCREEN, FOLLOWS_LINE(1, WORDS_EXPORT),                   \
        "write the screen (.txt .ans .svg), the selected tensor (.npy .csv .png) or the .state to a file")   \
    ACTION(DESCRIBE, "describe", TEXT, TOUCH_FILES, FOLLOWS_LINE(1, WORDS_FILE),                             \
           "say in words what is shown, to a file, or to - for standard output")                             \
    ACTION(COPY, "copy", TEXT, TOUCH_NOTHING, FOLLOWS(WORDS_COPY),                                           \
           "offer the screen as text, the state, or the options for pictures, to the terminal's clipboard")  \
    ACTION(EXPORT_CHART, "export-chart", TEXT, TOUCH_FILES, FOLLOWS_LINE(1, WORDS_CHART),                    \
           "write the analysis that is shown to a .svg or .csv file")                                        \
    ACTION(BIND, "bind", TEXT, TOUCH_LOOK | TOUCH_SCREEN, FOLLOWS(WORDS_OWN),                                \
           "give a key another meaning: KEY ACTION, e.g. X arch resnet56; KEY alone: its own again")         \
    ACTION(                                                                                                  \
        POINTER, "pointer", TEXT, TOUCH_SCREEN, FOLLOWS(WORDS_SWITCH),                                       \
        "point at a place: arrows move it, Enter selects there, other keys keep their meaning; again: off")  \
    ACTION(STATE, "state", TEXT, TOUCH_SHOWN, FOLLOWS(WORDS_OWN),                                            \
           "the whole state as one short string, to note and to send, or - to print it; with a STRING: go "  \
           "there")                                                                                          \
    ACTION(CLICK, "click", TEXT, TOUCH_SCREEN | ONLY_ONCE, FOLLOWS(WORDS_OWN),                               \
           "select what stands at COLUMN ROW of the screen, counted from 0")                                 \
    ACTION(QUESTIONS, "questions", TEXT, TOUCH_SCREEN, FOLLOWS(WORDS_QUESTION),                              \
           "the book of questions and answers: a number, or words to look for; again: close it")             \
    ACTION(WHAT, "what", TEXT, TOUCH_SCREEN | ONLY_ONCE, FOLLOWS_LINE(1, WORDS_GLOSSARY),                    \
           "what a word means: a WORD (Tab lists them); without one: the words on this screen")              \
    ACTION(LESSON, "lesson", TEXT, TOUCH_LESSON | TOUCH_TUTOR, FOLLOWS_LINE(1, WORDS_LESSON),                \
           "begin a lesson: a NAME (Tab lists them) or a file; 'off' leaves it")                             \
    ACTION(LESSON_NEXT, "lesson-next", NONE, TOUCH_TUTOR, FOLLOWS_NOTHING,                                   \
           "in a lesson: let the view follow, then turn the page")                                           \
    ACTION(LESSON_BACK, "lesson-back", NONE, TOUCH_TUTOR, FOLLOWS_NOTHING,                                   \
           "in a lesson: back to what was shown before")                                                     \
    ACTION(LESSON_RETURN, "lesson-return", NONE, TOUCH_TUTOR, FOLLOWS_NOTHING,                               \
           "in a lesson: from an excursion back to the page's view")                                         \
    ACTION(ANSWER, "answer", TEXT, TOUCH_TUTOR, FOLLOWS(WORDS_OWN),                                          \
           "in a lesson: answer its question; without a word: skip it")                                      \
    ACTION(REDRAW, "redraw", NONE, TOUCH_SCREEN, FOLLOWS_NOTHING, "draw the screen anew")                    \
    ACTION(QUIT, "quit", NONE, TOUCH_TUTOR | ONLY_ONCE, FOLLOWS_NOTHING, "leave")

#endif
