#include "app/screen/layers.h"

#include "app/screen/screen_state.h"

const LayerOps *layer_ops(LayerId id) {
    static const LayerOps *const ops[LAYER_COUNT] = {
        [LAYER_LESSON] = &layer_lesson, [LAYER_BOOK] = &layer_book,       [LAYER_FILES] = &layer_files,
        [LAYER_HELP] = &layer_help,     [LAYER_POINTER] = &layer_pointer, [LAYER_PROMPT] = &layer_prompt, [LAYER_WORDS] = &layer_words};
    return ops[id];
}

static int layer_index(const LayerStack *stack, LayerId id) {
    for (int k = 0; k < stack->count; k++)
        if (stack->ids[k] == id) return k;
    return -1;
}

void layer_close(Screen *screen, LayerId id) {
    LayerStack *stack = &screen->layers;
    int place = layer_index(stack, id);
    if (place < 0) return;
    stack->count--;
    for (int k = place; k < stack->count; k++) stack->ids[k] = stack->ids[k + 1];
}

void layer_open(Screen *screen, LayerId id) {
    layer_close(screen, id);
    screen->layers.ids[screen->layers.count++] = id;
}

bool layer_is_open(const Screen *screen, LayerId id) {
    return layer_index(&screen->layers, id) >= layer_floor(screen);
}

int layer_floor(const Screen *screen) {
    int lesson = layer_index(&screen->layers, LAYER_LESSON);
    return lesson < 0 ? 0 : lesson;
}

int layer_in_view(const Screen *screen) {
    const LayerStack *stack = &screen->layers;
    for (int k = stack->count - 1; k >= layer_floor(screen); k--)
        if (layer_ops(stack->ids[k])->hides_view) return k;
    return -1;
}

bool layer_takes_text(const Screen *screen) {
    const LayerStack *stack = &screen->layers;
    return stack->count > 0 && layer_ops(stack->ids[stack->count - 1])->takes_text;
}

void layer_close_all(Screen *screen) {
    for (int id = 0; id < LAYER_COUNT; id++)
        if (id != LAYER_LESSON && id != LAYER_POINTER && layer_is_open(screen, (LayerId)id))
            layer_close(screen, (LayerId)id);
}
