/* The list of files to choose from, over a view: pictures, weights, architectures. Also on screens that are
 * too small for any view. */
#ifndef VIEWS_PANEL_FILE_PANEL_H
#define VIEWS_PANEL_FILE_PANEL_H

#include <stdint.h>

#include "views/canvas/canvas.h"

typedef enum FileGroup { FILES_PICTURES, FILES_WEIGHTS, FILES_ARCHITECTURES, FILE_GROUP_COUNT } FileGroup;

const char *file_group_name(FileGroup group); /* "pictures" */

/* In the order in which they are listed. */
typedef enum FileKind { FILE_BUNDLED, FILE_PARENT, FILE_FOLDER, FILE_FILE, FILE_ARCH } FileKind;

typedef struct FileRow {
    FileKind kind;
    char *name;    /* as the file system has it: any bytes */
    uint64_t size; /* bytes; of an architecture: parameters */
} FileRow;

typedef struct FilePanel {
    FileGroup group;
    const FileRow *rows;
    const int *shown; /* rows that match the filter */
    int count, selected;
    const char *folder; /* whose files these are */
    const char *filter; /* "" for none */
    bool filtering;     /* it is being typed */
    size_t cursor;      /* then: bytes of it before the cursor */
    const char *about;  /* of the selected row */
    bool about_is_bad;
    const char *hints; /* in a row below; NULL where the frame has them */
} FilePanel;

/* The row of the list at the top of a panel in that area, and how many rows it shows. */
int file_panel_first(const FilePanel *panel, Rect area);
int file_panel_rows(const FilePanel *panel, Rect area);
void file_panel_draw(Canvas *canvas, Rect area, const FilePanel *panel);

#endif
