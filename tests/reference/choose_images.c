/* Chooses the pictures that are built into the program, from a data set's test images, by what a trained
 * network makes of them: for each class the first image it gets right, then a second one of the first
 * classes, then the first images it gets wrong, each of another class. Writes NN-class.png (class: what it
 * really is) and says on stdout what the network answers.
 *
 *     make build/release/tests/reference/choose_images
 *     build/release/tests/reference/choose_images WEIGHTS DATA_DIR assets/images */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/dataset.h"
#include "core/image/image.h"
#include "core/network/model.h"
#include "core/pass/pass.h"
#include "core/tensor/gemm.h"

enum { CHOOSE_RIGHT = 12, CHOOSE_WRONG = 3, CHOOSE_PATH_MAX = 4096 };

typedef struct Choice {
    const Model *model;
    const Dataset *dataset;
    const char *folder;
    int *answers; /* an image: the likeliest class */
    bool *taken;  /* an image */
    int written;
} Choice;

static bool is_right(const Choice *choice, int image) {
    return choice->answers[image] == dataset_label(choice->dataset, image);
}

/* The first image of the class that is right, or wrong; -1 when there is none left. */
static int find_image(const Choice *choice, int class, bool right) {
    for (int k = 0; k < dataset_count(choice->dataset); k++)
        if (!choice->taken[k] && dataset_label(choice->dataset, k) == class && is_right(choice, k) == right)
            return k;
    return -1;
}

static bool save(Choice *choice, int index, Error *err) {
    Image image = {0};
    char path[CHOOSE_PATH_MAX];
    const uint8_t *planes = dataset_pixels(choice->dataset, index);
    int label = dataset_label(choice->dataset, index);
    const char *const *names = dataset_class_names(choice->dataset);
    if (!image_alloc(&image, DATASET_SIDE, DATASET_SIDE, err)) return false;
    for (int k = 0; k < DATASET_SIDE * DATASET_SIDE; k++)
        for (int c = 0; c < 3; c++) image.rgb[3 * k + c] = planes[c * DATASET_SIDE * DATASET_SIDE + k];
    choice->taken[index] = true;
    snprintf(path, sizeof path, "%s/%02d-%s.png", choice->folder, ++choice->written, names[label]);
    bool ok = image_save_png(&image, path, err);
    printf("%s: test image %d, answer %s\n", path, index, names[choice->answers[index]]);
    image_free(&image);
    return ok;
}

/* `count` images, class after class and from the first class again. */
static bool choose(Choice *choice, int count, bool right, Error *err) {
    int classes = dataset_classes(choice->dataset), found = 0;
    for (int round = 0; found < count && round < count; round++) {
        for (int class = 0; found < count && class < classes; class ++) {
            int image = find_image(choice, class, right);
            if (image < 0) continue;
            if (!save(choice, image, err)) return false;
            found++;
        }
    }
    return found == count ||
           error_set(err, ERROR_FAILED, "there are only %d images of %d to choose from", found, count);
}

/* Without a target the loss asks for the likeliest class. */
static bool find_answers(Choice *choice, Error *err) {
    PassConfig config = {.fast = true};
    Pass *pass = pass_new(choice->model->network, &config, err);
    for (int k = 0; pass && k < dataset_count(choice->dataset); k++) {
        dataset_to_input(choice->dataset, k, &choice->model->preprocess.normalise, pass_input(pass));
        pass_restart(pass, NULL);
        pass_run_forward(pass);
        choice->answers[k] = pass_target(pass, 0);
    }
    pass_free(pass);
    return pass != NULL;
}

static bool run(Choice *choice, Error *err) {
    size_t count = (size_t)dataset_count(choice->dataset);
    choice->answers = calloc(count, sizeof *choice->answers);
    choice->taken = calloc(count, sizeof *choice->taken);
    bool ok = choice->answers && choice->taken && find_answers(choice, err) &&
              choose(choice, CHOOSE_RIGHT, true, err) && choose(choice, CHOOSE_WRONG, false, err);
    free(choice->answers);
    free(choice->taken);
    return ok;
}

int main(int argc, char **argv) {
    Error err = {0};
    if (argc != 4) {
        fprintf(stderr, "usage: choose_images WEIGHTS DATA_DIR OUT_DIR\n");
        return 2;
    }
    gemm_init();
    DatasetConfig data = {.kind = DATASET_CIFAR10, .split = DATASET_TEST, .directory = argv[2]};
    Dataset *dataset = dataset_load(&data, &err);
    Model *model = dataset ? model_load_file(argv[1], NULL, &err) : NULL;
    Choice choice = {.model = model, .dataset = dataset, .folder = argv[3]};
    bool ok = model && run(&choice, &err);
    if (!ok) fprintf(stderr, "choose_images: %s\n", err.text);
    model_free(model);
    dataset_free(dataset);
    return ok ? 0 : 1;
}
