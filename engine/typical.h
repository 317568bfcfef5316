/* A specimen of what fleets log when all is well: it tells which texts are too common to wake a line by. */
#ifndef SIFT_ENGINE_TYPICAL_H
#define SIFT_ENGINE_TYPICAL_H

#include "engine/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The lines of engine/typical.log. Static storage. */
struct sift_span sift_typical_text(void);

#ifdef __cplusplus
}
#endif
#endif
