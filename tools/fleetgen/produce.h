/* A planned fleet → its directory: logs by several threads, then the truth. */
#ifndef SIFT_FLEETGEN_PRODUCE_H
#define SIFT_FLEETGEN_PRODUCE_H

#include "tools/fleetgen/options.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_gen_outcome {
  uint64_t text_bytes;    /* of log text, wrapping not counted */
  uint64_t wrapped_bytes; /* of logs, decompressed: what --format makes of the text */
  uint64_t file_bytes;    /* of logs, as they stand on the disk */
  uint64_t faults;        /* how often a fault was told */
  uint64_t shards;        /* mixed */
};

/* The directory must be there or be possible to make, and be empty unless `force`. On SIFT_EIO and SIFT_EINVAL `error` (at
 * least 512 bytes) says where and why; SIFT_ENOMEM. */
enum sift_status sift_gen_produce(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options,
                                  struct sift_gen_outcome *outcome, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
