/* What a checkpoint says of itself: a small msgpack map with a checksum at its end. Format: docs/journal.md. */
#ifndef SIFT_INGEST_SERVE_MANIFEST_H
#define SIFT_INGEST_SERVE_MANIFEST_H

#include <stdint.h>

#include "engine/pack.h"
#include "engine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_CHECKPOINT_VERSION = 1,
  SIFT_CHECKPOINT_LOOPS_MAX = 1024,
  SIFT_MANIFEST_BYTES_MAX = 256 << 20, /* ids and extra together stay below */
};

/* Up to which of its own numbers the entries of a loop are in the state. */
struct sift_checkpoint_position {
  uint32_t loop;
  uint64_t loop_seq;
};

struct sift_manifest {
  uint64_t number;
  uint64_t journal_seq; /* all entries up to it are in the state: replay begins behind it */
  struct sift_checkpoint_position positions[SIFT_CHECKPOINT_LOOPS_MAX];
  size_t position_count;
  uint64_t state_bytes;
  uint64_t state_hash[2];            /* XXH3-128 of the state file, low and high */
  struct sift_span chunk_ids, extra; /* borrowed: of the caller, or of the bytes read */
};

/* Appends it. SIFT_ELIMIT over SIFT_MANIFEST_BYTES_MAX, SIFT_ENOMEM. */
enum sift_status sift_manifest_write(const struct sift_manifest *manifest, struct sift_pack *out);

/* Reads bytes that may lie. SIFT_EFORMAT where they are no manifest, SIFT_EVERSION where it is one of another version,
 * SIFT_ETRUNCATED where it stops before its end, else SIFT_ECORRUPT. */
enum sift_status sift_manifest_read(struct sift_manifest *out, struct sift_span bytes);

#ifdef __cplusplus
}
#endif
#endif
