/* The list of pictures, weights and architectures in a session. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session/session_state.h"
#include "core/base/utf8.h"
#include "views/panel/frame.h"
#include "views/style/text.h"

static const char HINTS[] = "Enter ok  h up  Tab next  / find  Esc";

static FilePanel panel_of(const Session *session) {
    const FileList *list = &session->files.list;
    bool framed = !rect_is_empty(session_frame_area(session));
    bool error = session->notice.kind == NOTICE_ERROR && !framed;
    return (FilePanel){.group = list->group,
                       .rows = list->rows,
                       .shown = list->shown,
                       .count = list->shown_count,
                       .selected = list->selected,
                       .folder = list->folder ? list->folder : "",
                       .filter = list->filter,
                       .filtering = session->files.filtering,
                       .about = error ? session->notice.text : list->about,
                       .about_is_bad = error || list->about_is_bad,
                       .hints = framed ? NULL : HINTS};
}

static Rect area_of(const Session *session) {
    Rect area = session_frame_area(session);
    return rect_is_empty(area) ? (Rect){.w = session->display.width, .h = session->display.height} : area;
}

void session_files_draw(const Session *session, Canvas *canvas) {
    FilePanel panel = panel_of(session);
    file_panel_draw(canvas, area_of(session), &panel);
}

static const FrameHint hints[] = {{.key = "Enter", .label = "choose"},  {.key = "h", .label = "above"},
                                  {.key = "Tab", .label = "next list"}, {.key = "/", .label = "filter"},
                                  {.key = "Esc", .label = "close"},     {.key = "q", .label = "quit"}};

int session_files_hints(FrameHint *out, int room) {
    int count = (int)(sizeof hints / sizeof hints[0]);
    if (count > room) count = room;
    memcpy(out, hints, (size_t)count * sizeof *out);
    return count;
}

static void select_current(Session *session) {
    const Network *network = session->exp.setup->model->network;
    const char *slash = strrchr(session->exp.picture.name, '/');
    const char *picture = slash ? slash + 1 : session->exp.picture.name;
    file_list_select(&session->files.list, 0);
    if (session->files.list.group != FILES_WEIGHTS)
        file_list_select_name(&session->files.list,
                              session->files.list.group == FILES_PICTURES ? picture : network->arch);
}

/* Where the folder it was in last can no longer be read, the one of the program. */
static void open_group(Session *session, FileGroup group) {
    Error err = {0};
    FileList *list = &session->files.list;
    session->files.filtering = false;
    bool ok = file_list_read(list, group, &err);
    if (!ok) {
        file_list_clear(list);
        ok = file_list_read(list, group, &err);
    }
    if (!ok) session_tell(session, NOTICE_ERROR, "%s", err.text);
    session->files.open = ok;
    session->book.open = false;
    session->help.open = false;
    if (ok) select_current(session);
}

void session_do_files(Session *session, const char *word) {
    if (*word == '\0' && session->files.open) {
        session->files.open = false;
        return;
    }
    for (int k = 0; k < FILE_GROUP_COUNT; k++)
        if (*word == '\0' ? k == (int)session->files.list.group
                          : strcmp(word, file_group_name((FileGroup)k)) == 0) {
            open_group(session, (FileGroup)k);
            return;
        }
    session_tell(session, NOTICE_ERROR, "files: expected pictures, weights or architectures, found '%s'",
                 word);
}

static void enter_folder(Session *session, char *folder) {
    Error err = {0};
    FileList *list = &session->files.list;
    char *from = list->folder ? strdup(list->folder) : NULL;
    if (folder && file_list_enter(list, folder, &err)) {
        const char *slash = from ? strrchr(from, '/') : NULL;
        if (slash) file_list_select_name(list, slash + 1);
    } else {
        session_tell(session, NOTICE_ERROR, "%s", folder ? err.text : "there is no folder above this");
    }
    free(from);
    free(folder);
}

/* The list closes when the choice was good. */
static void choose(Session *session) {
    static const ActionId actions[] = {[FILES_PICTURES] = ACTION_IMAGE,
                                       [FILES_WEIGHTS] = ACTION_WEIGHTS,
                                       [FILES_ARCHITECTURES] = ACTION_ARCH};
    const FileList *list = &session->files.list;
    const FileRow *row = file_list_selected(list);
    Action action = {.id = actions[list->group]};
    if (!row) {
        session_tell(session, NOTICE_INFO, "nothing is selected");
    } else if (row->kind == FILE_PARENT || row->kind == FILE_FOLDER) {
        enter_folder(session, file_list_folder_of(list, row));
    } else if (!file_list_name_of(list, row, action.text, sizeof action.text)) {
        session_tell(session, NOTICE_ERROR, "the path of this file is longer than %d bytes",
                     ACTION_TEXT_MAX - 1);
    } else {
        session->files.open = false;
        session_do(session, &action);
        session->files.open = session_error(session) != NULL;
    }
}

static void move(Session *session, int by) {
    file_list_select(&session->files.list, session->files.list.selected + by);
}

/* What the list has no use for closes it and is done, except what works on any screen. */
bool session_files_eat(Session *session, const Action *action) {
    FileList *list = &session->files.list;
    FilePanel panel = panel_of(session);
    int by = action_count(action), page = file_panel_rows(&panel, area_of(session));
    switch (action->id) {
    case ACTION_UP: move(session, -by); return true;
    case ACTION_DOWN: move(session, by); return true;
    case ACTION_PAGE_UP: move(session, -by * page); return true;
    case ACTION_PAGE_DOWN: move(session, by * page); return true;
    case ACTION_FIRST: file_list_select(list, 0); return true;
    case ACTION_LAST: file_list_select(list, list->shown_count - 1); return true;
    case ACTION_RIGHT:
    case ACTION_OPEN: choose(session); return true;
    case ACTION_LEFT: enter_folder(session, file_list_parent(list)); return true;
    case ACTION_NEXT_VIEW:
        open_group(session, (FileGroup)((list->group + 1) % FILE_GROUP_COUNT));
        return true;
    case ACTION_PREVIOUS_VIEW:
        open_group(session, (FileGroup)((list->group + FILE_GROUP_COUNT - 1) % FILE_GROUP_COUNT));
        return true;
    case ACTION_SEARCH:
        session->files.filtering = *action->text == '\0';
        file_list_filter(list, action->text);
        return true;
    case ACTION_CLOSE:
    case ACTION_QUIT: session->files.open = false; return true;
    case ACTION_POINTER: session->files.open = false; return false; /* the list has the arrows that move it */
    default:
        if (!(action_touches(action->id) & TOUCH_SCREEN)) session->files.open = false;
        return false;
    }
}

static void drop_glyph(char *text) {
    size_t length = strlen(text);
    while (length > 0 && ((unsigned char)text[--length] & 0xC0) == 0x80) continue;
    text[length] = '\0';
}

/* The filter narrows the list as it is typed. */
static void type_filter(Session *session, const Key *key) {
    FileList *list = &session->files.list;
    char text[FILE_FILTER_MAX], glyph[5] = {0};
    utf8_copy(text, sizeof text, list->filter);
    if (key->code == KEY_CODE_ENTER || key->code == KEY_CODE_ESCAPE) {
        session->files.filtering = false;
        if (key->code == KEY_CODE_ESCAPE) file_list_filter(list, "");
        return;
    }
    if (key->code == KEY_CODE_BACKSPACE)
        drop_glyph(text);
    else if (key->code >= ' ' && key->code < KEY_CODE_UP && utf8_encode(key->code, glyph) > 0 &&
             strlen(text) + strlen(glyph) < sizeof text)
        strcat(text, glyph);
    file_list_filter(list, text);
}

bool session_files_key(Session *session, const Key *key) {
    bool moves = key->code == KEY_CODE_UP || key->code == KEY_CODE_DOWN || key->code == KEY_CODE_MOUSE;
    if (session->files.filtering && !moves) {
        session->notice.kind = NOTICE_NONE;
        type_filter(session, key);
        return true;
    }
    if (key->code != KEY_CODE_BACKSPACE) return false;
    session_do(session, &(Action){.id = ACTION_LEFT});
    return true;
}
