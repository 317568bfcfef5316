/* The logs of one case through the whole chain, as those of a Space of its own: worker, state, triage. */
#ifndef SIFT_TOOLS_TRIAL_H
#define SIFT_TOOLS_TRIAL_H

#include "engine/database.h"
#include "engine/triage.h"
#include "tools/spacesift/cases.h"

/* One thread. Borrows the database. */
struct sift_trial;
enum sift_status sift_trial_new(struct sift_trial **out, const struct sift_database *database);
void sift_trial_free(struct sift_trial *trial);

/* Judges the logs that `source` ("FILE:LINE") holds. Where there are several, they are called "FILE:LINE:CHANNEL", and what has no
 * time of its own is older in the one that comes first by name, as with the files of a scan. The verdict and what it borrows from
 * live until the next run. SIFT_ENOMEM or SIFT_EENGINE. */
enum sift_status sift_trial_run(struct sift_trial *trial, struct sift_span source, const struct sift_case_log *logs, size_t count,
                                struct sift_verdict *out);

/* The walk of the last run, as sift_triage_path(). */
const struct sift_step *sift_trial_path(const struct sift_trial *trial, size_t *count);

#endif
