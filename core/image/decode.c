#include "core/image/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STBI_MAX_DIMENSIONS 65535
#include "stb_image.h"
#pragma GCC diagnostic pop

enum { DECODE_CPU_SECONDS = 15, DECODE_WALL_SECONDS = 60, DECODE_PIPE_FD = 3, DECODE_CLOSE_MAX = 1 << 16 };

bool decode_in_process(Image *out, const uint8_t *bytes, size_t size) {
    int width = 0, height = 0, channels = 0;
    *out = (Image){0};
    if (size > INT_MAX) return false;
    uint8_t *rgb = stbi_load_from_memory(bytes, (int)size, &width, &height, &channels, 3);
    if (!rgb) return false;
    *out = (Image){.width = width, .height = height, .rgb = rgb};
    return true;
}

/* What the child sends before the pixels. */
typedef struct DecodeReply {
    int width, height; /* 0 when the decoder refused the file */
} DecodeReply;

static bool write_whole(int fd, const void *bytes, size_t count) {
    const char *from = bytes;
    while (count > 0) {
        ssize_t put = write(fd, from, count);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        from += put;
        count -= (size_t)put;
    }
    return true;
}

static bool read_whole(int fd, void *bytes, size_t count) {
    char *to = bytes;
    while (count > 0) {
        ssize_t got = read(fd, to, count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        to += got;
        count -= (size_t)got;
    }
    return true;
}

#if defined(__has_feature)
#define DECODE_HAS_FEATURE(name) __has_feature(name)
#else
#define DECODE_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || DECODE_HAS_FEATURE(address_sanitizer)
/* AddressSanitizer maps terabytes of shadow memory: no such limit can be set. */
static void limit_memory(void) {
}
#else
/* On top of what the parent has mapped already. */
static void limit_memory(void) {
    const rlim_t decoder_bytes = (rlim_t)3 << 29;
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    bool known = statm && fscanf(statm, "%lu", &pages) == 1;
    if (statm) fclose(statm);
    if (!known) return;
    rlim_t most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + decoder_bytes;
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
static void confine_child(int pipe_fd) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    limit_memory();
    if (pipe_fd != DECODE_PIPE_FD) dup2(pipe_fd, DECODE_PIPE_FD);
    close_from(DECODE_PIPE_FD + 1);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0});
    setrlimit(RLIMIT_CPU, &(struct rlimit){.rlim_cur = DECODE_CPU_SECONDS, .rlim_max = DECODE_CPU_SECONDS});
    alarm(DECODE_WALL_SECONDS);
}

static _Noreturn void run_child(int pipe_fd, const uint8_t *bytes, size_t size) {
    Image image;
    confine_child(pipe_fd);
    decode_in_process(&image, bytes, size);
    DecodeReply reply = {.width = image.width, .height = image.height};
    size_t count = 3 * (size_t)image.width * (size_t)image.height;
    bool sent =
        write_whole(DECODE_PIPE_FD, &reply, sizeof reply) && write_whole(DECODE_PIPE_FD, image.rgb, count);
    _exit(sent ? EXIT_SUCCESS : EXIT_FAILURE);
}

static bool receive(Image *out, int pipe_fd, const char *label, Error *err) {
    DecodeReply reply;
    if (!read_whole(pipe_fd, &reply, sizeof reply)) {
        return error_set(err, ERROR_FILE, "%s: the picture decoder failed on this file", label);
    }
    if (reply.width == 0)
        return error_set(err, ERROR_FILE, "%s: the picture decoder refuses this file", label);
    if (!image_alloc(out, reply.width, reply.height, err)) return false;
    if (read_whole(pipe_fd, out->rgb, 3 * (size_t)reply.width * (size_t)reply.height)) return true;
    image_free(out);
    return error_set(err, ERROR_FILE, "%s: the picture decoder failed on this file", label);
}

bool decode_in_child(Image *out, const uint8_t *bytes, size_t size, const char *label, Error *err) {
    int ends[2];
    *out = (Image){0};
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return error_set(err, ERROR_FAILED, "%s: cannot be decoded: no pipe: %s", label, strerror(errno));
    }
    pid_t child = fork();
    if (child == 0) run_child(ends[1], bytes, size);
    close(ends[1]);
    bool good = child > 0 ? receive(out, ends[0], label, err)
                          : error_set(err, ERROR_FAILED, "%s: cannot be decoded: no process: %s", label,
                                      strerror(errno));
    close(ends[0]);
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    return good;
}
