/* How text gets into a corpus. Not for other rooms. */
#ifndef SIFT_MEASURE_CORPUS_INTERNAL_H
#define SIFT_MEASURE_CORPUS_INTERNAL_H

#include "engine/span.h"
#include "tools/measure/corpus.h"

/* Takes bytes as they come, until `end` in the corpus is reached. False from then on: the rest is not wanted. */
bool sift_corpus_append(struct sift_corpus *corpus, struct sift_span bytes, size_t end);

/* What was appended since `begin` becomes whole lines: a last one without newline gets one, or, where the end was reached within it,
 * is taken away. */
void sift_corpus_round(struct sift_corpus *corpus, size_t begin, bool full);

/* Whether the file is a SQLite database. */
bool sift_corpus_is_database(const char *path);

/* hsbench's corpus: table `chunk` of id, stream_id, data. The chunks of a stream follow each other as they are, streams begin on lines of
 * their own. Messages on standard error: SIFT_EINVAL. *full where `end` was reached. */
enum sift_status sift_corpus_read_database(struct sift_corpus *corpus, const char *path, size_t end, bool *full);

#endif
