#include "app/cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "views/style/text.h"

/* Seconds between two lines, on a terminal and elsewhere. */
#define PROGRESS_EVERY_TERMINAL_S 0.1
#define PROGRESS_EVERY_FILE_S     10.0

Progress progress_begin(bool quiet, double done) {
    return (Progress){
        .quiet = quiet, .terminal = isatty(STDERR_FILENO), .begun_s = clock_seconds(), .first = done};
}

void progress_show(Progress *progress, double done, double total, const char *text) {
    double now = clock_seconds();
    if (!progress->begun) progress->left = time_left_begin(progress->begun_s, progress->first / total);
    progress->begun = true;
    double seconds = time_left(&progress->left, now, done / total);
    double every = progress->terminal ? PROGRESS_EVERY_TERMINAL_S : PROGRESS_EVERY_FILE_S;
    if (progress->quiet || (progress->shown_s > 0 && now - progress->shown_s < every)) return;
    char left[64] = "";
    if (!isnan(seconds)) snprintf(left, sizeof left, "  %s left", text_format_duration(seconds).text);
    char line[240];
    utf8_format(line, sizeof line, "%s  %.0f%%%s", text, 100 * done / total, left);
    int width = text_width(line), blanks = progress->width > width ? progress->width - width : 0;
    if (progress->terminal) fputc('\r', stderr);
    utf8_put(stderr, line);
    if (progress->terminal)
        fprintf(stderr, "%*s", blanks, "");
    else
        fputc('\n', stderr);
    progress->width = width;
    progress->shown_s = now;
}

void progress_end(Progress *progress) {
    if (progress->terminal && progress->width > 0) fprintf(stderr, "\r%*s\r", progress->width, "");
    progress->width = 0;
}

void progress_say(const char *sentence) {
    if (*sentence == '\0') return;
    fputs("skipscope: ", stderr);
    utf8_put(stderr, sentence);
    fputc('\n', stderr);
}
