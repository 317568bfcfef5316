/* Hyperscan alone: one hs_scan() of all `any` patterns, which is what a rule set costs at the least without us. */
#ifndef SIFT_MEASURE_BARE_H
#define SIFT_MEASURE_BARE_H

#include <stdint.h>

#include "engine/database.h"
#include "tools/measure/corpus.h"

enum sift_bare_mode { SIFT_BARE_BLOCK, SIFT_BARE_STREAM, SIFT_BARE_VECTORED, SIFT_BARE_MODES };

const char *sift_bare_mode_name(enum sift_bare_mode mode); /* "block", … */

/* The patterns and flags of the wake database, compiled for one mode. One thread. */
struct sift_bare;

/* SIFT_ENOMEM, SIFT_EENGINE. *out is NULL for rules without patterns, which sift_bare_run() takes. */
enum sift_status sift_bare_new(struct sift_bare **out, const struct sift_database *database, enum sift_bare_mode mode);
void sift_bare_free(struct sift_bare *bare);

/* One pass over the pieces. Block: each by itself. Stream: a part of the corpus is a stream, a piece a write. Vectored: sixteen
 * pieces of a part at once. */
enum sift_status sift_bare_run(struct sift_bare *bare, const struct sift_pieces *pieces);

/* All matches that were told since it was made. */
uint64_t sift_bare_matches(const struct sift_bare *bare);

/* Sizes: of the database, of a stream's state (0 where it is no stream). */
size_t sift_bare_bytes(const struct sift_bare *bare);
size_t sift_bare_stream_bytes(const struct sift_bare *bare);

#endif
