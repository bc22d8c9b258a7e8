#include "core/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/checksum.h"
#include "core/base/path.h"

enum { FILE_TEMP_TRIES = 20, FILE_TEMP_NAME_MAX = 64 };

static const char *mode_words(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR: return "a directory";
    case S_IFIFO: return "a named pipe";
    case S_IFCHR:
    case S_IFBLK: return "a device";
    case S_IFSOCK: return "a socket";
    default: return "something else";
    }
}

static bool refuse_kind(const char *path, mode_t mode, Error *err) {
    return error_set(err, ERROR_FILE, "%s: expected a regular file, found %s", path, mode_words(mode));
}

bool file_open(File *file, const char *path, Error *err) {
    *file = (File){.fd = -1};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && path_is_address(path)) return path_refuse_address(path, err);
    if (fd < 0) return error_set(err, ERROR_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    struct stat status;
    char *copy = strdup(path);
    if (fstat(fd, &status) != 0 || copy == NULL) {
        error_set(err, ERROR_FAILED, "%s: cannot be examined: %s", path, strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        refuse_kind(path, status.st_mode, err);
    } else {
        *file = (File){.path = copy, .fd = fd, .size = (uint64_t)status.st_size};
        return true;
    }
    free(copy);
    close(fd);
    return false;
}

bool file_read_at(const File *file, uint64_t offset, void *buffer, size_t count, Error *err) {
    char *out = buffer;
    size_t done = 0;
    while (done < count) {
        ssize_t got = pread(file->fd, out + done, count - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            return error_set(err, ERROR_FILE, "%s: cannot be read: %s", file->path, strerror(errno));
        }
        if (got == 0) {
            return error_set(err, ERROR_FILE,
                             "%s: ends at byte %llu, expected %llu bytes: it is truncated, or changed while "
                             "it was read",
                             file->path, (unsigned long long)(offset + done),
                             (unsigned long long)(offset + count));
        }
        done += (size_t)got;
    }
    return true;
}

void file_close(File *file) {
    if (file->path != NULL) close(file->fd);
    free(file->path);
    *file = (File){.fd = -1};
}

static uint8_t *read_opened(const File *file, size_t cap, size_t *size, Error *err) {
    if (file->size > cap) {
        error_set(err, ERROR_FILE, "%s: is %llu bytes long, expected at most %zu", file->path,
                  (unsigned long long)file->size, cap);
        return NULL;
    }
    *size = (size_t)file->size;
    uint8_t *bytes = malloc(*size + 1);
    if (bytes == NULL) {
        error_set(err, ERROR_FAILED, "%s: not enough memory for its %zu bytes", file->path, *size);
        return NULL;
    }
    bytes[*size] = 0;
    if (file_read_at(file, 0, bytes, *size, err)) return bytes;
    free(bytes);
    return NULL;
}

uint8_t *file_read_all(const char *path, size_t cap, size_t *size, Error *err) {
    File file;
    *size = 0;
    if (!file_open(&file, path, err)) return NULL;
    uint8_t *bytes = read_opened(&file, cap, size, err);
    file_close(&file);
    return bytes;
}

struct FileWriter {
    char *path; /* the file to replace, symbolic links resolved */
    const char *name;
    int dir_fd, fd;
    char temp[FILE_TEMP_NAME_MAX]; /* "" while the temporary has no name in the directory */
    bool replaces, failed;
};

static bool writer_fail(FileWriter *writer, const char *what, Error *err) {
    const char *reason = strerror(errno);
    writer->failed = true;
    return error_set(err, ERROR_FAILED, "%s: %s: %s%s", writer->path, what, reason,
                     writer->replaces ? "; the previous file is still intact" : "");
}

/* Tells whose temporaries they are: those of files of one name have one front. */
static int temp_front(char *front, const char *name) {
    return snprintf(front, FILE_TEMP_NAME_MAX, ".skipscope-%08x-",
                    (unsigned)checksum_crc32(0, name, strlen(name)));
}

static bool temp_name(char *temp, const char *name, int attempt) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int front = temp_front(temp, name), room = FILE_TEMP_NAME_MAX - front;
    int length =
        snprintf(temp + front, (size_t)room, "%ld-%09ld-%d.tmp", (long)getpid(), now.tv_nsec, attempt);
    return length > 0 && length < room;
}

static bool open_named_temp(FileWriter *writer) {
    for (int attempt = 0; attempt < FILE_TEMP_TRIES && temp_name(writer->temp, writer->name, attempt);
         attempt++) {
        writer->fd =
            openat(writer->dir_fd, writer->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (writer->fd >= 0) return true;
        if (errno != EEXIST) break;
    }
    writer->temp[0] = '\0';
    return false;
}

/* A file without a name first: if the program is killed, nothing is left on the disk. */
static bool open_temp(FileWriter *writer, Error *err) {
    writer->fd = openat(writer->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (writer->fd >= 0 || open_named_temp(writer)) return true;
    return writer_fail(writer, "cannot be created", err);
}

static bool name_temp(FileWriter *writer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", writer->fd);
    for (int attempt = 0; attempt < FILE_TEMP_TRIES && temp_name(writer->temp, writer->name, attempt);
         attempt++) {
        if (linkat(AT_FDCWD, link, writer->dir_fd, writer->temp, AT_SYMLINK_FOLLOW) == 0) return true;
        if (errno != EEXIST) break;
    }
    writer->temp[0] = '\0';
    return false;
}

/* What stands at the path already: its mode is kept, a link is followed, a directory or device is refused. */
static bool examine_target(FileWriter *writer, const char *path, mode_t *mode, Error *err) {
    struct stat status;
    bool exists = lstat(path, &status) == 0;
    if (exists && S_ISLNK(status.st_mode)) {
        writer->path = realpath(path, NULL);
        if (writer->path == NULL || stat(path, &status) != 0) {
            return error_set(err, ERROR_FAILED, "%s: is a symbolic link that leads nowhere: %s", path,
                             strerror(errno));
        }
    } else {
        writer->path = strdup(path);
        if (writer->path == NULL) return error_set(err, ERROR_FAILED, "%s: not enough memory", path);
    }
    if (exists && !S_ISREG(status.st_mode)) {
        return error_set(err, ERROR_FAILED, "%s: cannot be written: it is %s", path,
                         mode_words(status.st_mode));
    }
    writer->replaces = exists;
    *mode = exists ? status.st_mode & 07777 : 0;
    return true;
}

static bool open_directory(FileWriter *writer, Error *err) {
    char *slash = strrchr(writer->path, '/');
    writer->name = slash == NULL ? writer->path : slash + 1;
    if (*writer->name == '\0') {
        return error_set(err, ERROR_FAILED, "%s: expected a file name, found only a directory", writer->path);
    }
    char *directory = slash == NULL           ? strdup(".")
                      : slash == writer->path ? strdup("/")
                                              : strndup(writer->path, (size_t)(slash - writer->path));
    if (directory == NULL) return error_set(err, ERROR_FAILED, "%s: not enough memory", writer->path);
    writer->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writer->dir_fd < 0) {
        error_set(err, ERROR_FAILED, "%s: cannot be created: the directory %s: %s", writer->path, directory,
                  strerror(errno));
    }
    free(directory);
    return writer->dir_fd >= 0;
}

FileWriter *file_write_begin(const char *path, Error *err) {
    FileWriter *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        error_set(err, ERROR_FAILED, "%s: not enough memory", path);
        return NULL;
    }
    writer->fd = writer->dir_fd = -1;
    mode_t mode = 0;
    bool ready =
        examine_target(writer, path, &mode, err) && open_directory(writer, err) && open_temp(writer, err);
    if (ready && writer->replaces && fchmod(writer->fd, mode) != 0) {
        ready = writer_fail(writer, "cannot get the mode of the file it replaces", err);
    }
    if (ready) return writer;
    file_write_abandon(writer);
    return NULL;
}

bool file_write_append(FileWriter *writer, const void *bytes, size_t count, Error *err) {
    const char *from = bytes;
    size_t done = 0;
    while (!writer->failed && done < count) {
        ssize_t put = write(writer->fd, from + done, count - done);
        if (put < 0 && errno == EINTR) continue;
        if (put == 0) errno = ENOSPC;
        if (put <= 0) return writer_fail(writer, "cannot be written", err);
        done += (size_t)put;
    }
    return !writer->failed;
}

/* A second name for the old file, first a temporary one, because link() replaces nothing. Without hard links
 * (FAT, some network file systems) the old file is renamed, and has only its new name for an instant. */
static bool keep_old(FileWriter *writer, const char *suffix, Error *err) {
    char kept[NAME_MAX + 1], link[FILE_TEMP_NAME_MAX];
    int length = snprintf(kept, sizeof kept, "%s%s", writer->name, suffix), dir = writer->dir_fd;
    bool linked = false, named = true;
    errno = ENAMETOOLONG;
    if (length < 0 || (size_t)length >= sizeof kept)
        return writer_fail(writer, "has too long a name to be kept", err);
    for (int attempt = 0; !linked && named && attempt < FILE_TEMP_TRIES; attempt++) {
        named = temp_name(link, writer->name, attempt);
        linked = named && linkat(dir, writer->name, dir, link, 0) == 0;
        if (!linked && errno != EEXIST) break;
    }
    bool done = renameat(dir, linked ? link : writer->name, dir, kept) == 0 || errno == ENOENT;
    int reason = errno;
    /* Two names of one file: rename() then leaves both. */
    if (linked) unlinkat(dir, link, 0);
    errno = reason;
    return done || writer_fail(writer, "the previous file cannot be kept", err);
}

static bool put_in_place(FileWriter *writer, const char *suffix, Error *err) {
    if (suffix && writer->replaces && !keep_old(writer, suffix, err)) return false;
    return renameat(writer->dir_fd, writer->temp, writer->dir_fd, writer->name) == 0 ||
           writer_fail(writer, "cannot be put in its place", err);
}

static bool publish(FileWriter *writer, const char *suffix, Error *err) {
    if (fsync(writer->fd) != 0) return writer_fail(writer, "cannot be written to the disk", err);
    if (writer->temp[0] == '\0' && !name_temp(writer)) return writer_fail(writer, "cannot be created", err);
    int closed = close(writer->fd);
    writer->fd = -1;
    if (closed != 0) return writer_fail(writer, "cannot be written", err);
    if (!put_in_place(writer, suffix, err)) return false;
    writer->temp[0] = '\0';
    /* EINVAL: this file system cannot sync a directory. */
    if (fsync(writer->dir_fd) == 0 || errno == EINVAL) return true;
    writer->failed = true;
    return error_set(err, ERROR_FAILED,
                     "%s: was written, but its directory cannot be written to the disk: %s", writer->path,
                     strerror(errno));
}

bool file_write_commit_keeping(FileWriter *writer, const char *suffix, Error *err) {
    bool done = !writer->failed && publish(writer, suffix, err);
    file_write_abandon(writer);
    return done;
}

bool file_write_commit(FileWriter *writer, Error *err) {
    return file_write_commit_keeping(writer, NULL, err);
}

void file_write_abandon(FileWriter *writer) {
    if (writer == NULL) return;
    if (writer->fd >= 0) close(writer->fd);
    if (writer->temp[0] != '\0') unlinkat(writer->dir_fd, writer->temp, 0);
    if (writer->dir_fd >= 0) close(writer->dir_fd);
    free(writer->path);
    free(writer);
}

bool file_write_atomic(const char *path, const void *bytes, size_t count, Error *err) {
    FileWriter *writer = file_write_begin(path, err);
    if (writer == NULL) return false;
    if (file_write_append(writer, bytes, count, err)) return file_write_commit(writer, err);
    file_write_abandon(writer);
    return false;
}

static void remove_temps(const FileWriter *writer) {
    char front[FILE_TEMP_NAME_MAX];
    size_t length = (size_t)temp_front(front, writer->name);
    int fd = openat(writer->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir && fd >= 0) close(fd);
    if (!dir) return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strncmp(entry->d_name, front, length) == 0) unlinkat(writer->dir_fd, entry->d_name, 0);
    closedir(dir);
}

void file_remove_leftovers(const char *path) {
    FileWriter *writer = calloc(1, sizeof *writer);
    mode_t mode;
    Error ignored = {0};
    if (!writer) return;
    writer->fd = writer->dir_fd = -1;
    if (examine_target(writer, path, &mode, &ignored) && open_directory(writer, &ignored))
        remove_temps(writer);
    file_write_abandon(writer);
}
