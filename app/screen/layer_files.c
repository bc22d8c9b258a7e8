/* The list of pictures, weights and architectures to choose from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/input/line_edit.h"
#include "app/screen/screen_state.h"
#include "core/base/utf8.h"
#include "views/style/text.h"

static const char HINTS[] = "Enter ok  h up  Tab next  / find  Esc";

static FilePanel panel_of(const Screen *screen) {
    const Session *session = screen_front(screen);
    const FileList *list = &screen->files.list;
    bool framed = !rect_is_empty(session_frame_area(session));
    bool error = session->notice.kind == NOTICE_ERROR && !framed;
    return (FilePanel){.group = list->group,
                       .rows = list->rows,
                       .shown = list->shown,
                       .count = list->shown_count,
                       .selected = list->selected,
                       .folder = list->folder ? list->folder : "",
                       .filter = list->filter,
                       .filtering = screen->files.filtering,
                       .cursor = screen->files.cursor,
                       .about = error ? session->notice.text : list->about,
                       .about_is_bad = error || list->about_is_bad,
                       .hints = framed ? NULL : HINTS};
}

static void draw(const Screen *screen, Canvas *canvas) {
    FilePanel panel = panel_of(screen);
    file_panel_draw(canvas, screen_full_area(screen), &panel);
}

static const FrameHint rows[] = {{.key = "Enter", .label = "choose"},  {.key = "h", .label = "above"},
                                 {.key = "Tab", .label = "next list"}, {.key = "/", .label = "filter"},
                                 {.key = "Esc", .label = "close"},     {.key = "q", .label = "quit"}};

static int hints(const Screen *screen, FrameHint *out, int room) {
    int count = (int)(sizeof rows / sizeof rows[0]);
    (void)screen;
    if (count > room) count = room;
    memcpy(out, rows, (size_t)count * sizeof *out);
    return count;
}

static void select_current(Screen *screen) {
    const Experiment *exp = &screen_front(screen)->exp;
    FileList *list = &screen->files.list;
    const char *slash = strrchr(exp->picture.name, '/');
    const char *picture = slash ? slash + 1 : exp->picture.name;
    file_list_select(list, 0);
    if (list->group != FILES_WEIGHTS)
        file_list_select_name(list,
                              list->group == FILES_PICTURES ? picture : exp->setup->model->network->arch);
}

/* Where the folder it was in last can no longer be read, the one of the program. */
static bool open_group(Screen *screen, FileGroup group, Error *err) {
    FileList *list = &screen->files.list;
    screen->files.filtering = false;
    bool ok = file_list_read(list, group, err);
    if (!ok) {
        file_list_clear(list);
        ok = file_list_read(list, group, err);
    }
    layer_close_all(screen);
    if (!ok) return false;
    layer_open(screen, LAYER_FILES);
    select_current(screen);
    return true;
}

bool screen_do_files(Screen *screen, const Action *action, Error *err) {
    const char *word = action->text;
    if (*word == '\0' && layer_is_open(screen, LAYER_FILES)) {
        layer_close(screen, LAYER_FILES);
        return true;
    }
    if (*word == '\0') return open_group(screen, screen->files.list.group, err);
    for (int k = 0; k < FILE_GROUP_COUNT; k++)
        if (strcmp(word, file_group_name((FileGroup)k)) == 0) return open_group(screen, (FileGroup)k, err);
    return error_set(err, ERROR_USAGE, "files: expected pictures, weights or architectures, found '%s'",
                     word);
}

static void tell_error(Screen *screen, const Error *err) {
    session_tell(screen_front(screen), NOTICE_ERROR, "%s", err->text);
}

static void turn_group(Screen *screen, int by) {
    Error err = {0};
    int group = ((int)screen->files.list.group + by + FILE_GROUP_COUNT) % FILE_GROUP_COUNT;
    if (!open_group(screen, (FileGroup)group, &err)) tell_error(screen, &err);
}

static void enter_folder(Screen *screen, char *folder) {
    FileList *list = &screen->files.list;
    char *from = list->folder ? strdup(list->folder) : NULL;
    Error err = {.text = "there is no folder above this"};
    if (folder && file_list_enter(list, folder, &err)) {
        const char *slash = from ? strrchr(from, '/') : NULL;
        if (slash) file_list_select_name(list, slash + 1);
    } else {
        tell_error(screen, &err);
    }
    free(from);
    free(folder);
}

/* The action that loads the selected row; ACTION_NONE when that is a folder, or cannot be named. */
static Action choose_row(Screen *screen) {
    static const ActionId actions[] = {[FILES_PICTURES] = ACTION_IMAGE,
                                       [FILES_WEIGHTS] = ACTION_WEIGHTS,
                                       [FILES_ARCHITECTURES] = ACTION_ARCH};
    const FileList *list = &screen->files.list;
    const FileRow *row = file_list_selected(list);
    Session *front = screen_front(screen);
    Action action = {.id = ACTION_NONE};
    if (!row)
        session_tell(front, NOTICE_INFO, "nothing is selected");
    else if (row->kind == FILE_PARENT || row->kind == FILE_FOLDER)
        enter_folder(screen, file_list_folder_of(list, row));
    else if (!file_list_name_of(list, row, action.text, sizeof action.text))
        session_tell(front, NOTICE_ERROR, "the path of this file is longer than %d bytes",
                     ACTION_TEXT_MAX - 1);
    else
        action.id = actions[list->group];
    screen->files.chosen = action.id != ACTION_NONE;
    return action;
}

void screen_settle_files(Screen *screen) {
    if (screen->files.chosen && !screen_error(screen)) layer_close(screen, LAYER_FILES);
    screen->files.chosen = false;
}

static Action act(Screen *screen, Action action) {
    FileList *list = &screen->files.list;
    FilePanel panel = panel_of(screen);
    int by = action_count(&action), page = file_panel_rows(&panel, screen_full_area(screen));
    switch (action.id) {
    case ACTION_UP: file_list_select(list, list->selected - by); break;
    case ACTION_DOWN: file_list_select(list, list->selected + by); break;
    case ACTION_PAGE_UP: file_list_select(list, list->selected - by * page); break;
    case ACTION_PAGE_DOWN: file_list_select(list, list->selected + by * page); break;
    case ACTION_FIRST: file_list_select(list, 0); break;
    case ACTION_LAST: file_list_select(list, list->shown_count - 1); break;
    case ACTION_RIGHT:
    case ACTION_OPEN: return choose_row(screen);
    case ACTION_LEFT: enter_folder(screen, file_list_parent(list)); break;
    case ACTION_NEXT_VIEW: turn_group(screen, 1); break;
    case ACTION_PREVIOUS_VIEW: turn_group(screen, -1); break;
    case ACTION_SEARCH:
        screen->files.filtering = *action.text == '\0';
        screen->files.cursor = 0;
        file_list_filter(list, action.text);
        break;
    case ACTION_CLOSE:
    case ACTION_QUIT: layer_close(screen, LAYER_FILES); break;
    default:
        if (!(action_touches(action.id) & TOUCH_SCREEN)) layer_close(screen, LAYER_FILES);
        return action;
    }
    return (Action){.id = ACTION_NONE};
}

/* The filter narrows the list as it is typed. */
static void type_filter(FileScreen *files, const Key *pressed) {
    char text[FILE_FILTER_MAX];
    LineEdit edit = {.text = text, .size = sizeof text, .cursor = &files->cursor};
    if (pressed->code == KEY_CODE_ENTER || pressed->code == KEY_CODE_ESCAPE) {
        files->filtering = false;
        if (pressed->code == KEY_CODE_ESCAPE) file_list_filter(&files->list, "");
        return;
    }
    utf8_copy(text, sizeof text, files->list.filter);
    if (line_edit_key(edit, pressed->code)) file_list_filter(&files->list, text);
}

static bool key(Screen *screen, const Key *pressed, Action *out) {
    bool moves =
        pressed->code == KEY_CODE_UP || pressed->code == KEY_CODE_DOWN || pressed->code == KEY_CODE_MOUSE;
    if (screen->files.filtering && !moves) {
        screen_front(screen)->notice.kind = NOTICE_NONE;
        type_filter(&screen->files, pressed);
        return true;
    }
    if (pressed->code != KEY_CODE_BACKSPACE) return false;
    out->id = ACTION_LEFT;
    return true;
}

const LayerOps layer_files = {.key = key, .act = act, .draw = draw, .hints = hints, .hides_view = true};
