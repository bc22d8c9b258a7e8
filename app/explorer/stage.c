#include "app/explorer/stage.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/explorer/stage_socket.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"

enum {
    READERS_MAX = 8,
    REQUEST_MAX = 32,
    EVENTS_MAX = 2 * READERS_MAX, /* in one stage_hear */
    BACKLOG_MAX = 1024,           /* bytes: some seconds of a key that is held down */
};

typedef struct Reader {
    int fd; /* -1: free */
    char request[REQUEST_MAX];
    size_t length;
} Reader;

struct Stage {
    int listener, poll;
    char path[STAGE_PATH_MAX];
    struct stat made; /* the socket's file */
    Reader readers[READERS_MAX];
    NotesPanel panel;
    bool shown;
    double begun_s, turned_s;
};

char *stage_write_page(const NotesPanel *panel) {
    NotesPanel p = *panel; /* JSON is UTF-8: what is not would leave the old page on the speaker's screen */
    utf8_clip(p.lesson, sizeof p.lesson, panel->lesson);
    utf8_clip(p.title, sizeof p.title, panel->title);
    utf8_clip(p.notes, sizeof p.notes, panel->notes);
    utf8_clip(p.next, sizeof p.next, panel->next);
    utf8_clip(p.now, sizeof p.now, panel->now);
    json_t *json = json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:f,s:f}", "lesson", p.lesson, "title", p.title,
                             "notes", p.notes, "next", p.next, "now", p.now, "page", p.page, "pages", p.pages,
                             "elapsed_s", p.elapsed_s, "page_s", p.page_s);
    char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return line;
}

bool stage_read_page(const char *line, NotesPanel *panel) {
    const char *lesson, *title, *notes, *next, *now;
    NotesPanel read = {.pages = 0};
    json_t *json = json_loads(line, 0, NULL);
    bool ok =
        json && json_unpack(json, "{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:F,s:F}", "lesson", &lesson, "title", &title,
                            "notes", &notes, "next", &next, "now", &now, "page", &read.page, "pages",
                            &read.pages, "elapsed_s", &read.elapsed_s, "page_s", &read.page_s) == 0;
    if (ok) {
        utf8_clip(read.lesson, sizeof read.lesson, lesson);
        utf8_clip(read.title, sizeof read.title, title);
        utf8_clip(read.notes, sizeof read.notes, notes);
        utf8_clip(read.next, sizeof read.next, next);
        utf8_clip(read.now, sizeof read.now, now);
        *panel = read;
    }
    json_decref(json);
    return ok;
}

static bool watch(const Stage *stage, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(stage->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

Stage *stage_open_at(const char *path, Error *err) {
    Stage *stage = calloc(1, sizeof *stage);
    if (!stage) {
        error_set(err, ERROR_FAILED, "not enough memory for the notes");
        return NULL;
    }
    for (int k = 0; k < READERS_MAX; k++) stage->readers[k].fd = -1;
    snprintf(stage->path, sizeof stage->path, "%s", path);
    stage->begun_s = stage->turned_s = clock_seconds();
    stage->poll = -1;
    stage->listener = stage_listen(path, err);
    if (stage->listener >= 0 && lstat(path, &stage->made) == 0) {
        stage->poll = epoll_create1(EPOLL_CLOEXEC);
        if (stage->poll >= 0 && watch(stage, stage->listener)) return stage;
        error_set(err, ERROR_FAILED, "%s: no socket for the notes", path);
    }
    stage_close(stage);
    return NULL;
}

Stage *stage_open(const char *name, Error *err) {
    char path[STAGE_PATH_MAX];
    return stage_path(name, path, err) ? stage_open_at(path, err) : NULL;
}

static void let_go(Reader *reader) {
    close(reader->fd);
    *reader = (Reader){.fd = -1};
}

/* Takes the file away when it is still the one that was made here. */
static void remove_file(const Stage *stage) {
    struct stat now;
    if (stage->listener >= 0 && lstat(stage->path, &now) == 0 && now.st_ino == stage->made.st_ino &&
        now.st_dev == stage->made.st_dev)
        unlink(stage->path);
}

void stage_close(Stage *stage) {
    if (!stage) return;
    for (int k = 0; k < READERS_MAX; k++)
        if (stage->readers[k].fd >= 0) let_go(&stage->readers[k]);
    remove_file(stage);
    if (stage->listener >= 0) close(stage->listener);
    if (stage->poll >= 0) close(stage->poll);
    free(stage);
}

int stage_fd(const Stage *stage) {
    return stage->poll;
}

int stage_reader_count(const Stage *stage) {
    int count = 0;
    for (int k = 0; k < READERS_MAX; k++) count += stage->readers[k].fd >= 0;
    return count;
}

/* What has no room at once will not be read soon enough to matter. */
static void tell(Reader *reader, const char *line) {
    struct iovec parts[] = {{.iov_base = (void *)(size_t)line, .iov_len = strlen(line)},
                            {.iov_base = (char[]){"\n"}, .iov_len = 1}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent = sendmsg(reader->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != (ssize_t)(strlen(line) + 1)) let_go(reader);
}

static char *line_now(Stage *stage) {
    stage->panel.elapsed_s = clock_seconds() - stage->begun_s;
    stage->panel.page_s = clock_seconds() - stage->turned_s;
    return stage_write_page(&stage->panel);
}

static void let_in(Stage *stage) {
    int fd = accept4(stage->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    Reader *place = NULL;
    for (int k = 0; k < READERS_MAX; k++)
        if (stage->readers[k].fd < 0) place = &stage->readers[k];
    if (fd < 0) return;
    if (!place || !stage_peer_is_mine(fd) || !watch(stage, fd)) {
        close(fd);
        return;
    }
    *place = (Reader){.fd = fd};
    char *line = stage->shown ? line_now(stage) : NULL;
    if (line) tell(place, line);
    free(line);
}

/* Lines "next" and "back"; anything else ends the acquaintance. */
static StageRequest take_request(Reader *reader) {
    char *end = memchr(reader->request, '\n', reader->length);
    if (!end) {
        if (reader->length == REQUEST_MAX) let_go(reader);
        return STAGE_NOTHING;
    }
    *end = '\0';
    StageRequest request = strcmp(reader->request, "next") == 0   ? STAGE_NEXT
                           : strcmp(reader->request, "back") == 0 ? STAGE_BACK
                                                                  : STAGE_NOTHING;
    if (request == STAGE_NOTHING) {
        let_go(reader);
        return request;
    }
    reader->length -= (size_t)(end + 1 - reader->request);
    memmove(reader->request, end + 1, reader->length);
    return request;
}

/* Turning pages for minutes after the last key was pressed serves nobody. */
static bool asks_too_much(const Reader *reader) {
    int waiting = 0;
    return ioctl(reader->fd, FIONREAD, &waiting) == 0 && waiting > BACKLOG_MAX;
}

static StageRequest hear_reader(Reader *reader) {
    if (asks_too_much(reader)) {
        let_go(reader);
        return STAGE_NOTHING;
    }
    StageRequest request = take_request(reader);
    if (request != STAGE_NOTHING || reader->fd < 0) return request;
    ssize_t count =
        recv(reader->fd, reader->request + reader->length, REQUEST_MAX - reader->length, MSG_DONTWAIT);
    if (count <= 0) {
        let_go(reader);
        return STAGE_NOTHING;
    }
    reader->length += (size_t)count;
    return take_request(reader);
}

static Reader *find_reader(Stage *stage, int fd) {
    for (int k = 0; k < READERS_MAX; k++)
        if (stage->readers[k].fd == fd) return &stage->readers[k];
    return NULL;
}

StageRequest stage_hear(Stage *stage) {
    for (int k = 0; k < READERS_MAX; k++) {
        if (stage->readers[k].fd < 0 || stage->readers[k].length == 0) continue;
        StageRequest request = take_request(&stage->readers[k]);
        if (request != STAGE_NOTHING) return request;
    }
    struct epoll_event event;
    for (int k = 0; k < EVENTS_MAX && epoll_wait(stage->poll, &event, 1, 0) > 0; k++) {
        StageRequest request = STAGE_NOTHING;
        if (event.data.fd == stage->listener) let_in(stage);
        Reader *reader = find_reader(stage, event.data.fd);
        if (reader) request = hear_reader(reader);
        if (request != STAGE_NOTHING) return request;
    }
    return STAGE_NOTHING;
}

static bool same_page(const NotesPanel *a, const NotesPanel *b) {
    return a->page == b->page && a->pages == b->pages && strcmp(a->lesson, b->lesson) == 0;
}

static bool same(const NotesPanel *a, const NotesPanel *b) {
    return same_page(a, b) && strcmp(a->title, b->title) == 0 && strcmp(a->notes, b->notes) == 0 &&
           strcmp(a->next, b->next) == 0 && strcmp(a->now, b->now) == 0;
}

void stage_show(Stage *stage, const NotesPanel *panel) {
    if (stage->shown && same(&stage->panel, panel)) return;
    if (!stage->shown || !same_page(&stage->panel, panel)) stage->turned_s = clock_seconds();
    stage->panel = *panel;
    stage->shown = true;
    char *line = line_now(stage);
    for (int k = 0; line && k < READERS_MAX; k++)
        if (stage->readers[k].fd >= 0) tell(&stage->readers[k], line);
    free(line);
}
