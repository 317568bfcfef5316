/* Text from outside (logs, file names, the command line) as a terminal may show it. */
#ifndef SIFT_ENGINE_HARMLESS_H
#define SIFT_ENGINE_HARMLESS_H

#include <stdint.h>
#include <stdio.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_HARMLESS_BYTES = 20 };

/* The first character of `text`, which must not be empty, in a form that can neither steer a terminal nor hide: borrowed from
 * `text`, or made in `room`. Control characters, invalid UTF-8 and characters that turn the direction of text or take no column
 * become \xNN or \u{N}, a tab a space. `*taken` is what it takes of `text`; `*code` the character shown, SIFT_NO_CHARACTER where
 * an escape stands for it. */
struct sift_span sift_harmless_next(struct sift_span text, char room[SIFT_HARMLESS_BYTES], size_t *taken, uint32_t *code);

/* Writes all of `text` so. */
void sift_harmless_print(struct sift_span text, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
