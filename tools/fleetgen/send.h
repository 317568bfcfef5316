/* The whole fleet, sent over all connections at once. */
#ifndef SIFT_FLEETGEN_SEND_H
#define SIFT_FLEETGEN_SEND_H

#include "tools/fleetgen/options.h"
#include "tools/fleetgen/sender.h"

struct sift_gen_delivery {
  struct sift_gen_sent sent;
  double seconds;  /* of sending; with preload, of nothing but */
  uint64_t broken; /* connections that did not come to their end */
};

/* Sends, and writes options->out/truth.jsonl where a directory is named and all Spaces were told to their end. On SIFT_EIO,
 * SIFT_EFORMAT (not everything arrived) and SIFT_EINVAL `error` (at least 512 bytes) says why; SIFT_ENOMEM. `delivery` is filled
 * in whatever comes of it. */
enum sift_status sift_gen_send(const struct sift_gen_fleet *fleet, const struct sift_gen_options *options,
                               struct sift_gen_delivery *delivery, char *error, size_t error_size);

/* What was sent, for people or as one JSON object, to standard output. */
void sift_gen_delivery_print(const struct sift_gen_delivery *delivery, const struct sift_gen_fleet *fleet,
                             const struct sift_gen_options *options);

#endif
