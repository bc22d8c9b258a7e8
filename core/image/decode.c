#include "core/image/decode.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/image/exif.h"

enum {
    DECODE_CPU_SECONDS = 15,  /* and one more */
    DECODE_PIXELS_SHIFT = 22, /* for each four million pixels */
    DECODE_WALL_FACTOR = 4,   /* a machine may be busy */
    DECODE_SLACK_BYTES = 96 << 20,
    DECODE_FIRST_FD = 3,
    DECODE_CLOSE_MAX = 1 << 16,
    DECODE_REFUSED = 2 /* exit code of the child */
};

static bool decode_rows(Image *image, const DecodeSource *source) {
    static DecodeRows *const decoders[] = {
        [IMAGE_KIND_PNG] = decode_png, [IMAGE_KIND_JPEG] = decode_jpeg, [IMAGE_KIND_WEBP] = decode_webp,
        [IMAGE_KIND_GIF] = decode_gif, [IMAGE_KIND_BMP] = decode_bmp,   [IMAGE_KIND_PNM] = decode_pnm};
    Sheet sheet = {.width = source->guard.width,
                   .height = source->guard.height,
                   .orientation = source->guard.orientation,
                   .rgb = image->rgb};
    bool good = decoders[source->guard.kind](&sheet, source->bytes, source->size);
    sheet_end(&sheet);
    return good;
}

static void upright_size(Image *image, const ImageGuard *guard) {
    bool turns = exif_turns(guard->orientation);
    *image = (Image){.width = turns ? guard->height : guard->width,
                     .height = turns ? guard->width : guard->height,
                     .orientation = guard->orientation};
}

static bool refuse(Image *out, const DecodeSource *source, const char *what, Error *err) {
    image_free(out);
    return error_set(err, ERROR_FILE, "%s: the picture decoder %s this file", source->label, what);
}

bool decode_in_process(Image *out, const DecodeSource *source, Error *err) {
    Image shape;
    upright_size(&shape, &source->guard);
    if (!image_alloc(out, shape.width, shape.height, err)) return false;
    out->orientation = shape.orientation;
    return decode_rows(out, source) || refuse(out, source, "refuses", err);
}

#if defined(__has_feature)
#define DECODE_HAS_FEATURE(name) __has_feature(name)
#else
#define DECODE_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || DECODE_HAS_FEATURE(address_sanitizer)
/* AddressSanitizer maps terabytes of shadow memory: no such limit can be set. */
static void limit_memory(uint64_t bytes) {
    (void)bytes;
}
#else
/* On top of what the parent has mapped already. */
static void limit_memory(uint64_t bytes) {
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    bool known = statm && fscanf(statm, "%lu", &pages) == 1;
    if (statm) fclose(statm);
    if (!known) return;
    rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (rlim_t)bytes;
    setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = most, .rlim_max = most});
}
#endif

/* glibc has had close_range only since 2.34, so the kernel is asked directly. A kernel older than 5.9
 * refuses. */
static void close_from(unsigned first) {
    if (syscall(__NR_close_range, (long)first, (long)UINT_MAX, 0L) == 0) return;
    long end = sysconf(_SC_OPEN_MAX);
    for (long fd = first; fd < end && fd < DECODE_CLOSE_MAX; fd++) close((int)fd);
}

/* No signal handler of the parent's may run here: it would act on the parent's terminal. */
static void confine_child(const ImageGuard *guard) {
    sigset_t none;
    unsigned seconds = DECODE_CPU_SECONDS +
                       (unsigned)(((uint64_t)guard->width * (uint64_t)guard->height) >> DECODE_PIXELS_SHIFT);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    limit_memory(guard->working + DECODE_SLACK_BYTES);
    close_from(DECODE_FIRST_FD);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){.rlim_cur = seconds, .rlim_max = seconds});
    alarm(seconds * DECODE_WALL_FACTOR);
}

static _Noreturn void run_child(Image *image, const DecodeSource *source) {
    confine_child(&source->guard);
    _exit(decode_rows(image, source) ? EXIT_SUCCESS : DECODE_REFUSED);
}

/* Memory that a child's writes are seen in, so that its pixels need not be copied. */
static bool alloc_shared(Image *image, const char *label, Error *err) {
    size_t count = 3 * (size_t)image->width * (size_t)image->height;
    void *memory = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return error_set(err, ERROR_FAILED, "%s: not enough memory for a picture of %d x %d pixels", label,
                         image->width, image->height);
    image->rgb = memory;
    image->is_mapped = true;
    return true;
}

bool decode_in_child(Image *out, const DecodeSource *source, Error *err) {
    int status = 0;
    upright_size(out, &source->guard);
    if (!alloc_shared(out, source->label, err)) {
        *out = (Image){0};
        return false;
    }
    pid_t child = fork();
    if (child == 0) run_child(out, source);
    if (child < 0) {
        image_free(out);
        return error_set(err, ERROR_FAILED, "%s: cannot be decoded: no process: %s", source->label,
                         strerror(errno));
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) return true;
    bool refused = WIFEXITED(status) && WEXITSTATUS(status) == DECODE_REFUSED;
    return refuse(out, source, refused ? "refuses" : "failed on", err);
}
