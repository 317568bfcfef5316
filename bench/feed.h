/* Bytes as collectors send them, made in memory before anything is measured. */
#ifndef SIFT_BENCH_FEED_H
#define SIFT_BENCH_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/pack.h"
#include "engine/span.h"

enum {
  BENCH_CHUNK_RECORDS = 1000,
  BENCH_CHUNK_ID_BYTES = 16,
  BENCH_ACK_BYTES = 1 + 4 + 1 + BENCH_CHUNK_ID_BYTES, /* {"ack": id} */
};

enum bench_feed_kind { BENCH_FEED_PACKED, BENCH_FEED_KUBERNETES, BENCH_FEED_SINGLE, BENCH_FEED_SYSLOG, BENCH_FEED_COUNTED };

/* One Forward message in a feed. */
struct bench_chunk {
  size_t at, len;
  size_t id_at; /* of its id's bytes, to be written over before each sending */
};

struct bench_feed {
  struct sift_pack bytes;
  uint64_t records;
  struct bench_chunk *chunks; /* of PACKED and KUBERNETES */
  size_t chunk_count;
};

/* A record for each line of `text`, of 300 Spaces in short runs. PACKED: PackedForward of 1,000-record chunks, `ids`: each
 * with room for a chunk id. KUBERNETES: the same with what Fluent Bit's filter adds to a record. SINGLE: a Message for each record. SYSLOG: RFC 5424 lines with structured data; COUNTED: the
 * same octet-counted. False when memory is out. */
bool bench_feed_make(struct bench_feed *feed, enum bench_feed_kind kind, struct sift_span text, bool ids);
void bench_feed_release(struct bench_feed *feed);

/* Writes a chunk's id: the number in hexadecimal digits. */
void bench_feed_number(struct bench_feed *feed, size_t chunk, uint64_t number);

#endif
