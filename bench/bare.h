/* The libraries and the system alone, without us: the limits that we are measured against. */
#ifndef SIFT_BENCH_BARE_H
#define SIFT_BENCH_BARE_H

#include <hs.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/database.h"

enum { BENCH_BLOCK_BYTES = 256 * 1024 };

/* CPU seconds of one hs_scan() pass of the whole wake database in blocks; `matches` is counted up. */
double bench_bare_scan(const struct sift_database *database, hs_scratch_t *scratch, const char *text, size_t len,
                       uint64_t *matches);

/* CPU seconds of receiving `len` bytes over TCP with nothing but recv() into one buffer of a block; another process sends. */
double bench_bare_recv(const char *text, size_t len);

#endif
