/* Where the events of all workers go: one file or standard output, compressed where its name ends in .zst. */
#ifndef SIFT_TOOLS_EVENT_OUTPUT_H
#define SIFT_TOOLS_EVENT_OUTPUT_H

#include "engine/worker.h"

struct sift_event_output;

/* Opens it and writes the header map. NULL, with a message, where that fails. `path` is borrowed. */
struct sift_event_output *sift_event_output_new(const char *path, const struct sift_ruleset *ruleset);

/* For the workers; safe from any thread. Borrowed. */
const struct sift_event_sink *sift_event_output_sink(struct sift_event_output *output);

/* Closes and frees. False, with a message given before, where the events are not all there. */
bool sift_event_output_finish(struct sift_event_output *output, bool good);

#endif
