/* What lies over the view, stacked: the one opened last is on top and is asked first. All of them speak one
 * protocol, so that the rest of the program need not ask which are open. */
#ifndef APP_SCREEN_LAYERS_H
#define APP_SCREEN_LAYERS_H

#include "app/screen/screen.h"
#include "views/panel/frame.h"
#include "views/panel/help.h"

typedef enum LayerId {
    LAYER_LESSON, /* a lesson and its sheet; hides all that lay on the user's session before */
    LAYER_BOOK,
    LAYER_FILES,
    LAYER_HELP,
    LAYER_WORDS,
    LAYER_POINTER,
    LAYER_PROMPT,
    LAYER_COUNT
} LayerId;

typedef struct LayerStack {
    LayerId ids[LAYER_COUNT]; /* the lowest first; each at most once */
    int count;
} LayerStack;

/* Rows for the help screen, as a layer adds them. */
typedef void (*LayerRow)(void *to, const char *keys, const char *help);

typedef struct LayerOps {
    /* False: the key is none of its own, and means what it always means. True: it is dealt with; `out` is
     * then the action that it stands for, ACTION_NONE for none. */
    bool (*key)(Screen *screen, const Key *key, Action *out);
    /* As a view's act: the action again when there is no use for it, ACTION_NONE when it is done, or another
     * one in its place. Never calls screen_do. */
    Action (*act)(Screen *screen, Action action);
    void (*draw)(const Screen *screen, Canvas *canvas);
    int (*hints)(const Screen *screen, FrameHint *out, int room);
    void (*help)(const Screen *screen, LayerRow add, void *to);
    const char *title; /* over those rows of the help */
    bool hides_view;   /* it takes the view's room; else it only lies over some cells */
    bool sees_through; /* keys that it does not want go to the layer below */
    bool takes_text;   /* keys are text, which presenter mode does not show */
    bool needs_frame;  /* is not drawn on a screen too small for a frame */
} LayerOps;

/* Defined in the files of their names; draw, hints and help may be NULL, as may key and act. */
extern const LayerOps layer_lesson, layer_book, layer_files, layer_help, layer_pointer, layer_prompt, layer_words;

const LayerOps *layer_ops(LayerId id);

void layer_open(Screen *screen, LayerId id);  /* on top, wherever it was */
void layer_close(Screen *screen, LayerId id); /* nothing happens when it is not open */
bool layer_is_open(const Screen *screen, LayerId id);
/* Closes what lies over the view, except a lesson and the pointer. */
void layer_close_all(Screen *screen);

/* The lowest that counts: the lesson's place, or 0. What lies below belongs to the session that waits. */
int layer_floor(const Screen *screen);
/* The place of the layer that has the view's room; -1: the view is seen. */
int layer_in_view(const Screen *screen);
/* Is text being typed into the topmost one? */
bool layer_takes_text(const Screen *screen);

#endif
