/* What there is to choose from: pictures and weights that are built in or lie in a folder, and architectures.
 */
#ifndef APP_INPUT_FILE_LIST_H
#define APP_INPUT_FILE_LIST_H

#include "core/base/error.h"
#include "views/panel/file_panel.h"

enum {
    FILE_LIST_MAX = 20000, /* rows; what a larger folder has beyond them is left out, and said so */
    FILE_FILTER_MAX = 64,
    FILE_ABOUT_MAX = 640,
};

typedef struct FileList {
    FileGroup group;
    char *folder, *start; /* absolute; where we are, and where the program is. Heap. */
    FileRow *rows;        /* heap, as are their names */
    int count, room;
    bool cut;   /* the folder has more */
    int *shown; /* rows that match the filter; heap */
    int shown_count, selected;
    char filter[FILE_FILTER_MAX];
    char about[FILE_ABOUT_MAX]; /* of the selected row */
    bool about_is_bad;
} FileList;

/* Reads a group: of the folder it was in last, or where the program is. The list has no rows on failure. */
bool file_list_read(FileList *list, FileGroup group, Error *err);
/* Another folder of the same group. On failure the list is as it was. */
bool file_list_enter(FileList *list, const char *folder, Error *err);
/* The folder of the selected row, or the one above; heap. NULL: there is none. */
char *file_list_folder_of(const FileList *list, const FileRow *row);
char *file_list_parent(const FileList *list);
void file_list_clear(FileList *list);

void file_list_filter(FileList *list, const char *words); /* case does not matter */
void file_list_select(FileList *list, int selected);      /* the nearest there is */
void file_list_select_name(FileList *list, const char *name);
const FileRow *file_list_selected(const FileList *list); /* NULL when there is none */

/* What the actions image, weights and arch call the row; false when that is too long. */
bool file_list_name_of(const FileList *list, const FileRow *row, char *out, size_t out_size);

/* app/input/file_about.c: fills `about` from the first bytes of the selected file. */
void file_list_describe(FileList *list);

#endif
