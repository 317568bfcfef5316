/* Compresses to memory: zstd frames, gzip members, or the bytes as they are. */
#ifndef SIFT_FLEETGEN_PRESS_H
#define SIFT_FLEETGEN_PRESS_H

#include "engine/span.h"
#include "engine/status.h"
#include "tools/fleetgen/text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_gen_compression { SIFT_GEN_ZSTD, SIFT_GEN_GZIP, SIFT_GEN_NONE };

/* How far what was given so far must come out. */
enum sift_gen_pressing {
  SIFT_GEN_PRESS_MORE,  /* as it suits the compressor */
  SIFT_GEN_PRESS_FLUSH, /* all of it can be decompressed */
  SIFT_GEN_PRESS_END,   /* the frame or member ends, and the next bytes begin another */
};

/* Compression state, reused from frame to frame. One thread. */
struct sift_gen_press;

enum sift_status sift_gen_press_new(struct sift_gen_press **out, enum sift_gen_compression compression);
void sift_gen_press_free(struct sift_gen_press *press);

/* Appends what becomes of `bytes` (at most 4 GiB) to `out`. SIFT_ENOMEM. */
enum sift_status sift_gen_press_put(struct sift_gen_press *press, struct sift_span bytes, enum sift_gen_pressing how,
                                    struct sift_gen_text *out);

/* Whether a frame or member has begun and not ended. */
bool sift_gen_press_open(const struct sift_gen_press *press);

#ifdef __cplusplus
}
#endif
#endif
