/* Push decompressor: bytes as they come from a peer → text. zstd frames, gzip members or zlib, several in a row. */
#ifndef SIFT_SERVE_UNPRESS_H
#define SIFT_SERVE_UNPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/reason.h"
#include "engine/span.h"
#include "engine/status.h"
#include "ingest/serve/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_unpress_format { SIFT_UNPRESS_NONE, SIFT_UNPRESS_ZSTD, SIFT_UNPRESS_GZIP, SIFT_UNPRESS_ZLIB };

/* What the first bytes tell: zstd (skippable frames too) by four bytes, gzip by three, zlib by two. *undecided: so far it
 * may become one, ask again with more bytes; never so from four bytes on. zlib is only told where `zlib` is set, for its two
 * bytes may be text ("x^"). */
enum sift_unpress_format sift_unpress_detect(struct sift_span begin, bool zlib, bool *undecided);

/* Made for no format; its decoders (100 KB, and a window for zstd) are made on first need and kept. One thread. */
struct sift_unpress;
enum sift_status sift_unpress_new(struct sift_unpress **out); /* SIFT_ENOMEM, and *out is NULL */
void sift_unpress_free(struct sift_unpress *unpress);

/* A stream begins, whatever became of the one before. `window_log_max`: zstd's largest window, 10 to 31. SIFT_ENOMEM. */
enum sift_status sift_unpress_begin(struct sift_unpress *unpress, enum sift_unpress_format format, unsigned window_log_max);

/* Decodes from *in, behind which SIFT_PADDING bytes are readable, into `out`; *in moves on behind what was used, *got bytes
 * were written. It stops only when `out` is full or *in is used up: with *got == size there may be more to come without
 * new input, so call again. Whole frames before damage are given first; of the damaged one, what its decoder let go.
 * SIFT_OK, SIFT_ENOMEM, or SIFT_ECORRUPT with the reason in *reason: corrupt, trailing_bytes (something else follows a
 * whole frame or member; zero bytes behind gzip are fine), window_limit or dictionary. After an error begin anew. */
enum sift_status sift_unpress_feed(struct sift_unpress *unpress, struct sift_span *in, char *out, size_t size, size_t *got,
                                   enum sift_reason *reason);

/* Whether the stream may end here: behind a whole frame or member, and not before the first. */
bool sift_unpress_whole(const struct sift_unpress *unpress);

/* Memory that it holds, decoders and windows; at most what it may come to for zlib. */
size_t sift_unpress_bytes(const struct sift_unpress *unpress);

/* A whole body at once, told by its magic (zlib too): *len bytes into `out`, whose room grows as needed, SIFT_PADDING
 * readable bytes behind. As above; besides SIFT_ELIMIT with inflated_limit for more than `bytes_max`, and SIFT_ECORRUPT with
 * truncated where the body stops early, or corrupt where it has no magic known. Never takes more than about twice
 * `bytes_max` of memory. */
enum sift_status sift_unpress_body(struct sift_unpress *unpress, struct sift_span body, unsigned window_log_max, size_t bytes_max,
                                   struct sift_bytes *out, size_t *len, enum sift_reason *reason);

#ifdef __cplusplus
}
#endif
#endif
