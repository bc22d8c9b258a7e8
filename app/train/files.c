#include "app/train/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/utf8.h"
#include "core/format/safetensors.h"

enum { KIND_MAX = 120 };

/* An empty file is nothing: mktemp makes one. */
static bool stands(const char *path, struct stat *status) {
    return stat(path, status) == 0 && !(S_ISREG(status->st_mode) && status->st_size == 0);
}

static bool has_checkpoint(const TrainFiles *files, char found[TRAIN_PATH_MAX]) {
    struct stat status;
    snprintf(found, TRAIN_PATH_MAX, "%s", files->checkpoint);
    if (stands(found, &status)) return true;
    train_previous_path(files->checkpoint, found, TRAIN_PATH_MAX);
    return stands(found, &status);
}

/* In a few words, what the file holds. */
static void tell_kind(const char *path, char kind[KIND_MAX]) {
    Safetensors *file = safetensors_open_file(path, NULL);
    const char *arch = file ? safetensors_value(file, "arch") : NULL;
    const char *top1 = file ? safetensors_value(file, "test_top1") : NULL;
    char name[40];
    utf8_escape(name, sizeof name, arch ? arch : "", arch ? strlen(arch) : 0);
    if (!file)
        snprintf(kind, KIND_MAX, "something else than weights");
    else if (safetensors_value(file, "checkpoint_step"))
        snprintf(kind, KIND_MAX, "the checkpoint of a training");
    else if (arch && top1)
        snprintf(kind, KIND_MAX, "a trained %s, %.2f %% of the test images right", name,
                 100 * strtod(top1, NULL));
    else
        snprintf(kind, KIND_MAX, "the weights of a network");
    safetensors_close(file);
}

/* "dir/net.safetensors" and "-plain20": "dir/net-plain20.safetensors". False when that is too long. */
static bool insert_word(const char *path, const char *word, char out[TRAIN_PATH_MAX]) {
    static const char ending[] = ".safetensors";
    size_t length = strlen(path), tail = sizeof ending - 1;
    bool ends = length > tail && strcmp(path + length - tail, ending) == 0;
    int stem = (int)(ends ? length - tail : length);
    int written = snprintf(out, TRAIN_PATH_MAX, "%.*s%s%s", stem, path, word, path + stem);
    return written >= 0 && written < TRAIN_PATH_MAX;
}

/* "-plain20", and "-plain20-2" of the second one. */
static bool name_result(TrainResult *result, const char *out, const TrainNetworks *networks, int k) {
    char word[ARCH_NAME_MAX + 8];
    int same = 1;
    if (!networks->several) return insert_word(out, "", result->path);
    for (int j = 0; j < k; j++) same += strcmp(networks->archs[j], networks->archs[k]) == 0;
    if (same > 1)
        snprintf(word, sizeof word, "-%s-%d", networks->archs[k], same);
    else
        snprintf(word, sizeof word, "-%s", networks->archs[k]);
    return insert_word(out, word, result->path);
}

void train_files_snapshot(const TrainFiles *files, int network, int epoch, char out[TRAIN_PATH_MAX]) {
    char word[24];
    snprintf(word, sizeof word, ".epoch%d", epoch);
    insert_word(files->results[network].path, word, out);
}

static bool find_names(TrainFiles *files, const TrainNetworks *networks, Error *err) {
    char longest[TRAIN_PATH_MAX];
    int length = snprintf(files->checkpoint, sizeof files->checkpoint, "%s.ckpt", files->out);
    int lock = snprintf(files->lock_path, sizeof files->lock_path, "%s.ckpt.lock", files->out);
    bool fits = length >= 0 && lock >= 0 && (size_t)lock < sizeof files->lock_path;
    for (int k = 0; k < networks->count && fits; k++) {
        fits = name_result(&files->results[k], files->out, networks, k) &&
               insert_word(files->results[k].path, ".epoch1000000", longest);
    }
    files->result_count = networks->count;
    return fits || error_set(err, ERROR_USAGE, "--out: the path is too long");
}

/* Of the two, the command line's beats the one that the environment presets. */
static bool choose_beginning(TrainFiles *files, const Options *options, Error *err) {
    if (!files->resume || !files->restart) return true;
    bool resumes = options_given(options, "resume"), restarts = options_given(options, "restart");
    if (resumes == restarts)
        return error_set(err, ERROR_USAGE,
                         "--resume goes on and --restart begins anew: leave one of them out");
    files->resume = resumes;
    files->restart = restarts;
    return true;
}

static bool refuse_without_out(const TrainFiles *files, Error *err) {
    const char *option = files->snapshots.count ? "--snapshots" : "--resume";
    if (!files->snapshots.count && !files->resume) return true;
    return error_set(err, ERROR_USAGE, "%s needs --out FILE: where the weights are to go", option);
}

static bool can_write(const char *path, Error *err) {
    FileWriter *writer = file_write_begin(path, err);
    if (!writer) return false;
    file_write_abandon(writer);
    return true;
}

/* Before hours of work: can all files be written at the end? */
static bool check_writable(const TrainFiles *files, Error *err) {
    char previous[TRAIN_PATH_MAX];
    train_previous_path(files->checkpoint, previous, sizeof previous);
    for (int k = 0; k < files->result_count; k++)
        if (!can_write(files->results[k].path, err)) return false;
    return can_write(files->checkpoint, err) && can_write(previous, err);
}

static bool refuse_lock(const TrainFiles *files, int lock, Error *err) {
    char owner[16] = "";
    ssize_t size = pread(lock, owner, sizeof owner - 1, 0);
    owner[size > 0 ? strspn(owner, "0123456789") : 0] = '\0';
    return error_set(err, ERROR_FAILED,
                     "%s: another training%s%s writes here: wait for its end, or give --out another name",
                     files->out, *owner ? ", process " : "", owner);
}

/* Where a file system knows no locks, there is none. */
static bool take_lock(TrainFiles *files, Error *err) {
    struct stat held, named;
    for (;;) {
        int lock = open(files->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (lock < 0) return true;
        if (flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            refuse_lock(files, lock, err);
            close(lock);
            return false;
        }
        /* The one who held it may have removed it between the two calls above. */
        bool still = fstat(lock, &held) == 0 && stat(files->lock_path, &named) == 0 &&
                     held.st_dev == named.st_dev && held.st_ino == named.st_ino;
        files->lock = lock;
        if (still) break;
        close(lock);
        files->lock = -1;
    }
    /* Only for the message of another one. */
    if (ftruncate(files->lock, 0) == 0) dprintf(files->lock, "%ld\n", (long)getpid());
    return true;
}

void train_files_end(TrainFiles *files) {
    if (files->lock < 0) return;
    unlink(files->lock_path);
    close(files->lock);
    files->lock = -1;
}

static bool check_free_of_snapshots(const TrainFiles *files, Error *err) {
    struct stat status;
    char path[TRAIN_PATH_MAX];
    for (int k = 0; k < files->result_count; k++) {
        for (int s = 0; s < files->snapshots.count; s++) {
            train_files_snapshot(files, k, files->snapshots.values[s], path);
            if (!stands(path, &status)) continue;
            return error_set(err, ERROR_USAGE,
                             "%s: stands already: give --out another name; or --restart begins anew, and "
                             "replaces it",
                             path);
        }
    }
    return true;
}

/* Neither --resume nor --restart: nothing may stand there. */
static bool check_free(const TrainFiles *files, Error *err) {
    char found[TRAIN_PATH_MAX], kind[KIND_MAX];
    if (has_checkpoint(files, found))
        return error_set(err, ERROR_USAGE,
                         "%s: the checkpoint of a training stands here: --resume goes on from it, --restart "
                         "begins anew and replaces it; or remove it",
                         found);
    for (int k = 0; k < files->result_count; k++) {
        if (!files->results[k].stood) continue;
        tell_kind(files->results[k].path, kind);
        return error_set(
            err, ERROR_USAGE,
            "%s: holds %s: give --out another name; or --restart begins anew, and replaces it at "
            "the end",
            files->results[k].path, kind);
    }
    return check_free_of_snapshots(files, err);
}

/* What a killed run of this training has left: with the lock nobody else writes here. */
static void remove_leftovers(const TrainFiles *files) {
    char path[TRAIN_PATH_MAX];
    if (files->lock < 0) return;
    file_remove_leftovers(files->checkpoint);
    for (int k = 0; k < files->result_count; k++) {
        file_remove_leftovers(files->results[k].path);
        for (int s = 0; s < files->snapshots.count; s++) {
            train_files_snapshot(files, k, files->snapshots.values[s], path);
            file_remove_leftovers(path);
        }
    }
}

static bool any_stood(const TrainFiles *files) {
    bool any = false;
    for (int k = 0; k < files->result_count; k++) any |= files->results[k].stood;
    return any;
}

bool train_files_begin(TrainFiles *files, const Options *options, const TrainNetworks *networks, Error *err) {
    char found[TRAIN_PATH_MAX];
    *files = (TrainFiles){.out = options->output.out,
                          .snapshots = options->train.snapshots,
                          .lock = -1,
                          .resume = options->train.resume,
                          .restart = options->train.restart};
    if (!choose_beginning(files, options, err)) return false;
    if (!files->out) return refuse_without_out(files, err);
    if (!find_names(files, networks, err) || !check_writable(files, err) || !take_lock(files, err))
        return false;
    remove_leftovers(files);
    for (int k = 0; k < files->result_count; k++)
        files->results[k].stood = stands(files->results[k].path, &files->results[k].before);
    if (!files->resume && !files->restart) return check_free(files, err);
    if (files->restart || any_stood(files) || has_checkpoint(files, found)) return true;
    return error_set(err, ERROR_FILE,
                     "%s: there is no checkpoint to go on from: without --resume a training begins",
                     files->checkpoint);
}

bool train_files_replace(const TrainFiles *files) {
    return files->restart && any_stood(files);
}

/* Whether the weights of that network are what this training ends with. */
static bool check_result(const TrainFiles *files, const Trainer *trainer, int network, Error *err) {
    Error why = {0};
    TrainIdentity identity;
    train_identify(trainer, network, &identity);
    Safetensors *file = safetensors_open_file(files->results[network].path, &why);
    bool ours =
        file && train_check_identity(&identity, file, "its", &why) && safetensors_check_data(file, &why);
    if (ours && safetensors_value(file, "checkpoint_step"))
        ours = error_set(&why, ERROR_FILE, "%s: is a checkpoint, not the end of a training",
                         files->results[network].path);
    safetensors_close(file);
    return ours || error_set(err, why.kind, "%s", why.text);
}

/* Those that stand already; or all. */
static bool check_results(const TrainFiles *files, const Trainer *trainer, bool all, Error *err) {
    for (int k = 0; k < files->result_count; k++)
        if ((all || files->results[k].stood) && !check_result(files, trainer, k, err)) return false;
    return true;
}

static bool go_on(const TrainFiles *files, Trainer *trainer, Error *err) {
    Error notice, why = {0};
    if (!train_resume(trainer, files->checkpoint, &notice, err)) return false;
    if (notice.kind != ERROR_NONE) fprintf(stderr, "skipscope: %s\n", notice.text);
    if (train_status(trainer).replaces || check_results(files, trainer, false, &why)) return true;
    return error_set(err, ERROR_FILE,
                     "%s; it is no result of this training, which would replace it at its end: move it away "
                     "first",
                     why.text);
}

bool train_files_resume(const TrainFiles *files, Trainer *trainer, bool *finished, Error *err) {
    char found[TRAIN_PATH_MAX];
    Error why = {0};
    *finished = false;
    if (!files->resume) return true;
    if (has_checkpoint(files, found)) return go_on(files, trainer, err);
    *finished = check_results(files, trainer, true, &why);
    return *finished || error_set(err, ERROR_FILE,
                                  "%s; it is no result of this training, and there is no %s to go on from",
                                  why.text, files->checkpoint);
}

static bool is_same(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool train_files_check_end(const TrainFiles *files, Error *err) {
    for (int k = 0; k < files->result_count; k++) {
        const TrainResult *result = &files->results[k];
        struct stat now;
        if (!stands(result->path, &now) || (result->stood && is_same(&now, &result->before))) continue;
        return error_set(err, ERROR_FAILED,
                         "%s: has come there since this training began, and is not replaced: move it away, "
                         "and the same command with --resume writes the result, which is in %s",
                         result->path, files->checkpoint);
    }
    return true;
}
