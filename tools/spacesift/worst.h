/* The Spaces that need someone most, each with its proof and next action: a bounded heap. */
#ifndef SIFT_TOOLS_WORST_H
#define SIFT_TOOLS_WORST_H

#include "engine/triage.h"
#include "tools/spacesift/terminal.h"

struct sift_worst;

/* Keeps `top` entries, whose lines are `width` columns wide. */
enum sift_status sift_worst_new(struct sift_worst **out, const struct sift_ruleset *ruleset, size_t top, unsigned width,
                                bool colour);
void sift_worst_free(struct sift_worst *worst);

/* Takes in a Space whose verdict is an error or worse, where it is among the worst; others it only counts or ignores.
 * SIFT_ENOMEM. */
enum sift_status sift_worst_add(struct sift_worst *worst, const struct sift_space *space, const struct sift_verdict *verdict);

/* How many Spaces it was given that need someone. */
uint64_t sift_worst_count(const struct sift_worst *worst);

/* Writes the entries, worst first, and how many there are more. After it nothing may be added. */
void sift_worst_write(struct sift_worst *worst, struct sift_text *out);

#endif
