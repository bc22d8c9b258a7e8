/* Every view: VIEW(ID, file) stands for views/<file>/<file>.c, which defines view_<file>_ops. */
#ifndef VIEWS_SCENE_VIEW_LIST_H
#define VIEWS_SCENE_VIEW_LIST_H

#define VIEW_LIST(VIEW)                                                                                      \
    VIEW(ARCHITECTURE, architecture)                                                                         \
    VIEW(STEP, step)                                                                                         \
    VIEW(MAPS, maps)                                                                                         \
    VIEW(VALUE, value)                                                                                       \
    VIEW(BLOCK, block)                                                                                       \
    VIEW(GRADIENTS, gradients)                                                                               \
    VIEW(INPUT, input)                                                                                       \
    VIEW(ANALYSES, analyses)

#endif
