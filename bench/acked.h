/* Forward chunks with ids over one connection, and how long their acks take. */
#ifndef SIFT_BENCH_ACKED_H
#define SIFT_BENCH_ACKED_H

#include <stdint.h>

#include "bench/feed.h"

struct bench_acked {
  uint64_t chunks;       /* acknowledged */
  double wall;           /* seconds from the first byte to the last ack */
  double p50, p99, most; /* seconds from when a chunk was due to its ack */
};

/* Sends `count` chunks, going round in `feed`; their ids begin at `first`, and each must be one that was never sent before.
 * `rate`: chunks a second, due at even distances whether or not the receiver keeps up; 0: as fast as it takes them, at most
 * `window` without an ack. Ends the program with a message where an ack is wrong or none comes for ten seconds. */
struct bench_acked bench_acked_run(uint16_t port, struct bench_feed *feed, uint64_t count, uint64_t first, double rate,
                                   uint64_t window);

#endif
