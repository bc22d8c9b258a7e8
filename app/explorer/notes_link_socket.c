#include "app/explorer/notes_link_socket.h"
#include "core/base/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 32, QUEUE = 8, OTHERS = 077 };

static bool is_private(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
           (info.st_mode & OTHERS) == 0;
}

bool notes_link_folder(const char *runtime, const char *base, char out[NOTES_LINK_PATH_MAX], Error *err) {
    int length =
        runtime && *runtime == '/' ? snprintf(out, NOTES_LINK_PATH_MAX, "%s", runtime) : NOTES_LINK_PATH_MAX;
    if (length < NOTES_LINK_PATH_MAX && is_private(out)) return true;
    length = snprintf(out, NOTES_LINK_PATH_MAX, "%s/skipscope-%ld", base, (long)geteuid());
    if (length >= NOTES_LINK_PATH_MAX)
        return error_set(err, ERROR_FAILED, "%s: too long for a socket's folder", base);
    if (mkdir(out, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERROR_FAILED, "%s: cannot be made: %s", out, strerror(errno));
    if (is_private(out)) return true;
    return error_set(err, ERROR_FAILED,
                     "%s: expected a folder that is yours alone (mode 0700, no link): notes need it, or "
                     "XDG_RUNTIME_DIR",
                     out);
}

bool notes_link_path(const char *name, char out[NOTES_LINK_PATH_MAX], Error *err) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    char folder[NOTES_LINK_PATH_MAX];
    size_t length = strlen(name);
    if (length == 0 || length > NAME_MAX_BYTES || strspn(name, letters) != length)
        return error_set(err, ERROR_USAGE, "--name: expected up to %d letters, digits, - or _, found '%.*s'",
                         NAME_MAX_BYTES, utf8_first(name, 60), name);
    if (!notes_link_folder(getenv("XDG_RUNTIME_DIR"), "/tmp", folder, err)) return false;
    if (snprintf(out, NOTES_LINK_PATH_MAX, "%s/skipscope-%s.sock", folder, name) < NOTES_LINK_PATH_MAX)
        return true;
    return error_set(err, ERROR_FAILED, "%s: the path of the socket would be too long", folder);
}

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return address;
}

bool notes_link_peer_is_mine(int fd) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

int notes_link_connect(const char *path, Error *err) {
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    err->kind = ERROR_NONE;
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        if (notes_link_peer_is_mine(fd)) return fd;
        error_set(err, ERROR_FAILED, "%s: somebody else listens there", path);
    }
    if (fd >= 0) close(fd);
    return -1;
}

static int bind_private(const char *path) {
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    mode_t before = umask(0177); /* the socket has mode 0600 from its first moment on */
    bool ok = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    int reason = errno;
    umask(before);
    if (ok && listen(fd, QUEUE) == 0) return fd;
    if (ok) reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static const char *kind_of_file(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG: return "a regular file";
    case S_IFDIR: return "a folder";
    case S_IFLNK: return "a symbolic link";
    case S_IFIFO: return "a named pipe";
    case S_IFSOCK: return "a socket";
    default: return "a device";
    }
}

static bool refuse_file(const char *path, const char *what, Error *err) {
    return error_set(err, ERROR_FAILED,
                     "%s is %s, not the socket of a presentation: move it away, or take another name with "
                     "--name NAME",
                     path, what);
}

bool notes_link_check_path(const char *path, Error *err) {
    struct stat info;
    if (lstat(path, &info) != 0 || S_ISSOCK(info.st_mode)) return true;
    return refuse_file(path, kind_of_file(info.st_mode), err);
}

/* The result of connecting to it: 0 if a process listens there, ECONNREFUSED if none does any more. */
static int try_socket(const char *path) {
    struct sockaddr_un address = address_of(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int reason = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    if (fd >= 0) close(fd);
    return reason == EAGAIN ? 0 : reason; /* its queue is full */
}

/* Takes away what a dead presentation has left; false with a sentence when it is anything else. */
static bool make_room(const char *path, Error *err) {
    struct stat info;
    if (!notes_link_check_path(path, err)) return false;
    if (lstat(path, &info) == 0 && info.st_uid != geteuid())
        return refuse_file(path, "another user's socket", err);
    int reason = try_socket(path);
    if (reason == EPROTOTYPE) return refuse_file(path, "a socket of another kind", err);
    if (reason == 0)
        return error_set(
            err, ERROR_FAILED,
            "another presentation has the notes already; this one has its own when it and 'skipscope notes' "
            "are begun with '--name NAME'");
    if (reason == ECONNREFUSED) reason = unlink(path) == 0 ? ENOENT : errno;
    return reason == ENOENT ||
           error_set(err, ERROR_FAILED, "%s: a socket that can be neither reached nor removed: %s", path,
                     strerror(reason));
}

int notes_link_listen(const char *path, Error *err) {
    int fd = bind_private(path);
    if (fd < 0 && errno == EADDRINUSE) {
        if (!make_room(path, err)) return -1;
        fd = bind_private(path);
    }
    if (fd < 0) error_set(err, ERROR_FAILED, "%s: no socket for the notes: %s", path, strerror(errno));
    return fd;
}
