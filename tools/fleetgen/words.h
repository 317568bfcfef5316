/* Words of the command line. */
#ifndef SIFT_FLEETGEN_WORDS_H
#define SIFT_FLEETGEN_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "64M" → 67108864: a decimal number with K, M or G behind it, or nothing. False on anything else, and past 2^63. */
bool sift_gen_size_parse(const char *text, uint64_t *out);

/* The place of `text` among `names`, which are separated by spaces; -1 where it is none of them. */
int sift_gen_choice(const char *names, const char *text);

/* All of --help. */
void sift_gen_help_print(FILE *out);

#ifdef __cplusplus
}
#endif
#endif
