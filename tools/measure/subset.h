/* Rule sets that are a part of another one. */
#ifndef SIFT_MEASURE_SUBSET_H
#define SIFT_MEASURE_SUBSET_H

#include "engine/database.h"

/* Borrows all but the list of rules from the whole, which must outlive it. Its hash is the whole's: nothing of it may be kept. */
struct sift_subset {
  struct sift_ruleset ruleset;
  struct sift_database *database;
};

/* The rules of `whole` for which keep[index], compiled for a specimen (sift_database_compile_for) without looking at their examples, which were looked at in the whole.
 * SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_subset_make(struct sift_subset *out, const struct sift_ruleset *whole, const bool *keep,
                                  struct sift_span typical);
/* The whole without the rules for which !keep[index], in a fraction of the time: they wake no line and hit none, but confirm and wake
 * database are the whole's, with their patterns in it. Borrows the whole database too. SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_subset_leave_out(struct sift_database **out, const struct sift_database *whole, const bool *keep);
void sift_subset_leave_out_free(struct sift_database *database);

void sift_subset_release(struct sift_subset *subset);

#endif
