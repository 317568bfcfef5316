/* Logs of an ordinary day (--profile), by which the texts that wake lines are chosen. */
#ifndef SIFT_TOOLS_PROFILE_H
#define SIFT_TOOLS_PROFILE_H

#include "tools/measure/corpus.h"

/* Reads some of them, evenly; to be released with sift_corpus_release() whatever is returned. An exit status; what is wrong is told. */
int sift_profile_read(struct sift_corpus *out, char *const *paths, size_t count);

#endif
