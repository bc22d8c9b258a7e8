#include "core/op/arithmetic.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/utf8.h"

/* Bad news first. */
static double rank_of(double value) {
    return isnan(value) ? INFINITY : fabs(value);
}

void arithmetic_add_term(ArithmeticPart *part, int index, double value) {
    int place = part->term_count;
    part->term_total++;
    part->total += value;
    while (place > 0 && rank_of(part->terms[place - 1].value) < rank_of(value)) place--;
    if (part->term_count == ARITHMETIC_TERMS_MAX) {
        bool kept = place < ARITHMETIC_TERMS_MAX;
        part->tail += kept ? part->terms[ARITHMETIC_TERMS_MAX - 1].value : value;
        if (!kept) return;
        part->term_count--;
    }
    for (int k = part->term_count++; k > place; k--) part->terms[k] = part->terms[k - 1];
    part->terms[place] = (ArithmeticTerm){.index = index, .value = value};
}

void arithmetic_add_number(ArithmeticPart *part, ArithmeticNumber number) {
    assert(part->number_count < ARITHMETIC_NUMBERS_MAX);
    part->numbers[part->number_count++] = number;
}

void arithmetic_add_dy(const OpCell *cell, ArithmeticPart *part, double dy) {
    arithmetic_add_number(
        part, (ArithmeticNumber){
                  .name = "dy", .meaning = "gradient behind", .value = dy, .op = cell->sight->run.op->index});
}

void arithmetic_set_value(ArithmeticPart *part, double value) {
    part->value = value;
    part->magnitude = fabs(value);
}

int arithmetic_choose(ArithmeticPart *part, int wanted) {
    part->chosen = part->term_count > 0 ? 0 : -1;
    for (int k = 0; k < part->term_count; k++)
        if (part->terms[k].index == wanted) part->chosen = k;
    return part->chosen < 0 ? -1 : part->terms[part->chosen].index;
}

void arithmetic_write(char text[ARITHMETIC_TEXT_MAX], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    utf8_vformat(text, ARITHMETIC_TEXT_MAX, format, arguments);
    va_end(arguments);
}

char arithmetic_plus(double value) {
    return value < 0 ? '-' : '+';
}

char arithmetic_minus(double value) {
    return value < 0 ? '+' : '-';
}
