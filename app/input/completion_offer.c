#include "app/input/completion_offer.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "app/asset/assets.h"
#include "app/asset/export_file.h"
#include "app/book/book.h"
#include "app/lesson/lesson.h"
#include "core/base/path.h"
#include "core/explain/glossary.h"
#include "core/network/resnet.h"
#include "views/scene/view.h"
#include "views/style/theme.h"

enum { SUBJECT_MIN = 5, FOLDER_ROOM = 4 * COMPLETION_WORD_MAX, PATH_ROOM = 2 * FOLDER_ROOM };

static const Network *network_of(const Offer *to) {
    return to->scene->network;
}

/* A word that does not fit would be offered cut, and then refused. */
static void offer(const Offer *to, const char *word) {
    Completion *c = to->completion;
    if (strlen(word) >= COMPLETION_WORD_MAX) return;
    if (c->count == COMPLETION_MAX || strncmp(word, to->stem, strlen(to->stem)) != 0) return;
    snprintf(c->words[c->count++], COMPLETION_WORD_MAX, "%s", word);
}

static void offer_number(const Offer *to, int number, int last) {
    char text[16];
    snprintf(text, sizeof text, "%d", number < last ? number : last);
    offer(to, text);
}

void completion_offer_actions(Completion *completion, const char *stem) {
    Offer to = {.completion = completion, .stem = stem};
    for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) offer(&to, action_name((ActionId)id));
}

static void offer_ops(const Offer *to) {
    for (int i = 0; i < network_of(to)->op_count; i++) offer(to, network_of(to)->ops[i].name);
}

static void offer_ops_and_off(const Offer *to) {
    offer(to, "off");
    offer_ops(to);
}

static void offer_breaks(const Offer *to) {
    offer(to, "if");
    offer_ops_and_off(to);
}

/* The selected channel, row or column (axis 0, 1, 2), where the operation before it has that many. */
static void offer_index(const Offer *to, int axis) {
    int op = network_find_op(network_of(to), to->before[0]);
    if (op < 0) return;
    Shape out = network_of(to)->ops[op].out;
    const Scene *scene = to->scene;
    offer_number(to,
                 axis == 0   ? scene->channel
                 : axis == 1 ? scene->row
                             : scene->column,
                 (axis == 0   ? out.c
                  : axis == 1 ? out.h
                              : out.w) -
                     1);
}

/* Blocks keep the skip that a lesion leaves: a plain network has none. */
static void offer_blocks(const Offer *to) {
    if (network_of(to)->shortcut == '-' && to->completion->action == ACTION_LESION) return;
    for (int b = 0; b < network_of(to)->block_count; b++) offer(to, network_of(to)->blocks[b].name);
}

static bool same_shape(const Network *network, int a, int b) {
    Shape x = network->ops[a].out, y = network->ops[b].out;
    return x.c == y.c && x.h == y.h && x.w == y.w;
}

static void offer_blocks_like(const Offer *to) {
    const Network *network = network_of(to);
    int first = network_find_block(network, to->before[0]);
    for (int b = 0; first >= 0 && b < network->block_count; b++) {
        const Block *x = &network->blocks[first], *y = &network->blocks[b];
        if (b != first && x->shortcut == y->shortcut && same_shape(network, x->input, y->input) &&
            same_shape(network, x->output, y->output))
            offer(to, y->name);
    }
}

/* An operation has a direction after it, "if" a quantity. */
static void offer_break_next(const Offer *to) {
    static const char *const directions[] = {"forward", "backward", NULL}, *const quantities[] = {
                                                                               "act", "grad", "dead",
                                                                               "cos", "nan",  NULL};
    const char *const *words = strcmp(to->before[0], "if") == 0 ? quantities : directions;
    if (words == directions && network_find_op(network_of(to), to->before[0]) < 0) return;
    for (; *words; words++) offer(to, *words);
}

/* What the quantity of a condition is compared with: a limit that says something. */
static void offer_limit(const Offer *to) {
    static const char *const limits[][2] = {{"act", "100"}, {"grad", "1e-6"}, {"dead", "50%"}, {"cos", "0"}};
    for (size_t k = 0; strcmp(to->before[0], "if") == 0 && k < sizeof limits / sizeof limits[0]; k++)
        if (strcmp(to->before[1], limits[k][0]) == 0) offer(to, limits[k][1]);
}

static void offer_relation(const Offer *to) {
    if (strcmp(to->before[0], "if") != 0 || strcmp(to->before[1], "nan") == 0) return;
    offer(to, "<");
    offer(to, ">");
}

static bool has_ending(const char *name, const char *const *endings) {
    size_t length = strlen(name);
    for (; *endings; endings++) {
        size_t own = strlen(*endings);
        if (length > own && strcasecmp(name + length - own, *endings) == 0) return true;
    }
    return false;
}

static bool is_picture(const Offer *to, const char *path) {
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp",
                                          ".ppm", ".pgm", ".pbm",  ".pnm",  NULL};
    (void)to;
    return has_ending(path, endings);
}

static bool is_weights(const Offer *to, const char *path) {
    static const char *const endings[] = {".safetensors",    ".pth", ".pt",  ".th",
                                          ".ckpt",           ".bin", ".tar", ".safetensors.index.json",
                                          ".bin.index.json", NULL};
    (void)to;
    return has_ending(path, endings);
}

static bool is_lesson(const Offer *to, const char *path) {
    static const char *const endings[] = {".lesson", NULL};
    (void)to;
    return has_ending(path, endings);
}

/* For files to be written, whose endings are in lower case. */
static bool ends_in(const char *path, const char *const *endings) {
    const char *dot = strrchr(path, '.');
    for (; dot && *endings; endings++)
        if (strcmp(dot, *endings) == 0) return true;
    return false;
}

static bool is_export(const Offer *to, const char *path) {
    static const char *const endings[] = {".txt", ".ans", ".svg", ".npy", ".csv", ".png", ".state", NULL};
    Error ignored;
    return ends_in(path, endings) && export_file_may_replace(path, to->scene->image_name, &ignored);
}

static bool is_chart(const Offer *to, const char *path) {
    static const char *const endings[] = {".svg", ".csv", NULL};
    (void)to;
    return ends_in(path, endings);
}

/* Folders, and files that the action takes; NULL: any. */
static void offer_files(const Offer *to, bool (*takes)(const Offer *to, const char *path)) {
    char folder[FOLDER_ROOM], path[PATH_ROOM], whole[PATH_ROOM];
    const char *slash = strrchr(to->stem, '/');
    int prefix = slash ? (int)(slash - to->stem) + 1 : 0;
    snprintf(folder, sizeof folder, "%.*s", prefix, to->stem);
    DIR *directory = opendir(path_from_user(prefix ? folder : ".", path, sizeof path));
    if (!directory) return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct stat info;
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s%s", folder, entry->d_name);
        bool inner = stat(path_from_user(path, whole, sizeof whole), &info) == 0 && S_ISDIR(info.st_mode);
        size_t length = strlen(path);
        if (!inner && takes && !takes(to, path)) continue;
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
    offer_files(to, is_weights);
}

static void offer_pictures(const Offer *to) {
    for (int k = 0; k < to->scene->image_count; k++) offer(to, to->scene->image_list[k]);
    offer_files(to, is_picture);
}

static void offer_classes(const Offer *to) {
    const char *const *names = to->scene->model->class_names;
    offer(to, "predicted");
    for (int k = 0; names && k < network_of(to)->classes; k++) offer(to, names[k]);
}

/* A plain network has no skips to take away; "lesion" alone takes the block of the selected operation. */
static void offer_skips(const Offer *to) {
    const Network *network = network_of(to);
    char text[COMPLETION_WORD_MAX];
    offer(to, "none");
    if (network->shortcut == '-') return;
    offer(to, "plain");
    offer(to, "cut");
    if (network->ops[to->scene->op].block >= 0) offer(to, "lesion");
    for (int b = 0; b < network->block_count; b++) {
        snprintf(text, sizeof text, "lesion:%s", network->blocks[b].name);
        offer(to, text);
    }
}

/* "image" and "weights" have a name after them; the others compare skips. */
static void offer_twin(const Offer *to) {
    static const char *const skips[] = {"plain", "cut", "built", "difference", NULL};
    for (int k = 0; network_of(to)->shortcut != '-' && skips[k]; k++) offer(to, skips[k]);
    offer(to, "image");
    offer(to, "weights");
    offer(to, "off");
}

static void offer_twin_name(const Offer *to) {
    if (strcmp(to->before[0], "image") == 0) offer_pictures(to);
    if (strcmp(to->before[0], "weights") == 0) offer_models(to);
}

static void offer_analyses(const Offer *to) {
    for (int k = 0; k < ANALYSIS_COUNT; k++) offer(to, analysis_spec((AnalysisId)k)->name);
}

static void offer_plane(const Offer *to) {
    if (strcmp(to->before[0], analysis_spec(ANALYSIS_SLICE)->name) == 0) offer(to, "plane");
}

static void offer_palettes(const Offer *to) {
    for (int k = 0; k < PALETTE_COUNT; k++) offer(to, palette_name((PaletteId)k));
}

static void offer_palettes_and_uses(const Offer *to) {
    offer_palettes(to);
    for (int k = PALETTE_USE_ACTIVATION; k < PALETTE_USES; k++) offer(to, setting_palette_use((PaletteUse)k));
}

static void offer_palettes_of_use(const Offer *to) {
    for (int k = PALETTE_USE_ACTIVATION; k < PALETTE_USES; k++)
        if (strcmp(to->before[0], setting_palette_use((PaletteUse)k)) == 0) offer_palettes(to);
}

static void offer_views(const Offer *to) {
    for (int k = 0; k < VIEW_COUNT; k++) offer(to, view_ops((ViewId)k)->name);
}

static void offer_setting(const Offer *to) {
    SettingId id = setting_of(to->completion->action);
    for (int k = 0; setting_offer(id, k); k++) offer(to, setting_offer(id, k));
}

static void offer_lessons(const Offer *to) {
    char name[LESSON_NAME_MAX];
    for (int k = 0; lesson_bundled(k, name); k++) offer(to, name);
    offer(to, "off");
    if (strchr(to->stem, '/')) offer_files(to, is_lesson);
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

static void offer_words(const Offer *to) {
    for (int k = 0; k < glossary_count(); k++) offer(to, glossary_word(k)->word);
}

static void offer_questions(const Offer *to) {
    Book *book = book_open(NULL);
    for (int k = 0; book && k < book->count; k++) offer_subjects(to, book, k);
    book_free(book);
}

/* Words that are always the same. NULL: not of these. */
static const char *const *fixed_words(WordsOf words) {
    static const char *const switches[] = {"on", "off", NULL},
                             *const directions[] = {"forward", "backward", NULL},
                             *const groups[] = {"pictures", "weights", "architectures", NULL},
                             *const folds[] = {"stages", "blocks", "none", NULL},
                             *const copies[] = {"screen", "state", "preprocess", NULL};
    switch (words) {
    case WORDS_SWITCH: return switches;
    case WORDS_DIRECTION: return directions;
    case WORDS_FILE_GROUP: return groups;
    case WORDS_FOLD: return folds;
    case WORDS_COPY: return copies;
    case WORDS_ARCH: return resnet_names();
    default: return NULL;
    }
}

void completion_offer(const Offer *to, WordsOf words) {
    for (const char *const *word = fixed_words(words); word && *word; word++) offer(to, *word);
    switch (words) {
    case WORDS_VIEW: offer_views(to); break;
    case WORDS_BREAK: offer_breaks(to); break;
    case WORDS_OP_OR_OFF: offer_ops_and_off(to); break;
    case WORDS_OP: offer_ops(to); break;
    case WORDS_CHANNEL: offer_index(to, 0); break;
    case WORDS_ROW: offer_index(to, 1); break;
    case WORDS_COLUMN: offer_index(to, 2); break;
    case WORDS_BREAK_NEXT: offer_break_next(to); break;
    case WORDS_RELATION: offer_relation(to); break;
    case WORDS_LIMIT: offer_limit(to); break;
    case WORDS_BLOCK: offer_blocks(to); break;
    case WORDS_BLOCK_LIKE: offer_blocks_like(to); break;
    case WORDS_PICTURE: offer_pictures(to); break;
    case WORDS_MODEL: offer_models(to); break;
    case WORDS_CLASS: offer_classes(to); break;
    case WORDS_SKIP: offer_skips(to); break;
    case WORDS_TWIN: offer_twin(to); break;
    case WORDS_TWIN_NAME: offer_twin_name(to); break;
    case WORDS_ANALYSIS: offer_analyses(to); break;
    case WORDS_PLANE: offer_plane(to); break;
    case WORDS_SETTING: offer_setting(to); break;
    case WORDS_PALETTE_OR_USE: offer_palettes_and_uses(to); break;
    case WORDS_PALETTE_OF_USE: offer_palettes_of_use(to); break;
    case WORDS_QUESTION: offer_questions(to); break;
    case WORDS_GLOSSARY: offer_words(to); break;
    case WORDS_LESSON: offer_lessons(to); break;
    case WORDS_FILE: offer_files(to, NULL); break;
    case WORDS_EXPORT: offer_files(to, is_export); break;
    case WORDS_CHART: offer_files(to, is_chart); break;
    default: break;
    }
}
