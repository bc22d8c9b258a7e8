#include "app/tutor/lesson_results.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/cli/table.h"
#include "core/base/utf8.h"

static const char HEADING[] = "time,lesson,page,question,answer,truth,right\n";

/* Whether the first line is the heading, as far as it goes: a spreadsheet may have put quotes and a byte
 * order mark, and taken other separators. */
static bool has_heading(int fd) {
    char head[16] = "";
    /* The file may be writable without being readable. */
    if (pread(fd, head, sizeof head - 1, 0) < 0) return true;
    const char *at = head;
    if (strncmp(at, "\xEF\xBB\xBF", 3) == 0) at += 3;
    if (*at == '"') at++;
    return strncmp(at, "time", 4) == 0 && !isalnum((unsigned char)at[4]);
}

/* Writes the whole text or nothing: half a line would run into the next one. */
static bool write_whole(int fd, const char *text, off_t size_before) {
    ssize_t size = (ssize_t)strlen(text), put = write(fd, text, (size_t)size);
    if (put == size) return true;
    int reason = put < 0 ? errno : ENOSPC;
    struct stat now;
    bool alone = put > 0 && fstat(fd, &now) == 0 && now.st_size == size_before + put;
    if (alone && ftruncate(fd, size_before) != 0) reason = errno;
    errno = reason;
    return false;
}

/* One write, so that lines of several programs do not mix; no waiting for a FIFO. */
static bool append_text(const char *path, const char *text, bool only_when_empty, Error *err) {
    struct stat info;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EACCES) fd = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
    bool regular = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
    bool skip = regular && only_when_empty && info.st_size > 0;
    bool foreign = skip && !has_heading(fd);
    bool ok = regular && !foreign && (skip || write_whole(fd, text, info.st_size));
    int reason = errno;
    if (fd >= 0) close(fd);
    if (ok) return true;
    if (foreign)
        return error_set(
            err, ERROR_FILE,
            "%s: expected a file of answers, whose first line begins with \"time,lesson\", found "
            "something else: give --results another name",
            path);
    return error_set(err, ERROR_FILE, "%s: the answers cannot be written: %s", path,
                     fd >= 0 && !regular ? "not a regular file" : strerror(reason));
}

/* Always quoted; safe to print, and on one line. */
static void put_field(FILE *out, const char *text) {
    fputc('"', out);
    while (*text) {
        size_t plain = strcspn(text, "\"\n");
        utf8_put_n(out, text, plain);
        text += plain;
        if (*text) fputs(*text++ == '"' ? "\"\"" : " ", out);
    }
    fputc('"', out);
}

bool lesson_results_open(const char *path, Error *err) {
    return append_text(path, HEADING, true, err);
}

bool lesson_results_append(const char *path, const Lesson *lesson, int page, const char *answer,
                           const LessonVerdict *verdict, Error *err) {
    char *line = NULL, stamp[40];
    size_t size;
    time_t now = time(NULL);
    struct tm utc;
    FILE *out = open_memstream(&line, &size);
    if (!out) return error_set(err, ERROR_FAILED, "not enough memory for the answers");
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    fprintf(out, "%s,", stamp);
    table_put_csv(out, lesson->name, false);
    fprintf(out, "%d,", page + 1);
    put_field(out, lesson->pages[page].ask.question);
    fputc(',', out);
    put_field(out, answer);
    fputc(',', out);
    put_field(out, verdict->truth);
    fprintf(out, ",%s\n", !verdict->given ? "skipped" : verdict->right ? "yes" : "no");
    fclose(out);
    bool ok = lesson_results_open(path, err) && append_text(path, line, false, err);
    free(line);
    return ok;
}
