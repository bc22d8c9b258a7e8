#include "app/measure/bench_ui.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/measure/pty_child.h"
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "views/plot/plot.h"
#include "views/term/term.h"

/* The largest screen that is looked at, and what it takes to fill it with half blocks. */
enum { UI_WIDTH = 200, UI_HEIGHT = 60, MAP_HEIGHT = 2 * UI_HEIGHT, FRAMES_WARM = 3, FRAMES_TIMED = 200 };
enum { KEYS_IDLE = 60, KEYS_BUSY = 40, KEYS_A_RUN = 4, IDLE_MS = 3000, PALETTE_CHANGES = 20 };
enum { ANSWER_MS = 30000, QUIET_MS = 60 };

/* Words that only the open help shows, and only over the architecture view. */
static const char HELP_WORDS[] = "closes it", VIEW_WORDS[] = "total:";

typedef enum Pattern { PATTERN_WAVE, PATTERN_NOISE } Pattern;

typedef struct FrameJob {
    Pattern pattern;
    int frames, palette_changes;
    int result; /* pipe for FrameResult */
} FrameJob;

typedef struct FrameResult {
    double cpu_ms, memory_before, memory_after; /* of a frame; MiB */
    int depth;
} FrameResult;

typedef struct Ui {
    const BenchUi *bench;
    BenchUiFigure *figures;
    int count, step;
} Ui;

static double cpu_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

/* Resident memory now, in MiB; NaN when the system does not say. */
static double resident_mb(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = -1;
    if (file && fscanf(file, "%*d %ld", &pages) != 1) pages = -1;
    if (file) fclose(file);
    return pages < 0 ? NAN : (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* A wave that travels, as a map scrolled or stepped does, or the worst a screen can be asked for: every pixel
 * drawn at random. */
static void fill_frame(real *map, Pattern pattern, int frame, Rng *rng) {
    for (int y = 0; y < MAP_HEIGHT; y++)
        for (int x = 0; x < UI_WIDTH; x++)
            map[y * UI_WIDTH + x] =
                (real)(pattern == PATTERN_NOISE ? 2 * rng_uniform(rng) - 1
                                                : sin(0.08 * x + 0.9 * frame) * cos(0.05 * y - 0.4 * frame));
}

static int draw_frames(void *context) {
    const FrameJob *job = context;
    FrameResult result = {0};
    Error err = {0};
    Term *term = term_open(&(TermConfig){.depth = COLOR_DEPTH_AUTO}, &err);
    Canvas *canvas = term ? canvas_new(term_width(term), term_height(term), term_canvas_flags(term)) : NULL;
    real *map = malloc(sizeof *map * UI_WIDTH * MAP_HEIGHT);
    if (!canvas || !map) return 1;
    Rng rng;
    rng_init(&rng, 0);
    PlotHeatmap heatmap = {.map = {.data = map, .width = UI_WIDTH, .height = MAP_HEIGHT, .stride = 1},
                           .scale = scale_of(-1, 1, true),
                           .palette = PALETTE_VIRIDIS};
    double begin = 0;
    for (int frame = -FRAMES_WARM; frame < job->frames; frame++) {
        if (frame == 0) begin = cpu_ms();
        /* Warm up with two rounds, so that the terminal's caches do not count as growth. */
        if (frame == job->frames / 4) result.memory_before = resident_mb();
        if (job->palette_changes)
            heatmap.palette =
                (PaletteId)((frame + FRAMES_WARM) * (long)job->palette_changes / job->frames % PALETTE_COUNT);
        fill_frame(map, job->pattern, frame, &rng);
        plot_heatmap(canvas, canvas_area(canvas), &heatmap);
        term_flush(term, canvas);
    }
    result.cpu_ms = (cpu_ms() - begin) / job->frames;
    result.memory_after = resident_mb();
    result.depth = (int)term_depth(term);
    term_close(term);
    canvas_free(canvas);
    free(map);
    return write(job->result, &result, sizeof result) == sizeof result ? 0 : 1;
}

static void announce(Ui *ui, const char *text) {
    enum { STEPS = 8 };
    if (ui->bench->step) ui->bench->step(ui->bench->context, ui->step, STEPS, text);
    ui->step++;
}

static void add(Ui *ui, BenchUiFigure figure) {
    ui->figures[ui->count++] = figure;
}

/* Frames drawn by a child; `bytes`: how many a frame took. */
static bool run_frames(FrameJob *job, bool true_color, FrameResult *result, double *bytes, Error *err) {
    static PtyChild child;
    int ends[2];
    if (pipe(ends) != 0) return error_set(err, ERROR_FAILED, "cannot open a pipe");
    job->result = ends[1];
    PtySize screen = {.width = UI_WIDTH, .height = UI_HEIGHT, .true_color = true_color};
    bool ok = pty_child_start(&child, screen, draw_frames, job, err);
    close(ends[1]);
    while (ok && !child.ended) pty_child_read(&child, ANSWER_MS);
    if (ok && read(ends[0], result, sizeof *result) != sizeof *result)
        ok = error_set(err, ERROR_FAILED,
                       "the frames could not be drawn: no terminal opened on the pseudo "
                       "terminal");
    close(ends[0]);
    *bytes = (double)child.bytes / (job->frames + FRAMES_WARM);
    pty_child_end(&child);
    return ok;
}

static bool measure_frames(Ui *ui, Error *err) {
    static const struct {
        const char *text, *cpu, *bytes, *cpu_meaning, *bytes_meaning;
        Pattern pattern;
        bool true_color;
        double cpu_limit, bytes_limit;
    } rows[] = {
        {"frames in true colour", "frame_cpu", "frame_bytes", "processor time of a full frame, true colour",
         "what it writes, true colour", PATTERN_WAVE, true, 12, 300},
        {"frames in 256 colours", "frame_cpu_256", "frame_bytes_256",
         "processor time of a full frame, 256 colours", "what it writes, 256 colours", PATTERN_WAVE, false,
         12, 110},
        {"frames of noise", "noise_cpu", "noise_bytes", "the same for pure noise, true colour",
         "what it writes: the worst case", PATTERN_NOISE, true, NAN, NAN},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        FrameJob job = {.pattern = rows[k].pattern, .frames = FRAMES_TIMED};
        if (ui->bench->frames && ui->bench->frames < job.frames) job.frames = ui->bench->frames;
        FrameResult result;
        double bytes;
        announce(ui, rows[k].text);
        if (!run_frames(&job, rows[k].true_color, &result, &bytes, err)) return false;
        add(ui, (BenchUiFigure){rows[k].cpu, "ms", rows[k].cpu_meaning, result.cpu_ms, rows[k].cpu_limit});
        add(ui,
            (BenchUiFigure){rows[k].bytes, "kB", rows[k].bytes_meaning, bytes / 1e3, rows[k].bytes_limit});
    }
    return true;
}

static bool measure_memory(Ui *ui, Error *err) {
    FrameJob job = {.pattern = PATTERN_WAVE,
                    .frames = ui->bench->frames ? ui->bench->frames : BENCH_UI_FRAMES,
                    .palette_changes = PALETTE_CHANGES};
    FrameResult result;
    double bytes;
    announce(ui, "memory over many frames");
    if (!run_frames(&job, true, &result, &bytes, err)) return false;
    add(ui, (BenchUiFigure){"memory_growth", "MiB", "resident memory from a quarter of the frames to the end",
                            result.memory_after - result.memory_before, 1});
    return true;
}

/* The program itself, as a person starts it. */
static int run_program(void *context) {
    char *const *words = context;
    setenv("SKIPSCOPE_NO_CONFIG", "1", 1);
    execv("/proc/self/exe", words);
    return 127;
}

static bool start_program(PtyChild *child, const char *arch, double *first_ms, Error *err) {
    char *words[] = {"skipscope", (char *)arch, NULL};
    double begin = clock_milliseconds();
    PtySize screen = {.width = UI_WIDTH, .height = UI_HEIGHT, .true_color = true};
    if (!pty_child_start(child, screen, run_program, words, err)) return false;
    bool shown = pty_child_wait_text(child, "quit", ANSWER_MS);
    *first_ms = clock_milliseconds() - begin;
    if (!shown) {
        pty_child_end(child);
        return error_set(err, ERROR_FAILED, "the explorer showed nothing within %d s", ANSWER_MS / 1000);
    }
    pty_child_settle(child, QUIET_MS, ANSWER_MS);
    return true;
}

static int compare(const void *a, const void *b) {
    double difference = *(const double *)a - *(const double *)b;
    return difference < 0 ? -1 : difference > 0;
}

static double percentile(double *values, int count, double share) {
    qsort(values, (size_t)count, sizeof *values, compare);
    int at = (int)ceil(share * count) - 1;
    return values[at < 0 ? 0 : at];
}

/* An idle program writes nothing, so the first byte after a key is its answer. From the first of many channels
 * there is always one to the right. */
static bool time_idle_keys(PtyChild *child, double *times, Error *err) {
    for (int k = 0; k < KEYS_IDLE; k++) {
        double begin = clock_milliseconds();
        pty_child_type(child, k % 2 ? "h" : "l");
        if (!pty_child_read(child, ANSWER_MS))
            return error_set(err, ERROR_FAILED, "a key was not answered within %d s", ANSWER_MS / 1000);
        times[k] = child->last_ms - begin;
        pty_child_settle(child, QUIET_MS / 3.0, ANSWER_MS);
    }
    return true;
}

/* A busy program writes by itself; text that only the key can cause is its answer. */
static bool time_busy_keys(PtyChild *child, double *times, Error *err) {
    for (int k = 0; k < KEYS_BUSY; k++) {
        /* Afresh, and on to the end of the backward pass, in the architecture view: its heading stands still,
         * so that the words waited for are always drawn whole. */
        if (k % KEYS_A_RUN == 0) pty_child_type(child, "Rffa");
        /* A little further into the run with every key. */
        double until = clock_milliseconds() + 20 + 3 * k;
        while (clock_milliseconds() < until) pty_child_read(child, 1);
        pty_child_forget(child);
        double begin = clock_milliseconds();
        pty_child_type(child, "?");
        if (!pty_child_wait_text(child, HELP_WORDS, ANSWER_MS))
            return error_set(err, ERROR_FAILED, "the help did not open within %d s", ANSWER_MS / 1000);
        times[k] = child->last_ms - begin;
        pty_child_forget(child);
        pty_child_type(child, "?");
        if (!pty_child_wait_text(child, VIEW_WORDS, ANSWER_MS))
            return error_set(err, ERROR_FAILED, "the help did not close within %d s", ANSWER_MS / 1000);
    }
    return true;
}

/* Starts it some times, takes the median, and leaves the last one running. */
static bool start_often(PtyChild *child, const char *arch, double *first_ms, Error *err) {
    enum { STARTS = 5 };
    double first[STARTS];
    for (int k = 0; k < STARTS; k++) {
        if (!start_program(child, arch, &first[k], err)) return false;
        if (k + 1 < STARTS) pty_child_end(child);
    }
    *first_ms = percentile(first, STARTS, 0.5);
    return true;
}

static bool measure_program(Ui *ui, Error *err) {
    static PtyChild child;
    double times[KEYS_IDLE], first;
    announce(ui, "the first frame");
    if (!start_often(&child, "resnet20", &first, err)) return false;
    announce(ui, "silence");
    unsigned long long before = child.bytes;
    double until = clock_milliseconds() + IDLE_MS;
    while (clock_milliseconds() < until) pty_child_read(&child, until - clock_milliseconds());
    double idle = (double)(child.bytes - before);
    announce(ui, "keys");
    pty_child_type(&child, "smg");
    pty_child_settle(&child, QUIET_MS, ANSWER_MS);
    bool ok = time_idle_keys(&child, times, err);
    pty_child_end(&child);
    if (!ok) return false;
    add(ui,
        (BenchUiFigure){"first_frame", "ms", "from exec to the hint bar, resnet20, median of 5", first, 100});
    add(ui, (BenchUiFigure){"idle_bytes", "bytes", "written in 3 idle seconds", idle, 0});
    add(ui, (BenchUiFigure){"key_p95", "ms", "from a key to the first byte of its answer, resnet20 maps",
                            percentile(times, KEYS_IDLE, 0.95), 10});
    return true;
}

static bool measure_busy(Ui *ui, Error *err) {
    static PtyChild child;
    double times[KEYS_BUSY], first;
    announce(ui, "keys while resnet152 runs");
    if (!start_often(&child, "resnet152", &first, err)) return false;
    bool ok = time_busy_keys(&child, times, err);
    pty_child_end(&child);
    if (!ok) return false;
    add(ui, (BenchUiFigure){"first_frame_152", "ms",
                            "from exec to the hint bar, resnet152 with random weights", first, 300});
    add(ui,
        (BenchUiFigure){"busy_key_p50", "ms", "the same while resnet152 runs at 224x224: half of the keys",
                        percentile(times, KEYS_BUSY, 0.5), NAN});
    add(ui,
        (BenchUiFigure){"busy_key_p95", "ms", "and 95 % of them", percentile(times, KEYS_BUSY, 0.95), 10});
    return true;
}

int bench_ui_measure(const BenchUi *bench, BenchUiFigure figures[BENCH_UI_FIGURES_MAX], Error *err) {
    Ui ui = {.bench = bench, .figures = figures};
    bool ok = measure_frames(&ui, err) && measure_program(&ui, err) && measure_busy(&ui, err) &&
              measure_memory(&ui, err);
    return ok ? ui.count : -1;
}
