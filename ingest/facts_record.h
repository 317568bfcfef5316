/* One JSON object that tells of a Space → its sheet of facts, each in its canonical form. Internal to the reader of facts. */
#ifndef SIFT_INGEST_FACTS_RECORD_H
#define SIFT_INGEST_FACTS_RECORD_H

#include "engine/facts.h"
#include "engine/reason.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A value that is none of the kind wanted: its fact stays unknown. */
struct sift_fact_oddity {
  const char *field; /* the path to it, e.g. "cardData.app_port" */
  const char *hint;  /* what stands there in a good file */
  size_t offset;     /* in the record; 0 where it had to be repaired first */
};

enum { SIFT_FACT_ODDITIES_MAX = 64 };

struct sift_fact_record {
  struct sift_fact_sheet sheet; /* space "" where none is named */
  struct sift_span error;       /* what the Hub says instead of facts, or "" */
  bool informed;                /* some fact is known */
  bool repaired;                /* it held invalid UTF-8 */
  struct sift_fact_oddity oddities[SIFT_FACT_ODDITIES_MAX];
  size_t oddity_count;
};

/* Grows to the longest record. One thread. */
struct sift_fact_records;
enum sift_status sift_fact_records_new(struct sift_fact_records **out);
void sift_fact_records_free(struct sift_fact_records *records);

/* Reads the object `text`, behind which SIFT_PADDING bytes are readable. The record borrows from `text` and `records`, until the
 * next read. *reason is SIFT_REASONS, or why the object could not be read. SIFT_ENOMEM. */
enum sift_status sift_fact_records_read(struct sift_fact_records *records, struct sift_span text, struct sift_fact_record *out,
                                        enum sift_reason *reason);

#ifdef __cplusplus
}
#endif
#endif
