/* What the threads of serve count: each object has one writer, so counting is a plain load and store; read at any time. */
#ifndef SIFT_INGEST_SERVE_COUNTERS_H
#define SIFT_INGEST_SERVE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/reason.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_LISTENERS_MAX = 32, SIFT_HISTOGRAM_BUCKETS = 14 };

/* The writer's thread only. */
static inline void sift_count(uint64_t *counter, uint64_t more) {
  __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + more, __ATOMIC_RELAXED);
}

/* For gauges; `counter` is set, or lowered, by its one writer. */
static inline void sift_count_set(uint64_t *counter, uint64_t value) {
  __atomic_store_n(counter, value, __ATOMIC_RELAXED);
}

/* Any thread. */
static inline uint64_t sift_count_get(const uint64_t *counter) {
  return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Powers of four from a start: bucket i holds values up to start × 4^i, the last one all that are larger. */
struct sift_histogram {
  uint64_t buckets[SIFT_HISTOGRAM_BUCKETS];
  uint64_t sum;
};

static inline void sift_histogram_add(struct sift_histogram *histogram, uint64_t start, uint64_t value) {
  size_t bucket = 0;
  for (uint64_t bound = start; bucket + 1 < SIFT_HISTOGRAM_BUCKETS && value > bound; bound *= 4) {
    bucket++;
  }
  sift_count(&histogram->buckets[bucket], 1);
  sift_count(&histogram->sum, value);
}

/* The first bounds of the histograms below. */
enum {
  SIFT_BATCH_BYTES_START = 64,  /* bytes: to 1 GiB */
  SIFT_SCAN_NS_START = 1000,    /* a microsecond: to 17 s */
  SIFT_ACK_NS_START = 100000,   /* 0.1 ms: to 28 min */
  SIFT_VIEW_NS_START = 1000000, /* 1 ms: to 4.7 h */
};

enum sift_close {
  SIFT_CLOSE_PEER,          /* the peer ended it */
  SIFT_CLOSE_ERROR,         /* reset, or another error of the network */
  SIFT_CLOSE_IDLE,          /* silent for too long */
  SIFT_CLOSE_FRAME_TIMEOUT, /* a frame took too long to complete */
  SIFT_CLOSE_PROTOCOL,      /* what came was beyond help: the damage counters say what */
  SIFT_CLOSE_AUTH,          /* not who it should be */
  SIFT_CLOSE_TLS,           /* the handshake or a record of TLS failed */
  SIFT_CLOSE_SLOW,          /* does not read its acks */
  SIFT_CLOSE_MEMORY,        /* held the most of memory that was full of unfinished frames and windows */
  SIFT_CLOSE_SHUTDOWN,      /* we end */
  SIFT_CLOSES
};
const char *sift_close_name(enum sift_close reason);

enum sift_refusal {
  SIFT_REFUSED_LIMIT,       /* as many connections as are allowed */
  SIFT_REFUSED_DESCRIPTORS, /* the system has no file descriptor left */
  SIFT_REFUSED_MEMORY,
  SIFT_REFUSALS
};
const char *sift_refusal_name(enum sift_refusal reason);

enum sift_drop {
  SIFT_DROP_DUPLICATE, /* a chunk that was taken before: one, for its records are not looked at */
  SIFT_DROP_OVERFLOW,  /* over the memory limit, where it says drop-newest */
  SIFT_DROPS
};
const char *sift_drop_name(enum sift_drop reason);

/* Of one listener in one loop. */
struct sift_listener_counters {
  uint64_t bytes;   /* as received, TLS and compression taken off by neither */
  uint64_t records; /* that its protocol told */
  uint64_t lines;   /* given to the scanner */
  uint64_t accepted;
  uint64_t refused[SIFT_REFUSALS];
  uint64_t closed[SIFT_CLOSES];
  uint64_t open; /* gauge */
};

/* Of one event loop; the loop's thread writes. */
struct sift_loop_counters {
  struct sift_listener_counters listeners[SIFT_LISTENERS_MAX]; /* by number of listener */
  uint64_t hits;                                               /* events */
  uint64_t batches;
  struct sift_histogram batch_bytes; /* SIFT_BATCH_BYTES_START */
  struct sift_histogram scan_ns;     /* of a batch; SIFT_SCAN_NS_START */
  uint64_t acks;
  struct sift_histogram ack_ns; /* from a record's receipt to its ack; SIFT_ACK_NS_START */
  uint64_t drops[SIFT_DROPS];
  uint64_t damage[SIFT_REASONS];
  uint64_t queued_bytes; /* gauge: received and not yet scanned, or scanned and not yet durable */
  uint64_t paused;       /* gauge: connections that are not read for lack of memory */
};

/* Of a file that is read again when it changes. */
struct sift_file_counters {
  uint64_t good, bad; /* readings */
  int64_t written_ns; /* Unix time: when what is in force was written; 0: nothing is */
};

/* Of the server as a whole; each field is written by one thread. */
struct sift_server_counters {
  uint64_t reloads, reloads_failed;
  int64_t reloaded_s; /* Unix time of the last that succeeded, 0: none */
  uint64_t checkpoints, checkpoints_failed;
  int64_t checkpoint_s;
  struct sift_histogram view_ns; /* SIFT_VIEW_NS_START */
  uint64_t views_failed;
  uint64_t memory_limit_bytes;
  struct sift_file_counters facts, status;
  uint64_t facts_spaces;   /* that the facts in force know */
  uint64_t log_suppressed; /* messages that the rate limit kept back */
};

#ifdef __cplusplus
}
#endif
#endif
