/* Reads UTF-8 one character at a time, telling what is none. */
#ifndef SIFT_ENGINE_CHARACTER_H
#define SIFT_ENGINE_CHARACTER_H

#include <stdint.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIFT_NO_CHARACTER UINT32_MAX

/* The first character of `text`, which must not be empty, and how many bytes it takes: 1 to 4. Overlong forms, surrogates,
 * values past U+10FFFF and unfinished sequences are SIFT_NO_CHARACTER, of the length that one U+FFFD stands for (the
 * maximal subpart: Unicode 15, section 3.9, table 3-7 and "U+FFFD Substitution of Maximal Subparts"). */
uint32_t sift_character_next(struct sift_span text, size_t *len);

#ifdef __cplusplus
}
#endif
#endif
