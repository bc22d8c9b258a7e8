/* How a picture becomes a network's input, as a line that can be read, changed and copied:
 *
 *     resize 256 bilinear, crop 224, RGB, mean 0.485,0.456,0.406, std 0.229,0.224,0.225
 *
 * The short side is scaled to `resize`, a square of `crop` cut from the middle, the channels brought into their
 * order, and each number normalised (core/image/normalise.h). torchvision's Resize, CenterCrop, ToTensor and
 * Normalize, to the bit. */
#ifndef CORE_IMAGE_PREPROCESS_H
#define CORE_IMAGE_PREPROCESS_H

#include "core/image/image.h"
#include "core/image/normalise.h"

typedef enum ImageChannels {
    IMAGE_CHANNELS_RGB,
    IMAGE_CHANNELS_BGR,  /* as OpenCV and Caffe have them */
    IMAGE_CHANNELS_GRAY, /* three times the brightness, as Pillow's convert("L") */
} ImageChannels;

/* Where a part comes from. */
typedef enum PreprocessOrigin {
    PREPROCESS_GUESSED,     /* from the size of the pictures and the number of classes */
    PREPROCESS_FROM_FILE,   /* metadata of the weights */
    PREPROCESS_FROM_FOLDER, /* a configuration beside the weights */
    PREPROCESS_FROM_OPTION, /* asked for */
} PreprocessOrigin;

typedef enum PreprocessPart {
    PREPROCESS_RESIZE,
    PREPROCESS_CROP,
    PREPROCESS_FILTER,
    PREPROCESS_CHANNELS,
    PREPROCESS_SCALE,
    PREPROCESS_MEAN,
    PREPROCESS_STD,
    PREPROCESS_PARTS,
} PreprocessPart;

enum { PREPROCESS_TEXT_MAX = 320, PREPROCESS_SIDE_MAX = 4096 };

typedef struct Preprocess {
    int resize;         /* pixels of the short side; 0: not scaled */
    int resize_height;  /* not 0: scaled to resize x resize_height, whatever shape it had */
    int crop;           /* the side of the square that the network reads */
    ImageFilter filter; /* for scaling */
    ImageChannels channels;
    double scale;        /* of a byte, before mean and std are applied; 1/255 */
    Normalise normalise; /* for bytes/255, whatever `scale` is: mean and std as given, over 255*scale */
    PreprocessOrigin origins[PREPROCESS_PARTS];
} Preprocess;

/* What is guessed for a network that reads side x side pixels and tells `classes` apart: above 64 pixels
 * ImageNet's with the short side at side*8/7 (256 for 224), else CIFAR's with the whole picture. */
Preprocess preprocess_guess(int side, int classes);

/* 255*scale; exactly 1 for what is 1/255 but for its last digits. */
double preprocess_factor(const Preprocess *preprocess);
/* Mean and std as they are said, for bytes that are multiplied by `scale`; keeps `normalise` in step. */
void preprocess_set_scale(Preprocess *preprocess, double scale);
void preprocess_set_mean(Preprocess *preprocess, const float mean[3], PreprocessOrigin origin);
void preprocess_set_std(Preprocess *preprocess, const float std[3], PreprocessOrigin origin);

/* What the network sees, as bytes: crop x crop, in RGB whatever the channels are. A scaled picture that is
 * smaller has black around it, as torchvision's CenterCrop pads. */
bool preprocess_crop(Image *out, const Image *in, const Preprocess *preprocess, Error *err);
/* The same as numbers: writes (crop,crop,3), channels-last, in the order of `channels`. */
bool preprocess_to_input(const Image *in, const Preprocess *preprocess, real *nhwc, Error *err);

/* Which of red, green, blue (0 to 2) the network's channel shows. */
int preprocess_color(const Preprocess *preprocess, int channel);

/* The line above. With `origins`, what was not asked for says in brackets where it is from: "(guess)",
 * "(file)", "(folder)". Returns `out`. */
const char *preprocess_format(const Preprocess *preprocess, bool origins, char out[PREPROCESS_TEXT_MAX]);
/* Without the numbers of mean and std: "resize 256 bilinear, crop 224, RGB, mean and std (guess)". */
const char *preprocess_format_short(const Preprocess *preprocess, char out[PREPROCESS_TEXT_MAX]);
/* The same as options for the command line: "--resize 256 --crop 224 ...". */
const char *preprocess_format_options(const Preprocess *preprocess, char out[PREPROCESS_TEXT_MAX]);
/* Whether any part of it is a guess. */
bool preprocess_has_guess(const Preprocess *preprocess);

/* All but mean and std, for metadata: "resize 235 bicubic, crop 224, BGR, scale 1". */
const char *preprocess_format_geometry(const Preprocess *preprocess, char out[PREPROCESS_TEXT_MAX]);
/* Whether that is what would be guessed for a network of this size. */
bool preprocess_is_usual(const Preprocess *preprocess);
/* Reads such a line; the parts that it names come from `origin`. False when it is none: nothing is changed
 * then. Mean and std stay those for bytes/255. */
bool preprocess_parse(Preprocess *preprocess, const char *text, PreprocessOrigin origin);

/* "256", "256x224" or "none"; "1/255", "0.00392", "1". False, with nothing changed, for anything else. */
bool preprocess_parse_resize(Preprocess *preprocess, const char *text);
bool preprocess_parse_scale(const char *text, double *scale);

#endif
