/* The progress line of a scan on a terminal: bytes done of total, rate, time left, shards, hits. */
#ifndef SIFT_TOOLS_PROGRESS_H
#define SIFT_TOOLS_PROGRESS_H

#include "ingest/scan.h"

struct sift_progress_line;

/* Starts to show `progress` on standard error, a few times a second; NULL, and nothing is shown, where standard error is no
 * terminal. Both arguments are borrowed until stop. */
struct sift_progress_line *sift_progress_start(struct sift_progress *progress, const struct sift_shards *shards);

/* Clears the line and frees. NULL is fine. */
void sift_progress_stop(struct sift_progress_line *line);

#endif
