/* Between the order of values in files and that in memory. */
#include <string.h>

#include "core/base/integer.h"
#include "core/network/network.h"

/* A square of values stays in the cache while its rows become columns. */
enum { SIDE = 16 };

/* In the file, filters (k) lie one after the other, each (C,R,S); in memory, (R,S,C,K), side by side. */
typedef struct Transfer {
    real *memory;
    float *file;
    bool to_file;
    int filters, channels, taps;
} Transfer;

typedef struct Piece {
    size_t at;          /* in the file */
    size_t length;      /* of a filter */
    real *memory[SIDE]; /* where each of its columns lies */
    int rows, columns;  /* filters, and values of each */
} Piece;

static void copy_piece(const Transfer *transfer, const Piece *piece) {
    real turned[SIDE][SIDE];
    float *file = transfer->file + piece->at;
    size_t size = (size_t)piece->rows * sizeof(real);
    if (transfer->to_file) {
        for (int j = 0; j < piece->columns; j++) memcpy(turned[j], piece->memory[j], size);
        for (int k = 0; k < piece->rows; k++, file += piece->length)
            for (int j = 0; j < piece->columns; j++) file[j] = (float)turned[j][k];
    } else {
        for (int k = 0; k < piece->rows; k++, file += piece->length)
            for (int j = 0; j < piece->columns; j++) turned[j][k] = (real)file[j];
        for (int j = 0; j < piece->columns; j++) memcpy(piece->memory[j], turned[j], size);
    }
}

/* Filters first .. first+count-1, which are all that there is of `file`. */
static void copy_filters(const Transfer *transfer, int first, int count) {
    size_t filters = (size_t)transfer->filters, channels = (size_t)transfer->channels, c = 0;
    int length = transfer->channels * transfer->taps, tap = 0;
    Piece piece = {.length = (size_t)length, .rows = count};
    for (int j = 0; j < length; j += SIDE) {
        piece.at = (size_t)j;
        piece.columns = integer_min(SIDE, length - j);
        for (int column = 0; column < piece.columns; column++) {
            piece.memory[column] = transfer->memory + ((size_t)tap * channels + c) * filters + (size_t)first;
            if (++tap == transfer->taps) {
                tap = 0;
                c++;
            }
        }
        copy_piece(transfer, &piece);
    }
}

static void copy_conv(Transfer transfer, const Param *param, int first, int count) {
    transfer.filters = param->dims[0];
    transfer.channels = param->dims[1];
    transfer.taps = param->dims[2] * param->dims[3];
    size_t length = (size_t)transfer.channels * (size_t)transfer.taps;
    for (int end = first + count; first < end; first += SIDE, transfer.file += SIDE * length)
        copy_filters(&transfer, first, integer_min(SIDE, end - first));
}

ParamFilter param_filter(const Param *param, int k) {
    size_t filters = (size_t)param->dims[0], count = param->count / filters;
    if (param->role == PARAM_CONV_WEIGHT) return (ParamFilter){(size_t)k, filters, count};
    return (ParamFilter){(size_t)k * count, 1, count};
}

void param_rows_from_file(real *memory, const float *file, const Param *param, int first, int count) {
    if (param->role == PARAM_CONV_WEIGHT) {
        /* The file is not written in this direction. */
        copy_conv((Transfer){.memory = memory, .file = (float *)file}, param, first, count);
        return;
    }
    size_t length = param->count / (size_t)param->dims[0];
    memory += (size_t)first * length;
    for (size_t j = 0; j < (size_t)count * length; j++) memory[j] = (real)file[j];
}

void param_from_file(real *memory, const float *file, const Param *param) {
    param_rows_from_file(memory, file, param, 0, param->dims[0]);
}

void param_to_file(float *file, const real *memory, const Param *param) {
    if (param->role == PARAM_CONV_WEIGHT) {
        /* Nor is the memory in this one. */
        copy_conv((Transfer){.memory = (real *)memory, .file = file, .to_file = true}, param, 0,
                  param->dims[0]);
        return;
    }
    for (size_t j = 0; j < param->count; j++) file[j] = (float)memory[j];
}
