/* What a folder of pictures holds: the names of its classes, and the paths of their pictures in a fixed order. */
#ifndef CORE_DATA_PICTURE_LIST_H
#define CORE_DATA_PICTURE_LIST_H

#include "core/base/error.h"

/* Texts on the heap; cleared to begin with. */
typedef struct TextList {
    char **items;
    int count, room;
} TextList;

bool text_list_add(TextList *list, const char *text, Error *err);
void text_list_clear(TextList *list);

/* The names of the folders in `directory`, byte by byte in order, those that begin with a dot left out. Each could be
 * the name of a class: UTF-8 without control characters, at most CLASS_NAME_MAX bytes. */
bool picture_list_classes(TextList *names, const char *directory, Error *err);

/* The paths of the PNG and JPEG files in `directory` and the folders in it, by their names' endings, byte by byte in
 * order. Adds to *others the files with other endings. Links are followed; a pipe, a device, a link that leads nowhere
 * or folders without end are refused. */
bool picture_list_pictures(TextList *paths, int *others, const char *directory, Error *err);

#endif
