#include "app/explorer/notes_link.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/explorer/notes_link_socket.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"

enum {
    PEERS_MAX = 8,
    REQUEST_MAX = 32,
    EVENTS_MAX = 2 * PEERS_MAX, /* in one notes_link_hear */
    BACKLOG_MAX = 1024,         /* bytes of requests that may wait: a key held down for some seconds */
};

/* A terminal that shows the notes. */
typedef struct Peer {
    int fd; /* -1: free */
    char request[REQUEST_MAX];
    size_t length;
} Peer;

struct NotesLink {
    int listener, poll;
    char path[NOTES_LINK_PATH_MAX];
    struct stat made; /* the socket's file */
    Peer peers[PEERS_MAX];
    NotesPanel panel;
    bool shown;
    double begun_s, turned_s;
};

char *notes_link_write_page(const NotesPanel *panel) {
    /* jansson refuses text that is not UTF-8, and the speaker's screen would keep the old page. */
    NotesPanel p = *panel;
    utf8_clip(p.lesson, sizeof p.lesson, panel->lesson);
    utf8_clip(p.title, sizeof p.title, panel->title);
    utf8_clip(p.notes, sizeof p.notes, panel->notes);
    utf8_clip(p.text, sizeof p.text, panel->text);
    utf8_clip(p.answer, sizeof p.answer, panel->answer);
    utf8_clip(p.next, sizeof p.next, panel->next);
    utf8_clip(p.now, sizeof p.now, panel->now);
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:f,s:f}", "lesson", p.lesson, "title", p.title,
                  "notes", p.notes, "text", p.text, "answer", p.answer, "next", p.next, "now", p.now, "page",
                  p.page, "pages", p.pages, "elapsed_s", p.elapsed_s, "page_s", p.page_s);
    char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return line;
}

bool notes_link_read_page(const char *line, NotesPanel *panel) {
    const char *lesson, *title, *notes, *next, *now, *text = "", *answer = "";
    NotesPanel read = {.pages = 0};
    json_t *json = json_loads(line, 0, NULL);
    bool ok = json && json_unpack(json, "{s:s,s:s,s:s,s?s,s?s,s:s,s:s,s:i,s:i,s:F,s:F}", "lesson", &lesson,
                                  "title", &title, "notes", &notes, "text", &text, "answer", &answer, "next",
                                  &next, "now", &now, "page", &read.page, "pages", &read.pages, "elapsed_s",
                                  &read.elapsed_s, "page_s", &read.page_s) == 0;
    if (ok) {
        utf8_clip(read.lesson, sizeof read.lesson, lesson);
        utf8_clip(read.title, sizeof read.title, title);
        utf8_clip(read.notes, sizeof read.notes, notes);
        utf8_clip(read.text, sizeof read.text, text);
        utf8_clip(read.answer, sizeof read.answer, answer);
        utf8_clip(read.next, sizeof read.next, next);
        utf8_clip(read.now, sizeof read.now, now);
        *panel = read;
    }
    json_decref(json);
    return ok;
}

static bool watch(const NotesLink *link, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(link->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

NotesLink *notes_link_open_at(const char *path, Error *err) {
    NotesLink *link = calloc(1, sizeof *link);
    if (!link) {
        error_set(err, ERROR_FAILED, "not enough memory for the notes");
        return NULL;
    }
    for (int k = 0; k < PEERS_MAX; k++) link->peers[k].fd = -1;
    snprintf(link->path, sizeof link->path, "%s", path);
    link->begun_s = link->turned_s = clock_seconds();
    link->poll = -1;
    link->listener = notes_link_listen(path, err);
    if (link->listener >= 0 && lstat(path, &link->made) == 0) {
        link->poll = epoll_create1(EPOLL_CLOEXEC);
        if (link->poll >= 0 && watch(link, link->listener)) return link;
        error_set(err, ERROR_FAILED, "%s: no socket for the notes", path);
    }
    notes_link_close(link);
    return NULL;
}

NotesLink *notes_link_open(const char *name, Error *err) {
    char path[NOTES_LINK_PATH_MAX];
    return notes_link_path(name, path, err) ? notes_link_open_at(path, err) : NULL;
}

static void drop_peer(Peer *peer) {
    close(peer->fd);
    *peer = (Peer){.fd = -1};
}

/* Removes the socket file, unless another one has taken its place. */
static void remove_file(const NotesLink *link) {
    struct stat now;
    if (link->listener >= 0 && lstat(link->path, &now) == 0 && now.st_ino == link->made.st_ino &&
        now.st_dev == link->made.st_dev)
        unlink(link->path);
}

void notes_link_close(NotesLink *link) {
    if (!link) return;
    for (int k = 0; k < PEERS_MAX; k++)
        if (link->peers[k].fd >= 0) drop_peer(&link->peers[k]);
    remove_file(link);
    if (link->listener >= 0) close(link->listener);
    if (link->poll >= 0) close(link->poll);
    free(link);
}

int notes_link_fd(const NotesLink *link) {
    return link->poll;
}

int notes_link_peer_count(const NotesLink *link) {
    int count = 0;
    for (int k = 0; k < PEERS_MAX; k++) count += link->peers[k].fd >= 0;
    return count;
}

/* Drops a peer whose socket buffer has no room for the whole line: it has stopped reading. */
static void send_line(Peer *peer, const char *line) {
    struct iovec parts[] = {{.iov_base = (void *)(size_t)line, .iov_len = strlen(line)},
                            {.iov_base = (char[]){"\n"}, .iov_len = 1}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent = sendmsg(peer->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent != (ssize_t)(strlen(line) + 1)) drop_peer(peer);
}

static char *line_now(NotesLink *link) {
    link->panel.elapsed_s = clock_seconds() - link->begun_s;
    link->panel.page_s = clock_seconds() - link->turned_s;
    return notes_link_write_page(&link->panel);
}

/* Accepts one connection; refuses it when there is no place or it is another user's. */
static void let_in(NotesLink *link) {
    int fd = accept4(link->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    Peer *place = NULL;
    for (int k = 0; k < PEERS_MAX; k++)
        if (link->peers[k].fd < 0) place = &link->peers[k];
    if (fd < 0) return;
    if (!place || !notes_link_peer_is_mine(fd) || !watch(link, fd)) {
        close(fd);
        return;
    }
    *place = (Peer){.fd = fd};
    char *line = link->shown ? line_now(link) : NULL;
    if (line) send_line(place, line);
    free(line);
}

/* Takes one line, "next" or "back"; any other line closes the connection. */
static NotesLinkRequest take_request(Peer *peer) {
    char *end = memchr(peer->request, '\n', peer->length);
    if (!end) {
        if (peer->length == REQUEST_MAX) drop_peer(peer);
        return NOTES_LINK_NOTHING;
    }
    *end = '\0';
    NotesLinkRequest request = strcmp(peer->request, "next") == 0   ? NOTES_LINK_NEXT
                               : strcmp(peer->request, "back") == 0 ? NOTES_LINK_BACK
                                                                    : NOTES_LINK_NOTHING;
    if (request == NOTES_LINK_NOTHING) {
        drop_peer(peer);
        return request;
    }
    peer->length -= (size_t)(end + 1 - peer->request);
    memmove(peer->request, end + 1, peer->length);
    return request;
}

/* A flood of requests would go on turning pages long after the last key was pressed. */
static bool asks_too_much(const Peer *peer) {
    int waiting = 0;
    return ioctl(peer->fd, FIONREAD, &waiting) == 0 && waiting > BACKLOG_MAX;
}

static NotesLinkRequest hear_peer(Peer *peer) {
    if (asks_too_much(peer)) {
        drop_peer(peer);
        return NOTES_LINK_NOTHING;
    }
    NotesLinkRequest request = take_request(peer);
    if (request != NOTES_LINK_NOTHING || peer->fd < 0) return request;
    ssize_t count = recv(peer->fd, peer->request + peer->length, REQUEST_MAX - peer->length, MSG_DONTWAIT);
    if (count <= 0) {
        drop_peer(peer);
        return NOTES_LINK_NOTHING;
    }
    peer->length += (size_t)count;
    return take_request(peer);
}

static Peer *find_peer(NotesLink *link, int fd) {
    for (int k = 0; k < PEERS_MAX; k++)
        if (link->peers[k].fd == fd) return &link->peers[k];
    return NULL;
}

NotesLinkRequest notes_link_hear(NotesLink *link) {
    for (int k = 0; k < PEERS_MAX; k++) {
        if (link->peers[k].fd < 0 || link->peers[k].length == 0) continue;
        NotesLinkRequest request = take_request(&link->peers[k]);
        if (request != NOTES_LINK_NOTHING) return request;
    }
    struct epoll_event event;
    for (int k = 0; k < EVENTS_MAX && epoll_wait(link->poll, &event, 1, 0) > 0; k++) {
        NotesLinkRequest request = NOTES_LINK_NOTHING;
        if (event.data.fd == link->listener) let_in(link);
        Peer *peer = find_peer(link, event.data.fd);
        if (peer) request = hear_peer(peer);
        if (request != NOTES_LINK_NOTHING) return request;
    }
    return NOTES_LINK_NOTHING;
}

static bool same_page(const NotesPanel *a, const NotesPanel *b) {
    return a->page == b->page && a->pages == b->pages && strcmp(a->lesson, b->lesson) == 0;
}

static bool same(const NotesPanel *a, const NotesPanel *b) {
    return same_page(a, b) && strcmp(a->title, b->title) == 0 && strcmp(a->notes, b->notes) == 0 &&
           strcmp(a->text, b->text) == 0 && strcmp(a->answer, b->answer) == 0 &&
           strcmp(a->next, b->next) == 0 && strcmp(a->now, b->now) == 0;
}

void notes_link_show(NotesLink *link, const NotesPanel *panel) {
    if (link->shown && same(&link->panel, panel)) return;
    if (!link->shown || !same_page(&link->panel, panel)) link->turned_s = clock_seconds();
    link->panel = *panel;
    link->shown = true;
    char *line = line_now(link);
    for (int k = 0; line && k < PEERS_MAX; k++)
        if (link->peers[k].fd >= 0) send_line(&link->peers[k], line);
    free(line);
}
