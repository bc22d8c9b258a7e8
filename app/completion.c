#include "app/completion.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/assets.h"
#include "app/book.h"
#include "app/lesson.h"
#include "core/resnet.h"
#include "views/theme.h"
#include "views/view.h"

enum { SUBJECT_MIN = 5 };

/* The word so far, and where the candidates that begin like it go. */
typedef struct Offer {
    Completion *completion;
    const char *stem;
} Offer;

static void offer(const Offer *to, const char *word) {
    Completion *c = to->completion;
    if (c->count == COMPLETION_MAX || strncmp(word, to->stem, strlen(to->stem)) != 0) return;
    snprintf(c->words[c->count++], COMPLETION_WORD_MAX, "%s", word);
}

static void offer_all(const Offer *to, const char *const *words) {
    for (; *words; words++) offer(to, *words);
}

static void offer_ops(const Offer *to, const Network *network) {
    for (int i = 0; i < network->op_count; i++) offer(to, network->ops[i].name);
}

static void offer_files(const Offer *to) {
    char folder[COMPLETION_WORD_MAX * 4], path[COMPLETION_WORD_MAX * 8];
    const char *slash = strrchr(to->stem, '/');
    int prefix = slash ? (int)(slash - to->stem) + 1 : 0;
    snprintf(folder, sizeof folder, "%.*s", prefix, to->stem);
    DIR *directory = opendir(prefix ? folder : ".");
    if (!directory) return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct stat info;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        bool inner = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        size_t length = strlen(path);
        if (inner && length + 1 < sizeof path) strcpy(path + length, "/");
        if (length + 1 < COMPLETION_WORD_MAX) offer(to, path);
    }
    closedir(directory);
}

static void offer_models(const Offer *to) {
    const Asset *asset;
    for (int k = 0; (asset = asset_model(k)); k++) {
        char name[COMPLETION_WORD_MAX];
        const char *own = asset_model_name(asset);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(own, "."), own);
        offer(to, name);
    }
    offer_files(to);
}

static void offer_pictures(const Offer *to, const Scene *scene) {
    for (int k = 0; k < scene->image_count; k++) offer(to, scene->image_list[k]);
    offer_files(to);
}

static void offer_classes(const Offer *to, const Scene *scene) {
    offer(to, "predicted");
    for (int k = 0; scene->model->class_names && k < scene->network->classes; k++)
        offer(to, scene->model->class_names[k]);
}

static void offer_skips(const Offer *to, const Network *network) {
    static const char *const words[] = {"none", "plain", "cut", "lesion", NULL};
    char text[COMPLETION_WORD_MAX];
    offer_all(to, words);
    for (int b = 0; b < network->block_count; b++) {
        snprintf(text, sizeof text, "lesion:%s", network->blocks[b].name);
        offer(to, text);
    }
}

/* "twin image ..." and "twin weights ..." take a second word. */
static void offer_twin(const Offer *to, const char *line, const Scene *scene) {
    static const char *const words[] = {"plain",   "cut",        "built", "image",
                                        "weights", "difference", "off",   NULL};
    if (strncmp(line, "twin image ", 11) == 0)
        offer_pictures(to, scene);
    else if (strncmp(line, "twin weights ", 13) == 0)
        offer_models(to);
    else
        offer_all(to, words);
}

static void offer_palettes(const Offer *to) {
    for (int k = 0; k < PALETTE_COUNT; k++) offer(to, palette_name((PaletteId)k));
}

static void offer_views(const Offer *to) {
    for (int k = 0; k < VIEW_COUNT; k++) offer(to, view_ops((ViewId)k)->name);
}

static void offer_themes(const Offer *to) {
    for (int k = 0; k < THEME_COUNT; k++) offer(to, theme_name((ThemeId)k));
}

static void offer_breaks(const Offer *to, const Scene *scene) {
    static const char *const words[] = {"if", "off", "backward", NULL};
    offer_all(to, words);
    offer_ops(to, scene->network);
}

static void offer_lessons(const Offer *to) {
    char name[LESSON_NAME_MAX];
    for (int k = 0; lesson_bundled(k, name); k++) offer(to, name);
    offer(to, "off");
    if (strchr(to->stem, '/')) offer_files(to);
}

/* What a question is about: a long word of its title, in lower case, that leads to it. */
static void offer_subjects(const Offer *to, const Book *book, int question) {
    const char *at = book->questions[question].title;
    char word[COMPLETION_WORD_MAX];
    for (; *at; at += strspn(at, " ?,")) {
        int length = (int)strcspn(at, " ?,");
        snprintf(word, sizeof word, "%.*s", length, at);
        for (char *c = word; *c; c++) *c = (char)tolower((unsigned char)*c);
        at += length;
        if (length >= SUBJECT_MIN && book_find(book, word) == question) offer(to, word);
    }
}

static void offer_questions(const Offer *to) {
    Book *book = book_open(NULL);
    for (int k = 0; book && k < book->count; k++) offer_subjects(to, book, k);
    book_free(book);
}

static void offer_words(const Offer *to, ActionId action, const char *line, const Scene *scene) {
    static const char *const
        versus[] = {"cut", "plain", NULL},
        *const clips[] = {"auto", "off", "on", NULL}, *const poolings[] = {"auto", "mean", "largest", NULL},
        *const levels[] = {"1", "2", "3", "off", NULL}, *const folds[] = {"stages", "blocks", "none", NULL},
        *const overlays[] = {"none", "grad-cam", "gradient", NULL}, *const switches[] = {"on", "off", NULL},
        *const files[] = {"pictures", "weights", "architectures", NULL},
        *const orders[] = {"index", "activation", "gradient", NULL};
    switch (action) {
    case ACTION_VIEW: offer_views(to); break;
    case ACTION_SELECT:
    case ACTION_SEARCH:
    case ACTION_WATCH: offer_ops(to, scene->network); break;
    case ACTION_BREAK: offer_breaks(to, scene); break;
    case ACTION_IMAGE: offer_pictures(to, scene); break;
    case ACTION_WEIGHTS: offer_models(to); break;
    case ACTION_FILES: offer_all(to, files); break;
    case ACTION_ARCH: offer_all(to, resnet_names()); break;
    case ACTION_TARGET: offer_classes(to, scene); break;
    case ACTION_WITHOUT_SKIP: offer_skips(to, scene->network); break;
    case ACTION_VERSUS: offer_all(to, versus); break;
    case ACTION_TWIN: offer_twin(to, line, scene); break;
    case ACTION_SCOPE:
        for (int k = 0; k < SCOPE_COUNT; k++) offer(to, scope_name((ScopeKind)k));
        break;
    case ACTION_PALETTE: offer_palettes(to); break;
    case ACTION_ANALYSIS:
        for (int k = 0; k < ANALYSIS_COUNT; k++) offer(to, analysis_spec((AnalysisId)k)->name);
        offer(to, "slice plane");
        break;
    case ACTION_LESSON: offer_lessons(to); break;
    case ACTION_QUESTIONS: offer_questions(to); break;
    case ACTION_EXPLAIN: offer_all(to, levels); break;
    case ACTION_FOLD: offer_all(to, folds); break;
    case ACTION_OVERLAY: offer_all(to, overlays); break;
    case ACTION_PRESENTER:
    case ACTION_POINTER:
    case ACTION_LESION:
    case ACTION_SWAP:
        for (int b = 0; b < scene->network->block_count; b++) offer(to, scene->network->blocks[b].name);
        break;
    case ACTION_CLIP: offer_all(to, clips); break;
    case ACTION_MOUSE: offer_all(to, switches); break;
    case ACTION_POOLING: offer_all(to, poolings); break;
    case ACTION_ORDER: offer_all(to, orders); break;
    case ACTION_THEME: offer_themes(to); break;
    case ACTION_EXPORT:
    case ACTION_EXPORT_CHART:
    case ACTION_DESCRIBE:
    case ACTION_SCREEN: offer_files(to); break;
    default: break;
    }
}

void completion_find(Completion *completion, const char *line, size_t cursor, const Scene *scene) {
    char head[ACTION_TEXT_MAX], name[64];
    completion_clear(completion);
    completion->words = calloc(COMPLETION_MAX, sizeof *completion->words);
    if (!completion->words) return;
    snprintf(head, sizeof head, "%.*s", (int)cursor, line);
    size_t first = strspn(head, " "), length = strcspn(head + first, " ");
    const char *space = strrchr(head, ' ');
    completion->start = space ? (size_t)(space - head) + 1 : 0;
    Offer to = {.completion = completion, .stem = head + completion->start};
    if (head[first + length] == '\0') {
        for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) offer(&to, action_name((ActionId)id));
        return;
    }
    snprintf(name, sizeof name, "%.*s", (int)length, head + first);
    completion->action = action_find(name);
    offer_words(&to, completion->action, head + first, scene);
}

void completion_common(const Completion *completion, char out[COMPLETION_WORD_MAX]) {
    out[0] = '\0';
    if (completion->count == 0) return;
    strcpy(out, completion->words[0]);
    for (int k = 1; k < completion->count; k++) {
        size_t same = 0;
        while (out[same] && out[same] == completion->words[k][same]) same++;
        out[same] = '\0';
    }
}

void completion_clear(Completion *completion) {
    free(completion->words);
    *completion = (Completion){.chosen = -1};
}
