/* One text through the whole chain, as if it were the log of a Space of its own: worker, state, triage. */
#ifndef SIFT_TOOLS_TRIAL_H
#define SIFT_TOOLS_TRIAL_H

#include "engine/database.h"
#include "engine/triage.h"

/* One thread. Borrows the database. */
struct sift_trial;
enum sift_status sift_trial_new(struct sift_trial **out, const struct sift_database *database);
void sift_trial_free(struct sift_trial *trial);

/* Judges `text` as the log that `source` ("FILE:LINE") holds of the channel. The verdict and what it borrows from live until
 * the next run. SIFT_ENOMEM or SIFT_EENGINE. */
enum sift_status sift_trial_run(struct sift_trial *trial, struct sift_span source, const char *channel, struct sift_span text,
                                struct sift_verdict *out);

/* The walk of the last run, as sift_triage_path(). */
const struct sift_step *sift_trial_path(const struct sift_trial *trial, size_t *count);

#endif
