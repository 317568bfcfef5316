/* The look for lines that may match, without their confirmation: the sampler, and Hyperscan for the literals and the rest. */
#ifndef SIFT_MEASURE_WAKE_SCAN_H
#define SIFT_MEASURE_WAKE_SCAN_H

#include "engine/database.h"
#include "tools/measure/corpus.h"

/* Borrows the database. One thread. */
struct sift_wake;
enum sift_status sift_wake_new(struct sift_wake **out, const struct sift_database *database);
void sift_wake_free(struct sift_wake *wake);

/* One pass over the pieces. */
enum sift_status sift_wake_run(struct sift_wake *wake, const struct sift_pieces *pieces);

/* What was told since it was made: a line that both the sampler and a database tell of counts for each. */
uint64_t sift_wake_matches(const struct sift_wake *wake);

#endif
