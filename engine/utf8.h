/* Whether bytes are UTF-8: fast where they are ASCII, as logs mostly are. */
#ifndef SIFT_ENGINE_UTF8_H
#define SIFT_ENGINE_UTF8_H

#include <stdbool.h>

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Well-formed as the Unicode standard's table 3-7 has it: no overlong form, no surrogate, nothing above U+10FFFF. */
bool sift_utf8_valid(struct sift_span bytes);

#ifdef __cplusplus
}
#endif
#endif
